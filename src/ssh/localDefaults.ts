import { join } from "node:path";
import type { SshTarget } from "./target.ts";

/** The machine that the editor runs on. */
export interface LocalMachine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What every target has in common unless ssh_config says otherwise. */
export type LocalDefaults = Pick<
  SshTarget,
  | "agent"
  | "defaultIdentityFiles"
  | "userKnownHostsFiles"
  | "globalKnownHostsFiles"
  | "connectTimeoutMs"
  | "keepaliveIntervalMs"
  | "keepaliveCount"
>;

/** Where OpenSSH's own client looks for keys, known hosts and the agent on this machine. */
export function localDefaults(machine: LocalMachine, connectTimeoutMs: number): LocalDefaults {
  const { platform, home, env } = machine;
  const folder = join(home, ".ssh");
  const system = systemFolder(machine);
  const socket = env["SSH_AUTH_SOCK"];
  return {
    userKnownHostsFiles: [join(folder, "known_hosts"), join(folder, "known_hosts2")],
    globalKnownHostsFiles: [join(system, "ssh_known_hosts"), join(system, "ssh_known_hosts2")],
    agent: socket ? socket : platform === "win32" ? "\\\\.\\pipe\\openssh-ssh-agent" : undefined,
    defaultIdentityFiles: ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => join(folder, name)),
    connectTimeoutMs,
    keepaliveIntervalMs: 15_000,
    keepaliveCount: 3,
  };
}

/** The configuration files that ssh reads, the user's first. */
export function defaultConfigFiles(machine: LocalMachine): readonly [string, string] {
  return [join(machine.home, ".ssh", "config"), join(systemFolder(machine), "ssh_config")];
}

function systemFolder({ platform, env }: LocalMachine): string {
  return platform === "win32" ? join(env["ProgramData"] ?? "C:\\ProgramData", "ssh") : "/etc/ssh";
}
