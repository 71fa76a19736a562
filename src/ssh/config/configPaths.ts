import { posix, win32, type PlatformPath } from "node:path";
import type { SshConfigMachine, SshConfigRequest } from "./readSshConfig.ts";
import { SshConfigError } from "./sshConfigError.ts";

/** The rules for paths on a platform. */
export function pathsOf(platform: NodeJS.Platform): PlatformPath {
  return platform === "win32" ? win32 : posix;
}

/**
 * ~ and ~user at the start of a path by the home folder; on Windows also __PROGRAMDATA__ by its folder.
 * Throws SshConfigError when there is no such user.
 */
export async function expandTilde(
  path: string,
  { machine, readText }: Pick<SshConfigRequest, "machine" | "readText">,
): Promise<string> {
  if (machine.platform === "win32" && /^__PROGRAMDATA__(?=[\\/]|$)/i.test(path)) {
    return `${programData(machine)}${path.slice("__PROGRAMDATA__".length)}`;
  }
  const separators =
    machine.platform === "win32" ? /^~([^\\/]*)(?:[\\/]+(.*))?$/s : /^~([^/]*)(?:\/+(.*))?$/s;
  const [, user, below = ""] = separators.exec(path) ?? [];
  if (user === undefined) {
    return path;
  }
  const home = user === "" || user === machine.user ? machine.home : await homeOf(user, machine, readText);
  return `${home.replace(/([^/])\/$/, "$1")}${home === "/" ? "" : "/"}${below}`;
}

/** %ProgramData% of Windows. */
export function programData({ env }: SshConfigMachine): string {
  return env["ProgramData"] ?? env["PROGRAMDATA"] ?? "C:\\ProgramData";
}

async function homeOf(
  user: string,
  machine: SshConfigMachine,
  readText: SshConfigRequest["readText"],
): Promise<string> {
  if (machine.platform !== "win32") {
    const lines = ((await readText("/etc/passwd")) ?? "").split("\n").map((line) => line.split(":"));
    const home = lines.find(([name]) => name === user)?.[5];
    if (home) {
      return home;
    }
  }
  throw new SshConfigError(`there is no user ${user} on this machine`);
}
