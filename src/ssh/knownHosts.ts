import { createHmac, randomBytes } from "node:crypto";
import { keyTypeOf, readHostKey } from "./hostKey.ts";
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
  /** As the key itself says: "ssh-rsa" also where the line has "rsa-sha2-512". */
  readonly keyType: string;
  /** In SSH's wire format. */
  readonly key: Buffer;
}

/** What decides under which names known_hosts lists a server. */
export type KnownHostPlace = Pick<SshTarget, "address" | "port" | "hostKeyAlias">;

/** The entries of a file in its order. Comments, blank lines, and lines that ssh takes for no entry are skipped. */
export function parseKnownHosts(text: string, file: string): readonly KnownHost[] {
  return text.split("\n").flatMap((line, index) => {
    const entry = parseLine(line);
    return entry ? [{ file, line: index + 1, ...entry }] : [];
  });
}

/** Entries whose names match `name` (see knownHostNames), of every marker, in their order. */
export function entriesFor(entries: readonly KnownHost[], name: string): readonly KnownHost[] {
  return entries.filter(({ names }) =>
    names.startsWith("|") ? matchesHash(names, name) : matchesPatterns(names, name),
  );
}

/**
 * Names under which known_hosts may list a server: first its own, by which it is recorded (an alias as it is, else
 * the address, with the port unless that is 22), then the one that may vouch for it when its own has no key.
 */
export function knownHostNames({
  address,
  port,
  hostKeyAlias,
}: KnownHostPlace): readonly [string, ...string[]] {
  if (hostKeyAlias !== undefined) {
    return [toLower(hostKeyAlias)];
  }
  const bare = toLower(address);
  return port === 22 ? [bare] : [`[${bare}]:${port}`, bare];
}

/** Whether the server's own name would stand in known_hosts for itself alone: not for a pattern, list or comment. */
export function hasWritableName({ address, hostKeyAlias }: KnownHostPlace): boolean {
  return /^[^@?*#[\]|'"\\!,\s\p{Cc}]+$/u.test(hostKeyAlias ?? address);
}

/** The line that records a key, without a line end; its name is hashed with a new salt when that is wanted. */
export function knownHostLine(
  place: KnownHostPlace,
  { keyType, key }: Pick<KnownHost, "keyType" | "key">,
  isHashed: boolean,
): string {
  const [name] = knownHostNames(place);
  const written = isHashed ? hashedName(name, randomBytes(20)) : name;
  return `${written} ${keyType} ${key.toString("base64")}`;
}

function parseLine(line: string): Omit<KnownHost, "file" | "line"> | undefined {
  const text = line.replace(/^[ \t]+/, "");
  // As in ssh, a tab ends the marker only where no space follows it anywhere; another marker is an error.
  const [, word, marked] = /^@(\S+)(?: |\t(?!.* ))[ \t]*(?![ \t@])(.*)$/s.exec(text) ?? [];
  const marker = text.startsWith("@") ? word : "none";
  if (marker !== "none" && marker !== "revoked" && marker !== "cert-authority") {
    return undefined;
  }
  const [, names, type, encoded] = /^([^ \t]+)[ \t]+([^ \t]+)[ \t]+([^ \t]+)/.exec(marked ?? text) ?? [];
  if (names === undefined || type === undefined || encoded === undefined || text.startsWith("#")) {
    return undefined;
  }
  const key = readHostKey(type, encoded);
  const keyType = key && keyTypeOf(key);
  return key === undefined || keyType === undefined ? undefined : { marker, names, keyType, key };
}

/** As ssh-keygen -H writes it. */
function hashedName(name: string, salt: Buffer): string {
  const hash = createHmac("sha1", salt).update(name).digest("base64");
  return `|1|${salt.toString("base64")}|${hash}`;
}

function matchesHash(hashed: string, name: string): boolean {
  const salt = Buffer.from(hashed.split("|")[2] ?? "", "base64");
  return salt.length === 20 && hashedName(name, salt) === hashed;
}

function matchesPatterns(patterns: string, name: string): boolean {
  let matches = false;
  for (const pattern of toLower(patterns).split(",")) {
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

/** Only ASCII letters, as in ssh. */
function toLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
