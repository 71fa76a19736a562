import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LabHostState, LabState } from "../labState.ts";
import { hostPaths, labPaths } from "../machine/paths.ts";
import { run } from "../machine/run.ts";
import { labSubnet } from "./subnet.ts";

/** Makes a host's folders and what makes it itself: name, machine id, resolver, SSH host keys. */
export async function createHostFiles(lab: LabState, host: LabHostState): Promise<void> {
  const paths = hostPaths(labPaths(lab.name).root, host.name);
  for (const folder of [paths.upper, paths.work, paths.merged, paths.data])
    await mkdir(folder, { recursive: true });
  const etc = join(paths.upper, "etc");
  await mkdir(join(etc, "ssh"), { recursive: true });
  await writeFile(join(etc, "hostname"), `${host.name}\n`);
  await writeFile(
    join(etc, "hosts"),
    `127.0.0.1\tlocalhost\n127.0.1.1\t${host.name}\n::1\tlocalhost ip6-localhost ip6-loopback\n`,
  );
  await writeFile(join(etc, "machine-id"), `${randomBytes(16).toString("hex")}\n`);
  await writeFile(join(etc, "resolv.conf"), `nameserver ${labSubnet(lab.subnetNumber).hub}\n`);
  await run(["ssh-keygen", "-q", "-A", "-f", paths.upper]);
}
