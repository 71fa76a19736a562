/**
 * What ssh_config says for one destination, after tokens, ~ and ${VARIABLES} are expanded. undefined: configured
 * nowhere. Names and defaults: ssh_config(5).
 */
export interface SshOptions {
  /** Where to connect: HostName, or the destination itself. Names are lower case, addresses in their usual form. */
  readonly hostName: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  /** Absolute, in the order in which to try them; [] when the only one is "none". */
  readonly identityFiles: readonly string[] | undefined;
  readonly identitiesOnly: boolean;
  /** A socket's path, "SSH_AUTH_SOCK" (the variable's socket) or "none". */
  readonly identityAgent: string | undefined;
  readonly proxy: SshProxy | undefined;
  /** Lower case. */
  readonly hostKeyAlias: string | undefined;
  /** Absolute, in order; [] when it is "none". */
  readonly userKnownHostsFiles: readonly string[] | undefined;
  /** Absolute, in order; [] when it is "none". */
  readonly globalKnownHostsFiles: readonly string[] | undefined;
  /** "no" and "off" are read as "ask": a key that nobody vouches for is never accepted in silence. */
  readonly strictHostKeyChecking: "yes" | "accept-new" | "ask";
  readonly hashKnownHosts: boolean;
  /** 0: no such messages. */
  readonly serverAliveIntervalSeconds: number | undefined;
  readonly serverAliveCountMax: number | undefined;
  /** 0: no limit. */
  readonly connectTimeoutSeconds: number | undefined;
  /** As written: "+x,y" adds, "-x" removes, "^x" puts first, anything else is the whole list. */
  readonly kexAlgorithms: string | undefined;
  /** As written, like kexAlgorithms. */
  readonly ciphers: string | undefined;
  /** As written, like kexAlgorithms. */
  readonly macs: string | undefined;
  /** As written, like kexAlgorithms. */
  readonly hostKeyAlgorithms: string | undefined;
  readonly preferredAuthentications: readonly string[] | undefined;
  readonly pubkeyAuthentication: boolean;
  readonly passwordAuthentication: boolean;
  readonly kbdInteractiveAuthentication: boolean;
  readonly numberOfPasswordPrompts: number;
  readonly addressFamily: "any" | "inet" | "inet6";
  readonly bindAddress: string | undefined;
}

/** How the connection gets to the host. Configured as "none" is not the same as not configured: see ProxyJump. */
export type SshProxy =
  | { readonly kind: "none" }
  /** In the order in which they are passed; never empty. */
  | { readonly kind: "jump"; readonly hops: readonly JumpHop[] }
  /** For a shell, its tokens expanded. */
  | { readonly kind: "command"; readonly command: string };

export interface JumpHop {
  /** A destination of its own: ssh_config may say more of it. Addresses are without brackets. */
  readonly host: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
}
