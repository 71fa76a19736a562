import { join } from "node:path";
import type { SshEnvironment } from "./target.ts";

export interface LocalMachine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where OpenSSH's own client looks for keys, known hosts and the agent on this machine. */
export function localEnvironment(machine: LocalMachine, connectTimeoutMs: number): SshEnvironment {
  const { platform, home, env } = machine;
  const folder = join(home, ".ssh");
  const isWindows = platform === "win32";
  const system = isWindows ? join(env["ProgramData"] ?? "C:\\ProgramData", "ssh") : "/etc/ssh";
  const socket = env["SSH_AUTH_SOCK"];
  return {
    knownHostsFiles: [
      join(folder, "known_hosts"),
      join(folder, "known_hosts2"),
      join(system, "ssh_known_hosts"),
    ],
    agent: socket ? socket : isWindows ? "\\\\.\\pipe\\openssh-ssh-agent" : undefined,
    defaultKeyFiles: ["id_ed25519", "id_ecdsa", "id_rsa"].map((name) => join(folder, name)),
    connectTimeoutMs,
    keepaliveIntervalMs: 15_000,
  };
}
