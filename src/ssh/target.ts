import type { OfferedAlgorithms } from "./algorithms.ts";

/** What a login may be tried with, by the names that SSH gives them. */
export type LoginMethod = "publickey" | "password" | "keyboard-interactive";

/** How the bytes of a connection reach the server. */
export type Route =
  | { readonly kind: "direct" }
  /** Through a channel of a connection to another server (ProxyJump). */
  | { readonly kind: "jump"; readonly through: SshTarget }
  /** Over the standard input and output of a local command (ProxyCommand), run by the user's shell. */
  | { readonly kind: "command"; readonly command: string };

/** One SSH server, and everything that is decided about connecting to it. Every path is absolute. */
export interface SshTarget {
  /** What people call it: the host's name in the spec, or the name of a jump host in ssh_config. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly route: Route;

  /** The spec's own key: the only one to try when it is there. */
  readonly identityFile?: string | undefined;
  /** Keys that ssh_config names, in order; those that do not exist are passed over. */
  readonly identityFiles: readonly string[];
  /** Keys to try when neither names one, in order; those that do not exist are passed over. */
  readonly defaultIdentityFiles: readonly string[];
  /** Of the agent's keys, try only those that are named. */
  readonly identitiesOnly: boolean;
  /** Socket (or Windows pipe) of the agent, or "pageant"; undefined when there is none. */
  readonly agent?: string | undefined;
  /** Methods that may be tried, in order of preference. */
  readonly loginMethods: readonly LoginMethod[];
  /** How often a password may be asked for. */
  readonly passwordPrompts: number;

  /** Name under which known_hosts lists the server, when that is not its address (and port). */
  readonly hostKeyAlias?: string | undefined;
  /** known_hosts files of the user; keys that the person accepts are appended to the first, if there is one. */
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  /** What becomes of a key that no file lists: refused, recorded, or asked about. */
  readonly strictHostKeyChecking: "yes" | "accept-new" | "ask";
  /** Whether names are hashed when a key is recorded. */
  readonly hashKnownHosts: boolean;
  /** Algorithms to offer, where ssh_config says so; only those that ssh2 knows. */
  readonly algorithms: OfferedAlgorithms;

  /** For one attempt to connect, without the time in which the person answers questions. */
  readonly connectTimeoutMs: number;
  /** After so long without a word from the server it is asked for one; 0: never. */
  readonly keepaliveIntervalMs: number;
  /** After so many unanswered questions the connection counts as lost. */
  readonly keepaliveCount: number;
  /** Local address to connect from. */
  readonly bindAddress?: string | undefined;
  /** IP version to connect by; undefined: either. */
  readonly addressFamily?: 4 | 6 | undefined;
}

/** user@address, with the port when it is not 22. */
export function describeTarget(target: Pick<SshTarget, "user" | "address" | "port">): string {
  const address = target.address.includes(":") ? `[${target.address}]` : target.address;
  return `${target.user}@${address}${target.port === 22 ? "" : `:${target.port}`}`;
}
