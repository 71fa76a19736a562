import type { ClusterLab } from "./clusterLab.ts";

/** A process of a host: its id there, and its command line, words split by blanks. */
export interface HostProcess {
  readonly pid: number;
  readonly command: string;
}

/** Processes of a host whose program's name (as in /proc/PID/comm) matches. */
export async function processesOf(
  clusterLab: ClusterLab,
  host: string,
  name: RegExp,
): Promise<readonly HostProcess[]> {
  // A minimal host has no ps; a process may end while it is looked at.
  const listed = await clusterLab.shell(
    host,
    `for process in /proc/[0-9]*; do
      { read -r name < $process/comm && command=$(tr '\\0' ' ' < $process/cmdline); } 2> /dev/null || continue
      printf '%s\\t%s\\t%s\\n' "\${process#/proc/}" "$name" "$command"
    done`,
  );
  return listed
    .split("\n")
    .map((line) => line.split("\t"))
    .filter(([, program = ""]) => name.test(program))
    .map(([pid, , command = ""]) => ({ pid: Number(pid), command: command.trim() }));
}

/** Ends a host's processes of that name at once. */
export async function kill(
  clusterLab: ClusterLab,
  host: string,
  name: RegExp,
  command = /(?:)/,
): Promise<void> {
  const found = (await processesOf(clusterLab, host, name)).filter((process) =>
    command.test(process.command),
  );
  if (found.length === 0) {
    throw new Error(`${host} has no process ${String(name)} ${String(command)}`);
  }
  await clusterLab.lab.exec(host, ["kill", "-KILL", ...found.map(({ pid }) => String(pid))]);
}

/** Ends the host's part of every SSH connection; the server itself stays. */
export async function endSshConnections(clusterLab: ClusterLab, host: string): Promise<void> {
  await kill(clusterLab, host, /^sshd/, /^sshd: \w+(@| \[)/);
}
