import type { ServerHostKeyAlgorithm } from "ssh2";
import { hostKeyAlgorithms } from "./algorithms.ts";
import { keyTypeOf } from "./hostKey.ts";
import { entriesFor, knownHostNames, type KnownHost, type KnownHostPlace } from "./knownHosts.ts";
import type { SshTarget } from "./target.ts";

/** What the known_hosts files say of the key that a host presents. */
export type HostKeyVerdict =
  | { readonly kind: "known" }
  /** No key at all is listed for the host. */
  | {
      readonly kind: "unknown";
      /** Certificate authorities that are trusted for it. */
      readonly authorities: readonly KnownHost[];
      /** Other keys, which are listed for its address at port 22. */
      readonly neighbours: readonly KnownHost[];
      /** Entries of other hosts that list this very key. */
      readonly namesakes: readonly KnownHost[];
    }
  /** Only other keys are listed for the host, those of the presented key's type first. */
  | { readonly kind: "changed"; readonly recorded: readonly [KnownHost, ...KnownHost[]] }
  | { readonly kind: "revoked"; readonly entry: KnownHost };

/**
 * Judges `key` (SSH wire format) as ssh does: a host for which other keys are listed, of whichever type, has
 * changed; where its own name lists none, the bare address may vouch for it. Certificate authorities vouch for host
 * certificates, which ssh2 does not speak, so for no key. A revoked key is refused by the bare address, too, which
 * only makes ssh warn. Source: check_host_key() in OpenSSH's sshconnect.c.
 */
export function judgeHostKey(
  entries: readonly KnownHost[],
  place: KnownHostPlace,
  key: Buffer,
): HostKeyVerdict {
  const named = knownHostNames(place).map((name) => entriesFor(entries, name));
  const revoked = named.flat().find(({ marker, key: listed }) => marker === "revoked" && listed.equals(key));
  if (revoked) {
    return { kind: "revoked", entry: revoked };
  }
  const [own = [], bare = []] = named.map((some) => some.filter(({ marker }) => marker === "none"));
  const vouching = own.length > 0 ? own : bare;
  if (vouching.some((entry) => entry.key.equals(key))) {
    return { kind: "known" };
  }
  const isSameType = (entry: KnownHost): boolean => entry.keyType === keyTypeOf(key);
  const [first, ...others] = [...own.filter(isSameType), ...own.filter((entry) => !isSameType(entry))];
  if (first) {
    return { kind: "changed", recorded: [first, ...others] };
  }
  return {
    kind: "unknown",
    authorities: named.flat().filter(({ marker }) => marker === "cert-authority"),
    neighbours: bare,
    namesakes: entries.filter(({ marker, key: listed }) => marker === "none" && listed.equals(key)),
  };
}

/**
 * Host key algorithms in the order in which to offer them: those of the keys that judgeHostKey() goes by first, so
 * that a host with keys of several types presents one that can be recognised.
 */
export function offeredHostKeyAlgorithms(
  entries: readonly KnownHost[],
  target: KnownHostPlace & Pick<SshTarget, "algorithms">,
): ServerHostKeyAlgorithm[] {
  const [vouching = []] = knownHostNames(target)
    .map((name) => entriesFor(entries, name).filter(({ marker }) => marker === "none"))
    .filter((listed) => listed.length > 0);
  const recorded = new Set(vouching.map(({ keyType }) => keyType));
  const isRecorded = (algorithm: string): boolean =>
    recorded.has(algorithm.startsWith("rsa-") ? "ssh-rsa" : algorithm);
  const offered = target.algorithms.serverHostKey ?? hostKeyAlgorithms.usual;
  return [...offered.filter(isRecorded), ...offered.filter((algorithm) => !isRecorded(algorithm))];
}
