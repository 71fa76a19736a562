// Entry point of one host's supervisor process: boots the host, boots it again after `systemctl reboot`,
// ends after `systemctl poweroff`, and cuts its power on SIGTERM.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { hostPaths, labPaths } from "../machine/paths.ts";
import { readLabState } from "../labState.ts";
import { createHostCgroups, removeCgroups } from "./cgroups.ts";
import { createHostNetwork, hostNamespace } from "./network.ts";
import { labSubnet } from "./subnet.ts";

const [labName, hostName] = process.argv.slice(2);
if (labName === undefined || hostName === undefined) throw new TypeError("superviseHost.ts LAB HOST");
const lab = await readLabState(labPaths(labName));
const host = lab.hosts.find((candidate) => candidate.name === hostName);
if (host === undefined) throw new Error(`lab ${labName} has no host ${hostName}`);
const paths = hostPaths(labPaths(labName).root, hostName);

let stopping = false;
let booted: ChildProcess | undefined;
process.on("SIGTERM", () => {
  stopping = true;
  void cutPower();
});

async function cutPower(): Promise<void> {
  const pid = Number(await readFile(paths.initPid, "utf8").catch(() => ""));
  if (pid > 0) process.kill(pid, "SIGKILL");
  else booted?.kill("SIGKILL");
}

/** Process id of the host's PID 1: the only child of `unshare --fork`, which takes the spawned process' place. */
async function initPid(child: ChildProcess): Promise<number> {
  while (child.exitCode === null && child.signalCode === null) {
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").catch(() => "");
    const pid = Number(children.trim().split(" ")[0]);
    const name = pid > 0 ? await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "") : "";
    if (name.trim() === "systemd") return pid;
    await delay(10);
  }
  throw new Error(`${hostName}: ended before systemd started; see ${paths.console}`);
}

/** Boots once and waits for the end: the signal that ended it says whether it was a reboot. */
async function boot(): Promise<"reboot" | "end"> {
  await createHostNetwork(
    { labName: lab.name, subnet: labSubnet(lab.subnetNumber) },
    hostName!,
    host!.address,
  );
  const cgroups = await createHostCgroups(lab.name, hostName!);
  await writeFile(paths.bootId, `${randomUUID()}\n`);
  const log = openSync(paths.console, "a");
  const child = spawn("bash", [join(import.meta.dirname, "boot.sh")], {
    env: {
      PATH: process.env["PATH"],
      HOST_NAME: hostName,
      BASE: lab.baseRoot,
      HOST_DIR: paths.root,
      NETNS: hostNamespace(lab.name, hostName!),
      CGROUPS: cgroups.join(" "),
    },
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  booted = child;
  const ended = new Promise<"reboot" | "end">((resolve) => {
    // reboot(2) in a pid namespace ends its PID 1 with SIGHUP for a restart, SIGINT for halt and power off.
    child.on("close", (_status, signal) => resolve(signal === "SIGHUP" && !stopping ? "reboot" : "end"));
  });
  await writeFile(paths.initPid, String(await initPid(child)));
  if (stopping) await cutPower();
  const reason = await ended;
  await rm(paths.initPid, { force: true });
  await removeCgroups(lab.name, hostName);
  return reason;
}

await writeFile(paths.supervisorPid, String(process.pid));
while (!stopping && (await boot()) === "reboot");
await rm(paths.supervisorPid, { force: true });
