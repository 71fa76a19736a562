import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { LabHostState, LabState } from "../labState.ts";
import { hostPaths, labPaths } from "../machine/paths.ts";
import { switchNamespace } from "./network.ts";
import { labSubnet } from "./subnet.ts";

/** How long hub and hosts may take to answer, milliseconds; a cold disk is slow. */
const startTimeoutMs = 60_000;

const hubScript = join(import.meta.dirname, "..", "hub", "serveHub.ts");
const supervisorScript = join(import.meta.dirname, "superviseHost.ts");

function hubPidFile(labName: string): string {
  return join(labPaths(labName).root, "hub.pid");
}

/** Starts a program that outlives this process; its pid. */
function startDetached(argv: readonly string[], logFile: string): number {
  const [file = "", ...args] = argv;
  const log = openSync(logFile, "a");
  const child = spawn(file, args, { stdio: ["ignore", log, log], detached: true });
  closeSync(log);
  child.unref();
  if (child.pid === undefined) throw new Error(`${file} cannot be started`);
  return child.pid;
}

/** Starts the hub and waits until it answers. */
export async function startHub(lab: LabState): Promise<void> {
  const namespace = `--net=/run/netns/${switchNamespace(lab.name)}`;
  const paths = labPaths(lab.name);
  const pid = startDetached(["nsenter", namespace, process.execPath, hubScript, lab.name], paths.hubLog);
  await writeFile(hubPidFile(lab.name), String(pid));
  await waitForPort(pid, labSubnet(lab.subnetNumber).hub, 443, `the hub; see ${paths.hubLog}`);
}

/** Boots hosts (all of the lab unless told) and waits until their SSH servers greet. */
export async function bootHosts(lab: LabState, hosts: readonly LabHostState[] = lab.hosts): Promise<void> {
  await Promise.all(
    hosts.map(async (host) => {
      const paths = hostPaths(labPaths(lab.name).root, host.name);
      const pid = startDetached(
        [process.execPath, supervisorScript, lab.name, host.name],
        paths.supervisorLog,
      );
      await writeFile(paths.supervisorPid, String(pid));
      const what = `SSH of ${host.name}; see ${paths.supervisorLog} and ${paths.console}`;
      await waitForPort(pid, host.address, 22, what, "SSH-");
    }),
  );
}

/** Ends a host as a power cut does, and waits until its supervisor has cleaned up. */
export async function cutPower(lab: LabState, host: LabHostState): Promise<void> {
  await endProcess(hostPaths(labPaths(lab.name).root, host.name).supervisorPid, supervisorScript);
}

/** Ends the hub and the supervisors of `hostNames`; what a killed supervisor left, removeCgroups ends. */
export async function stopLabProcesses(labName: string, hostNames: readonly string[]): Promise<void> {
  const root = labPaths(labName).root;
  await Promise.all([
    endProcess(hubPidFile(labName), hubScript),
    ...hostNames.map((name) => endProcess(hostPaths(root, name).supervisorPid, supervisorScript)),
  ]);
}

/** Sends SIGTERM to the process that `pidFile` names, if it still runs `script`, and waits for its end;
 *  one that does not listen is killed. */
async function endProcess(pidFile: string, script: string): Promise<void> {
  const pid = Number(await readFile(pidFile, "utf8").catch(() => ""));
  const isOurs = async (): Promise<boolean> =>
    pid > 0 && (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).includes(script);
  for (let attempt = 0; await isOurs(); attempt++) {
    if (attempt === 0) process.kill(pid, "SIGTERM");
    if (attempt === 500) process.kill(pid, "SIGKILL");
    await delay(20);
  }
  await rm(pidFile, { force: true });
}

/** Waits until a TCP port accepts, and sends a greeting that starts with `greeting`.
 *  Throws when process `pid` ends before, or after startTimeoutMs. */
async function waitForPort(
  pid: number,
  address: string,
  port: number,
  what: string,
  greeting = "",
): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  while (!(await answers(address, port, greeting))) {
    if (!existsSync(`/proc/${pid}`)) throw new Error(`ended while starting: ${what}`);
    if (performance.now() > deadline)
      throw new Error(`no answer within ${startTimeoutMs / 1000} s from ${what}`);
    await delay(30);
  }
}

function answers(address: string, port: number, greeting: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 1000 });
    const end = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.on("error", () => end(false));
    socket.on("timeout", () => end(false));
    socket.on("connect", () => {
      if (greeting === "") end(true);
    });
    socket.on("data", (data) => end(data.toString("latin1").startsWith(greeting)));
    socket.on("close", () => resolve(false));
  });
}
