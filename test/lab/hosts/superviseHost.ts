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
import type { HostPaths } from "../machine/paths.ts";
import { readLabState } from "../labState.ts";
import type { LabHostState, LabState } from "../labState.ts";
import { createHostCgroups, removeCgroups } from "./cgroups.ts";
import { createHostNetwork, hostNamespace } from "./network.ts";
import { labSubnet } from "./subnet.ts";

/** Arguments are the lab's and the host's name. */
async function main(labName = "", hostName = ""): Promise<void> {
  const { root } = labPaths(labName);
  const lab = await readLabState(labPaths(labName));
  const host = lab.hosts.find((candidate) => candidate.name === hostName);
  if (host === undefined) throw new Error(`lab ${labName} has no host ${hostName}`);
  const paths = hostPaths(root, hostName);
  const supervisor = new Supervisor(lab, host, paths);
  process.on("SIGTERM", () => void supervisor.stop()); // the loop below ends with the host
  await writeFile(paths.supervisorPid, String(process.pid));
  while ((await supervisor.boot()) === "reboot");
  await rm(paths.supervisorPid, { force: true });
}

class Supervisor {
  readonly #lab: LabState;
  readonly #host: LabHostState;
  readonly #paths: HostPaths;
  #stopping = false;
  #booted: ChildProcess | undefined;

  constructor(lab: LabState, host: LabHostState, paths: HostPaths) {
    this.#lab = lab;
    this.#host = host;
    this.#paths = paths;
  }

  /** Cuts the host's power: ending PID 1 ends everything in its pid namespace. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const pid = Number(await readFile(this.#paths.initPid, "utf8").catch(() => ""));
    if (pid > 0) process.kill(pid, "SIGKILL");
    else this.#booted?.kill("SIGKILL");
  }

  /** Boots once and waits for the end: the signal that ended it says whether it was a reboot. */
  async boot(): Promise<"reboot" | "end"> {
    if (this.#stopping) return "end";
    const { name: labName, subnetNumber, baseRoot } = this.#lab;
    const { name, address } = this.#host;
    await createHostNetwork({ labName, subnet: labSubnet(subnetNumber) }, name, address);
    const cgroups = await createHostCgroups(labName, name);
    await writeFile(this.#paths.bootId, `${randomUUID()}\n`);
    const log = openSync(this.#paths.console, "a");
    const child = spawn("bash", [join(import.meta.dirname, "boot.sh")], {
      env: {
        PATH: process.env["PATH"],
        HOST_NAME: name,
        BASE: baseRoot,
        HOST_DIR: this.#paths.root,
        NETNS: hostNamespace(labName, name),
        CGROUPS: cgroups.join(" "),
      },
      stdio: ["ignore", log, log],
      detached: true,
    });
    closeSync(log);
    this.#booted = child;
    const ended = new Promise<"reboot" | "end">((resolve) => {
      // reboot(2) in a pid namespace ends its PID 1 with SIGHUP for a restart, SIGINT for halt and power off.
      child.on("close", (_status, signal) => resolve(signal === "SIGHUP" ? "reboot" : "end"));
    });
    await writeFile(this.#paths.initPid, String(await this.#initPid(child)));
    if (this.#stopping) await this.stop(); // asked for while it was starting
    const reason = await ended;
    await rm(this.#paths.initPid, { force: true });
    await removeCgroups(labName, name);
    return this.#stopping ? "end" : reason;
  }

  /** Process id of the host's PID 1: the only child of `unshare --fork`, which takes the spawned process' place. */
  async #initPid(child: ChildProcess): Promise<number> {
    while (child.exitCode === null && child.signalCode === null) {
      const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").catch(
        () => "",
      );
      const pid = Number(children.trim().split(" ")[0]);
      const name = pid > 0 ? await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "") : "";
      if (name.trim() === "systemd") return pid;
      await delay(10);
    }
    throw new Error(`${this.#host.name}: ended before systemd started; see ${this.#paths.console}`);
  }
}

await main(...process.argv.slice(2));
