import type { CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from "ssh2";
import { matchesPattern } from "./patterns.ts";

/** Algorithms to offer, most wanted first; a kind that is absent is offered as ssh2 does by default. */
export interface OfferedAlgorithms {
  readonly kex?: KexAlgorithm[];
  readonly cipher?: CipherAlgorithm[];
  readonly hmac?: MacAlgorithm[];
  readonly serverHostKey?: ServerHostKeyAlgorithm[];
}

/** Lists as ssh_config has them: "a,b" is the whole list, "+a" appends, "-a*" removes, "^a" puts first. */
export interface WrittenAlgorithms {
  readonly kexAlgorithms?: string | undefined;
  readonly ciphers?: string | undefined;
  readonly macs?: string | undefined;
  readonly hostKeyAlgorithms?: string | undefined;
}

interface Known<T extends string> {
  /** What ssh2 offers unless told otherwise, in its order. */
  readonly usual: readonly T[];
  /** What it can do besides. */
  readonly more: readonly T[];
}

// Source: ssh2 1.17, lib/protocol/constants.js; a test compares them. Broken ones (arcfour, cast128, md5) are left out.
export const kexAlgorithms: Known<KexAlgorithm> = {
  usual: [
    "curve25519-sha256@libssh.org",
    "curve25519-sha256",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group15-sha512",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group17-sha512",
    "diffie-hellman-group18-sha512",
  ],
  more: ["diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"],
};

export const ciphers: Known<CipherAlgorithm> = {
  usual: [
    "chacha20-poly1305@openssh.com",
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
  ],
  more: ["aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"],
};

export const macs: Known<MacAlgorithm> = {
  usual: [
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha1-etm@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
    "hmac-sha1",
  ],
  more: [],
};

// Signatures by SHA-1 ("ssh-rsa") only when asked for: OpenSSH refuses them since 8.8, and has had the others since 7.2.
export const hostKeyAlgorithms: Known<ServerHostKeyAlgorithm> = {
  usual: [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
  ],
  more: ["ssh-rsa"],
};

/** What ssh_config asks for, as far as ssh2 can; names that it does not know are passed over. */
export function chosenAlgorithms(written: WrittenAlgorithms): OfferedAlgorithms {
  const kex = chosen(written.kexAlgorithms, kexAlgorithms);
  const cipher = chosen(written.ciphers, ciphers);
  const hmac = chosen(written.macs, macs);
  const serverHostKey = chosen(written.hostKeyAlgorithms, hostKeyAlgorithms);
  return {
    ...(kex && { kex }),
    ...(cipher && { cipher }),
    ...(hmac && { hmac }),
    ...(serverHostKey && { serverHostKey }),
  };
}

/** undefined: nothing is asked for, or nothing of it can be done. */
function chosen<T extends string>(written: string | undefined, { usual, more }: Known<T>): T[] | undefined {
  if (written === undefined) {
    return undefined;
  }
  const sign = /^[-+^]/.exec(written)?.[0];
  const patterns = written.slice(sign?.length ?? 0).split(",");
  const named = patterns.flatMap((pattern) =>
    [...usual, ...more].filter((name) => matchesPattern(pattern, name)),
  );
  const lists: Readonly<Record<string, readonly T[]>> = {
    "+": [...usual, ...named],
    "-": usual.filter((name) => !named.includes(name)),
    "^": [...named, ...usual],
  };
  const list = [...new Set(sign === undefined ? named : (lists[sign] ?? []))];
  return list.length === 0 ? undefined : list;
}
