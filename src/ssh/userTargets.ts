import { exec } from "node:child_process";
import { glob, readFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import type { Host } from "../core/spec/clusterSpec.ts";
import { type IgnoredDirective, readSshConfig } from "./config/readSshConfig.ts";
import { defaultConfigFiles, type LocalMachine, localDefaults } from "./localDefaults.ts";
import { createTargetResolver } from "./resolveTarget.ts";
import type { SshTarget } from "./target.ts";

export interface UserTargetsContext {
  readonly machine: LocalMachine;
  /** Folder of the spec file: what relative identity files are relative to. */
  readonly specFolder: string;
  readonly connectTimeoutMs: number;
  /** The one ssh_config to read, as ssh -F; undefined: the user's and the system's. */
  readonly configFile?: string | undefined;
  /** Whether a command of a "Match exec" in ssh_config may be run. Asked every time. */
  readonly mayRun: (command: string, unwanted: AbortSignal) => Promise<boolean>;
  /** A directive that changes what ssh does, and that is not supported here. Called once each. */
  readonly onIgnored: (directive: IgnoredDirective) => void;
}

/** Where the hosts of a spec are for the person at this machine; see createTargetResolver. */
export function userTargets(
  context: UserTargetsContext,
): (host: Host, signal?: AbortSignal) => Promise<SshTarget> {
  const { machine, specFolder, configFile, mayRun, onIgnored } = context;
  const { username, uid } = userInfo();
  const files = configFile === undefined ? defaultConfigFiles(machine) : [configFile];
  return createTargetResolver({
    defaults: localDefaults(machine, context.connectTimeoutMs),
    specFolder,
    home: machine.home,
    user: username,
    onIgnored,
    readConfig: (question, signal) =>
      readSshConfig({
        ...question,
        machine: { ...machine, user: username, uid, hostname: hostname() },
        files,
        readText: readIfThere,
        glob: filesLike,
        matchExec: async (command) => {
          const unwanted = signal ?? new AbortController().signal;
          return (await mayRun(command, unwanted)) && succeeds(command, unwanted);
        },
      }),
  });
}

async function filesLike(pattern: string): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const file of glob(pattern)) {
    files.push(file);
  }
  return files.sort();
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

/** Whether the command, run by the user's shell, exits with 0. */
function succeeds(command: string, signal: AbortSignal): Promise<boolean> {
  const shell = process.platform === "win32" ? undefined : process.env["SHELL"];
  return new Promise((resolve) => {
    exec(command, { signal, ...(shell ? { shell } : {}) }, (error) => resolve(error === null));
  });
}
