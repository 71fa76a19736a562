import { exec } from "node:child_process";
import { hostname, networkInterfaces, userInfo } from "node:os";
import type { Host } from "../core/spec/clusterSpec.ts";
import { globConfigFiles, readConfigText } from "./config/localFiles.ts";
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
  const [ownFile, systemFile] = defaultConfigFiles(machine);
  const files = configFile === undefined ? [ownFile, systemFile] : [configFile];
  const trust = {
    uid: machine.platform === "win32" ? undefined : uid,
    unchecked: configFile === undefined ? [systemFile] : [configFile],
  };
  return createTargetResolver({
    defaults: localDefaults(machine, context.connectTimeoutMs),
    specFolder,
    home: machine.home,
    user: username,
    onIgnored,
    readConfig: (question, signal) =>
      readSshConfig({
        ...question,
        machine: { ...machine, user: username, uid, hostname: hostname(), localAddresses: localAddresses() },
        files,
        readText: (path) => readConfigText(path, trust),
        glob: (pattern) => globConfigFiles(pattern, machine.platform),
        matchExec: async (command) => {
          const unwanted = signal ?? new AbortController().signal;
          return (await mayRun(command, unwanted)) && succeeds(command, unwanted);
        },
      }),
  });
}

function localAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.map(({ address }) => address),
  );
}

/** Whether the command, run by the user's shell, exits with 0. */
function succeeds(command: string, signal: AbortSignal): Promise<boolean> {
  const shell = process.platform === "win32" ? undefined : process.env["SHELL"];
  return new Promise((resolve) => {
    exec(command, { signal, ...(shell ? { shell } : {}) }, (error) => resolve(error === null));
  });
}
