import { createHash } from "node:crypto";
import type { SshConfigMachine } from "./readSshConfig.ts";
import type { Tokens } from "./tokens.ts";

/** What the tokens of ssh_config(5) are about. */
export interface ConnectionNames {
  /** Where to connect. */
  readonly host: string;
  /** As it was asked for. */
  readonly originalHost: string;
  readonly keyAlias: string;
  readonly port: number;
  readonly user: string;
  /** The last hop's host, "" without hops. */
  readonly jumpHost: string;
}

/** The tokens that most directives take. Source: ssh_config(5), TOKENS. */
export function connectionTokens(names: ConnectionNames, machine: SshConfigMachine): Tokens {
  const { host, originalHost, keyAlias, port, user, jumpHost } = names;
  return {
    C: createHash("sha1").update(`${machine.hostname}${host}${port}${user}${jumpHost}`).digest("hex"),
    L: machine.hostname.replace(/\..*$/s, ""),
    d: machine.home,
    h: host,
    i: String(machine.uid),
    j: jumpHost,
    k: keyAlias,
    l: machine.hostname,
    n: originalHost,
    p: String(port),
    r: user,
    u: machine.user,
  };
}

/** The tokens of ProxyCommand and ProxyJump. */
export function proxyTokens(tokens: Tokens): Tokens {
  return only(tokens, ["h", "k", "n", "p", "r"]);
}

/** The tokens of User: without itself and what it is a part of. */
export function userTokens(tokens: Tokens): Tokens {
  return only(tokens, ["L", "d", "h", "i", "j", "k", "l", "n", "p", "u"]);
}

function only(tokens: Tokens, names: readonly string[]): Tokens {
  return Object.fromEntries(Object.entries(tokens).filter(([name]) => names.includes(name)));
}
