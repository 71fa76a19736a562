import type { Text } from "../shell/secret.ts";

/** How a script is run on a host. */
export interface ScriptOptions {
  /** Standard output and standard error of the script as they arrive, in one order, decoded as UTF-8. */
  readonly onOutput?: (chunk: string) => void;
  /** Ends the script's processes on the host, then rejects with `Cancelled`. */
  readonly signal?: AbortSignal;
}

/** How a script ended. */
export interface ScriptResult {
  readonly exitCode: number;
}

/**
 * A way to run scripts on one host as root. Implementations: ssh/ (ssh2), and the fake in test/contract; both
 * pass the same contract suite.
 */
export interface HostSession {
  /** Name of the host in the spec. */
  readonly host: string;
  /** Where the connection led: an IP address or a DNS name. undefined when that is not known. */
  readonly address?: string | undefined;
  /**
   * Runs a POSIX shell script as root. The script travels by standard input: nothing of it is in an argument
   * list. A script that the host ends by a signal has exit code 128 + signal.
   * Throws KubeadmError: host-unreachable, host-authentication, host-key-changed, host-key-unknown,
   * host-key-revoked, sudo-refused, sudo-password, link-lost (it ended without an exit status); and Cancelled.
   */
  run(script: Text, options?: ScriptOptions): Promise<ScriptResult>;
}

/** Opens (or reuses) the session of a host, by its name in the spec. */
export type OpenSession = (host: string, signal?: AbortSignal) => Promise<HostSession>;
