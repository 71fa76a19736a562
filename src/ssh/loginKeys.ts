import { messageOf } from "../core/errors.ts";
import type { AgentKey, SshAgent } from "./agent.ts";
import { type KeyFile, readKeyFile, readPublicKeyFile } from "./privateKey.ts";
import type { PublicKey } from "./publicKey.ts";
import type { SshTarget } from "./target.ts";

/** A file that may hold a key to log in with, and the files beside it. */
export interface IdentityFile {
  readonly path: string;
  readonly file: KeyFile;
  /** undefined: nothing says which it is as long as the file is not decrypted. */
  readonly publicKey: PublicKey | undefined;
  /** Of FILE-cert.pub. */
  readonly certificate: PublicKey | undefined;
}

/** Something to show the server, and what can sign for it, best first. */
export interface KeyCandidate {
  /** What it is called when it was refused. */
  readonly label: KeyLabel;
  /** undefined: it must be decrypted before the server can be asked whether it takes it. */
  readonly publicKey: PublicKey | undefined;
  readonly signers: readonly Signer[];
}

export type KeyLabel = { readonly kind: "file"; readonly path: string } | { readonly kind: "agent" };

export type Signer =
  /** The agent, by the key that it has. */
  | { readonly kind: "agent"; readonly key: PublicKey }
  | { readonly kind: "file"; readonly path: string; readonly file: KeyFile & { kind: "open" | "encrypted" } };

/** What the keys to try are chosen from. */
export interface KeySources {
  /** Keys that the spec or ssh_config names. */
  readonly named: readonly IdentityFile[];
  readonly defaults: readonly IdentityFile[];
  readonly agent: readonly AgentKey[];
}

/** The key files of the target, and what cannot be used of what is said to be there. */
export async function readKeySources(
  target: SshTarget,
  agent: SshAgent | undefined,
  unwanted: AbortSignal,
): Promise<{ readonly sources: KeySources; readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const agentKeys = agent
    ? await agent.keys(unwanted).catch((error: unknown) => {
        notes.push(`the SSH agent ${messageOf(error)}`);
        return [];
      })
    : [];
  const { identityFile } = target;
  const read = (files: readonly string[]): Promise<IdentityFile[]> =>
    Promise.all(files.map(readIdentityFile));
  const [named, defaults] = await Promise.all(
    identityFile === undefined
      ? [read(target.identityFiles), read(target.defaultIdentityFiles)]
      : [read([identityFile]), read([])],
  );
  const sources = { named, defaults, agent: agentKeys.filter(({ publicKey }) => isForLogins(publicKey)) };
  return { sources, notes };
}

async function readIdentityFile(path: string): Promise<IdentityFile> {
  const [file, beside, certificate] = await Promise.all([
    readKeyFile(path),
    readPublicKeyFile(`${path}.pub`),
    readPublicKeyFile(`${path}-cert.pub`),
  ]);
  const publicKey = publicKeyOf(file) ?? beside;
  const isItsOwn =
    certificate?.certificate !== undefined && certificate.certificate.subject === publicKey?.id;
  return {
    path,
    file,
    publicKey,
    certificate: isItsOwn && isForLogins(certificate) ? certificate : undefined,
  };
}

function publicKeyOf(file: KeyFile): PublicKey | undefined {
  switch (file.kind) {
    case "open":
      return file.key.publicKey;
    case "public":
    case "encrypted":
      return file.publicKey;
    case "missing":
    case "unusable":
      return undefined;
  }
}

/** Servers take neither DSA any more, nor what certifies a host; each would cost one of their few attempts. */
function isForLogins({ type, certificate }: PublicKey): boolean {
  return !type.startsWith("ssh-dss") && certificate?.isForUsers !== false;
}

/**
 * The keys to try, in order: those that are named, the others of the agent unless `mayUseOthers` is false, the default
 * ones; each by the agent when it has it, so that no passphrase is asked, and its certificates first. Two kinds stand
 * out: `first` (the id of a key) is tried first, and what must be decrypted before it can be tried comes last, as its
 * passphrase would be asked whether or not the server takes the key.
 */
export function keyCandidates(
  { named, defaults, agent }: KeySources,
  mayUseOthers: boolean,
  first?: string,
): readonly KeyCandidate[] {
  const others: readonly KeyCandidate[] = agent.map(({ publicKey }) => ({
    label: { kind: "agent" },
    publicKey,
    signers: [{ kind: "agent", key: publicKey }],
  }));
  const inOrder = [
    ...named.flatMap((identity) => candidatesOf(identity, agent)),
    ...(mayUseOthers ? others : []),
    ...defaults.flatMap((identity) => candidatesOf(identity, agent)),
  ];
  const rank = ({ publicKey }: KeyCandidate): number =>
    publicKey === undefined ? 2 : publicKey.id === first ? 0 : 1;
  return withoutRepetition(inOrder).toSorted((one, other) => rank(one) - rank(other));
}

function candidatesOf(identity: IdentityFile, agent: readonly AgentKey[]): readonly KeyCandidate[] {
  const { path, file, publicKey, certificate } = identity;
  const label = { kind: "file", path } as const;
  const ownSigners: readonly Signer[] =
    file.kind === "open" || file.kind === "encrypted" ? [{ kind: "file", path, file }] : [];
  if (publicKey === undefined) {
    return ownSigners.length === 0 ? [] : [{ label, publicKey, signers: ownSigners }];
  }
  const inAgent = agent.map((key) => key.publicKey);
  const certificates = inAgent.filter((key) => key.certificate?.subject === publicKey.id);
  const offered = [...certificates, ...(certificate ? [certificate] : []), publicKey];
  return offered
    .map((key) => {
      const held = inAgent.find(({ id }) => id === key.id) ?? inAgent.find(({ id }) => id === publicKey.id);
      const agentSigners: readonly Signer[] = held ? [{ kind: "agent", key: held }] : [];
      return { label, publicKey: key, signers: [...agentSigners, ...ownSigners] };
    })
    .filter(({ signers }) => signers.length > 0);
}

function withoutRepetition(candidates: readonly KeyCandidate[]): readonly KeyCandidate[] {
  const ids = new Set<string>();
  return candidates.filter(({ publicKey }) => {
    const isNew = publicKey === undefined || !ids.has(publicKey.id);
    if (publicKey) {
      ids.add(publicKey.id);
    }
    return isNew;
  });
}

/** Why a file that is named gives no key to try; undefined when it does. Completes "FILE ...". */
export function whyNoKey({ file, publicKey }: IdentityFile, agent: readonly AgentKey[]): string | undefined {
  const isHeld =
    publicKey !== undefined &&
    agent.some(
      ({ publicKey: held }) => held.id === publicKey.id || held.certificate?.subject === publicKey.id,
    );
  if (isHeld) {
    return undefined;
  }
  switch (file.kind) {
    case "missing":
      return "does not exist";
    case "unusable":
      return file.why;
    case "public":
      return file.publicKey.type.startsWith("sk-")
        ? "needs its security key, which only an SSH agent can ask (ssh-add)"
        : "is a public key, and no SSH agent holds its private key";
    case "open":
    case "encrypted":
      return undefined;
  }
}
