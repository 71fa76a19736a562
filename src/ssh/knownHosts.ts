import { createHash, createHmac } from "node:crypto";
import type { ServerHostKeyAlgorithm } from "ssh2";
import { hostKeyAlgorithms } from "./algorithms.ts";
import { matchesPattern } from "./patterns.ts";
import type { SshTarget } from "./target.ts";

/** One entry of a known_hosts file. Format: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
export interface KnownHost {
  readonly file: string;
  /** Counted from 1, as ssh-keygen prints it. */
  readonly line: number;
  readonly marker: "none" | "revoked" | "cert-authority";
  /** The first field: patterns separated by commas, or one hashed name. */
  readonly names: string;
  readonly keyType: string;
  readonly key: Buffer;
}

/** What the known_hosts files say of the key that a host presents. */
export type HostKeyVerdict =
  | { readonly kind: "known" }
  /** No key of this type is listed; `recordedKeyTypes` are those of other types. */
  | { readonly kind: "unknown"; readonly recordedKeyTypes: readonly string[] }
  /** Another key of the same type is listed, at `line` of `file`. */
  | {
      readonly kind: "changed";
      readonly file: string;
      readonly line: number;
      readonly recorded: string;
      readonly presented: string;
    }
  | { readonly kind: "revoked"; readonly file: string; readonly line: number };

/** The entries of a file in its order. Comments, blank lines and lines that are no entry are skipped. */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split("\n").flatMap((line, index) => {
    const words = line.trim().split(/[ \t]+/);
    const marker = words[0]?.startsWith("@") ? words.shift()?.slice(1) : "none";
    if (marker !== "none" && marker !== "revoked" && marker !== "cert-authority") {
      return [];
    }
    const [names, keyType, encoded] = words;
    if (!names || names.startsWith("#") || !keyType || !encoded) {
      return [];
    }
    const key = Buffer.from(encoded, "base64");
    // An SSH 1 entry has numbers here; anything else whose key does not say its own type is damaged.
    return keyTypeOf(key) === keyType ? [{ file, line: index + 1, marker, names, keyType, key }] : [];
  });
}

/**
 * Judges `key` for the host at `address` and `port` as OpenSSH does: the entries of [address]:port count, and
 * when they do not list the key, those of the bare address may vouch for it.
 * Certificate authorities are passed over: they vouch for host certificates, which ssh2 does not speak.
 */
export function judgeHostKey(
  entries: readonly KnownHost[],
  address: string,
  port: number,
  key: Buffer,
): HostKeyVerdict {
  const own = entriesFor(entries, knownHostName(address, port));
  const all = [...own, ...entriesFor(entries, knownHostName(address, 22))];
  const same = all.filter((entry) => entry.key.equals(key));
  const revoked = same.find((entry) => entry.marker === "revoked");
  if (revoked) {
    return { kind: "revoked", file: revoked.file, line: revoked.line };
  }
  if (same.some((entry) => entry.marker === "none")) {
    return { kind: "known" };
  }
  const plain = own.filter((entry) => entry.marker === "none");
  const other = plain.find((entry) => entry.keyType === keyTypeOf(key));
  return other
    ? {
        kind: "changed",
        file: other.file,
        line: other.line,
        recorded: fingerprint(other.key),
        presented: fingerprint(key),
      }
    : { kind: "unknown", recordedKeyTypes: plain.map((entry) => entry.keyType) };
}

/** Entries whose names match `name` (see knownHostName), of every marker, in their order. */
export function entriesFor(entries: readonly KnownHost[], name: string): readonly KnownHost[] {
  return entries.filter((entry) =>
    entry.names.startsWith("|") ? matchesHash(entry.names, name) : matchesPatterns(entry.names, name),
  );
}

/** The name under which known_hosts lists a host: the port is part of it unless it is 22. */
export function knownHostName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** The line that records a key, without a line end. */
export function knownHostLine(address: string, port: number, key: Buffer): string {
  return `${knownHostName(address, port)} ${keyTypeOf(key)} ${key.toString("base64")}`;
}

/**
 * Host key algorithms in the order in which to offer them: those of recorded keys first, so that a host with
 * keys of several types presents one that can be recognised.
 */
export function offeredHostKeyAlgorithms(
  entries: readonly KnownHost[],
  { address, port, algorithms }: Pick<SshTarget, "address" | "port" | "algorithms">,
): ServerHostKeyAlgorithm[] {
  const names = [knownHostName(address, port), knownHostName(address, 22)];
  const recorded = new Set(
    names
      .flatMap((name) => entriesFor(entries, name))
      .filter((entry) => entry.marker === "none")
      .map((entry) => entry.keyType),
  );
  const isRecorded = (algorithm: string): boolean =>
    recorded.has(algorithm.startsWith("rsa-") ? "ssh-rsa" : algorithm);
  const offered = algorithms.serverHostKey ?? hostKeyAlgorithms.usual;
  return [...offered.filter(isRecorded), ...offered.filter((algorithm) => !isRecorded(algorithm))];
}

/** The fingerprint of a public key (SSH wire format) as OpenSSH prints it: "SHA256:" and base64 without "=". */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The type that a public key (SSH wire format) starts with: "ssh-ed25519"; "" when it is damaged. */
export function keyTypeOf(key: Buffer): string {
  const length = key.length < 4 ? 0 : key.readUInt32BE(0);
  return length < key.length - 3 ? key.toString("latin1", 4, 4 + length) : "";
}

function matchesHash(hashed: string, name: string): boolean {
  const [, version, salt, hash] = hashed.split("|");
  return (
    version === "1" &&
    salt !== undefined &&
    hash !== undefined &&
    createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest().equals(Buffer.from(hash, "base64"))
  );
}

function matchesPatterns(patterns: string, name: string): boolean {
  let matches = false;
  for (const pattern of patterns.toLowerCase().split(",")) {
    if (pattern.startsWith("!")) {
      if (matchesPattern(pattern.slice(1), name)) {
        return false;
      }
    } else {
      matches ||= matchesPattern(pattern, name);
    }
  }
  return matches;
}
