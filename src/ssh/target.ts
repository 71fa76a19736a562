/** Where and as whom to connect; every path is absolute. */
export interface SshTarget {
  /** Name of the host in the spec. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** The only key to try, when the spec names one. */
  readonly identityFile?: string | undefined;
}

/** What of the local machine connections use. */
export interface SshEnvironment {
  /** known_hosts files; keys that the person accepts are appended to the first. */
  readonly knownHostsFiles: readonly [string, ...string[]];
  /** Socket (or Windows pipe) of the agent; undefined when there is none. */
  readonly agent?: string | undefined;
  /** Private keys to try when the spec names none, in order; those that do not exist are passed over. */
  readonly defaultKeyFiles: readonly string[];
  /** For one attempt to connect, without the time in which the person answers questions. */
  readonly connectTimeoutMs: number;
  readonly keepaliveIntervalMs: number;
}

/** user@address, with the port when it is not 22. */
export function describeTarget(target: SshTarget): string {
  const address = target.address.includes(":") ? `[${target.address}]` : target.address;
  return `${target.user}@${address}${target.port === 22 ? "" : `:${target.port}`}`;
}
