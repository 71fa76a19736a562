import { readFile } from "node:fs/promises";
import { run, runResult } from "./run.ts";
import type { Progress } from "./progress.ts";

/** Programs that the lab calls, and the Debian package that holds each. */
const programs: Readonly<Record<string, string>> = {
  mmdebstrap: "mmdebstrap",
  ip: "iproute2",
  nsenter: "util-linux",
  openssl: "openssl",
  gpg: "gpg",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
  "dpkg-deb": "dpkg",
};

/** The lab cannot run here; the message says what to do. */
export class LabUnavailable extends Error {
  override readonly name = "LabUnavailable";
}

/** Installs by apt-get what this machine lacks of the programs above, and says so.
 *  Throws LabUnavailable when not root, not Linux, or not a machine with apt. */
export async function requireMachine(progress: Progress): Promise<void> {
  if (process.platform !== "linux") {
    throw new LabUnavailable(
      `The lab needs Linux; this is ${process.platform}. Run it in a Debian or Ubuntu machine.`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new LabUnavailable("The lab needs root: it makes network namespaces and mounts. Run it with sudo.");
  }
  const missing = new Set<string>();
  for (const [program, packageName] of Object.entries(programs)) {
    const found = await runResult(["sh", "-c", 'command -v "$1"', "sh", program]);
    if (found.status !== 0) missing.add(packageName);
  }
  if (missing.size === 0) return;
  if ((await runResult(["apt-get", "--version"])).status !== 0) {
    throw new LabUnavailable(
      `The lab needs ${[...missing].join(", ")}, and this machine has no apt-get to install them.`,
    );
  }
  await progress.step(`Installing ${[...missing].join(", ")} on this machine`, async () => {
    const install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", ...missing];
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    if ((await runResult(install, { env })).status === 0) return;
    await run(["apt-get", "update", "-qq"]); // the lists may be empty or old
    await run(install, { env });
  });
}

/** Whether root here may lower a process' oom_score_adj. Some containers and CI machines take
 *  CAP_SYS_RESOURCE (bit 24, capability.h) away, and then runc fails to start system pods. */
export async function hasResourceCapability(): Promise<boolean> {
  const status = await readFile("/proc/self/status", "utf8");
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
  return ((BigInt(`0x${effective}`) >> 24n) & 1n) === 1n;
}
