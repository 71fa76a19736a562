import { KubeadmError } from "../core/errors.ts";
import { quoteAll } from "../core/shell/quote.ts";
import { fingerprint } from "./hostKey.ts";
import type { HostKeyVerdict } from "./hostKeyVerdict.ts";
import { hasWritableName, knownHostNames, type KnownHost } from "./knownHosts.ts";
import type { KnownHosts } from "./knownHostsFile.ts";
import type { SshTarget } from "./target.ts";

/** The key that a host presents, as OpenSSH words it. */
export interface PresentedKey {
  /** "ssh-ed25519". */
  readonly type: string;
  /** "SHA256:...". */
  readonly fingerprint: string;
}

type Verdict<K extends HostKeyVerdict["kind"]> = Extract<HostKeyVerdict, { readonly kind: K }>;

/** host-key-changed, with both fingerprints and the line that records the old one. */
export function changedError(
  target: SshTarget,
  { type, fingerprint: presented }: PresentedKey,
  { recorded }: Verdict<"changed">,
): KubeadmError {
  const [{ file, line, key, keyType }] = recorded;
  const kind = keyType === type ? "" : `the ${keyType} key `;
  const more = recorded.length > 1 ? ` (more in ${list(recorded.slice(1).map(placeOf))})` : "";
  return new KubeadmError({
    code: "host-key-changed",
    host: target.host,
    message:
      `the host's key has changed: it presents the ${type} key ${presented}, ` +
      `but ${file}:${line} records ${kind}${fingerprint(key)}${more}.`,
    next:
      "Somebody may be between you and the host. If it was reinstalled, remove what is recorded with " +
      `${quoteAll(["ssh-keygen", "-f", file, "-R", knownHostNames(target)[0]])} and connect again.`,
    place: { file, line },
  });
}

/** host-key-revoked, with the line that says so. */
export function revokedError(
  { host }: SshTarget,
  { type, fingerprint: presented }: PresentedKey,
  { entry: { file, line } }: Verdict<"revoked">,
): KubeadmError {
  return new KubeadmError({
    code: "host-key-revoked",
    host,
    message: `the host's ${type} key ${presented} is revoked at ${file}:${line}.`,
    next: "Give the host a new key; do not connect to it with this one.",
    place: { file, line },
  });
}

/** session-protocol: what the host presents cannot be told from others, so neither recorded nor recognised. */
export function damagedError({ host }: SshTarget): KubeadmError {
  return new KubeadmError({
    code: "session-protocol",
    host,
    message: "the host presents a host key that is damaged or too short.",
    next: "Make it new host keys with ssh-keygen -A; an RSA key needs 1024 bits at least.",
  });
}

/** host-key-unknown, because strictHostKeyChecking lets nobody accept the key here. */
export function strictError(
  target: SshTarget,
  { type, fingerprint: presented }: PresentedKey,
  notes: readonly string[],
): KubeadmError {
  return new KubeadmError({
    code: "host-key-unknown",
    host: target.host,
    message: [
      `no known_hosts file lists the host's ${type} key ${presented}, and StrictHostKeyChecking is yes.`,
      ...notes,
    ].join(" "),
    next:
      "Compare the fingerprint with the one on the host's console. Then connect once in a terminal with " +
      `ssh -o StrictHostKeyChecking=ask${orAddScanned(target, type)}`,
  });
}

/** The other way to make a key known, which ssh-keyscan has only to hosts that it reaches itself. */
function orAddScanned(target: SshTarget, keyType: string): string {
  const { address, port, route, hostKeyAlias, userKnownHostsFiles } = target;
  if (route.kind !== "direct") {
    return "";
  }
  const scan = quoteAll(["ssh-keyscan", "-t", scanType(keyType), "-p", String(port), address]);
  const name = hostKeyAlias === undefined ? "" : `, under the name ${hostKeyAlias},`;
  return `, or add what this prints${name} to ${userKnownHostsFiles[0] ?? "a known_hosts file"}: ${scan}`;
}

/** host-key-unknown, because the person did not accept the key. */
export function refusedError(
  { host }: SshTarget,
  { type, fingerprint: presented }: PresentedKey,
): KubeadmError {
  return new KubeadmError({
    code: "host-key-unknown",
    host,
    message: `the host's ${type} key ${presented} is not known, and was not accepted.`,
    next: "Compare the fingerprint with the one on the host's console, then connect again and accept it.",
  });
}

/** What known_hosts says besides about a host whose key is unknown, as sentences. */
export function unknownNotes(
  { address }: SshTarget,
  { authorities, neighbours, namesakes }: Verdict<"unknown">,
  unread: KnownHosts["unread"],
): readonly string[] {
  const [authority] = authorities;
  return [
    ...(authority
      ? [
          `${placeOf(authority)} trusts a certificate authority for it; host certificates are not checked here.`,
        ]
      : []),
    ...(neighbours.length > 0
      ? [`Other keys are recorded for ${address} at port 22 (${list(neighbours.map(placeOf))}).`]
      : []),
    ...(namesakes.length > 0 ? [`The same key is recorded for ${list(namesakes.map(nameAndPlace))}.`] : []),
    ...unread.map(({ file, why }) => `${file} cannot be read (${why}).`),
  ];
}

/** Why a key cannot be remembered, as a sentence; undefined when it can. */
export function whyForgotten(target: SshTarget): string | undefined {
  if (!hasWritableName(target)) {
    return `It cannot be remembered: ${knownHostNames(target)[0]} is no name that known_hosts can list.`;
  }
  return target.userKnownHostsFiles.length === 0
    ? "It cannot be remembered: UserKnownHostsFile in ssh_config is none."
    : undefined;
}

/** A key was accepted, and `file` could not be written. */
export function notRecordedWarning({ host }: SshTarget, file: string, why: string): string {
  return `${host}: its key is trusted for now, but could not be added to ${file}: ${why}.`;
}

function nameAndPlace(entry: KnownHost): string {
  const name = entry.names.startsWith("|") ? "a hashed name" : entry.names;
  return `${name} (${placeOf(entry)})`;
}

function placeOf({ file, line }: KnownHost): string {
  return `${file}:${line}`;
}

/** The first three, and how many there are besides. */
function list(items: readonly string[]): string {
  const more = items.length > 3 ? ` and ${items.length - 3} more` : "";
  return `${items.slice(0, 3).join(", ")}${more}`;
}

/** As ssh-keyscan -t wants it: "ed25519", "ecdsa", "rsa". */
function scanType(keyType: string): string {
  return keyType.replace(/^ssh-/, "").replace(/^ecdsa-.*/, "ecdsa");
}
