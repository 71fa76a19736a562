import { Cancelled, KubeadmError, messageOf } from "../core/errors.ts";
import { plainText } from "../core/shell/sanitizer.ts";
import type { SshAgent } from "./agent.ts";
import type { Keyring } from "./keyring.ts";
import type { LoginAttempt, LoginMemory, LoginPorts } from "./loginAttempt.ts";
import { keyCandidates, readKeySources, type KeyCandidate, type Signer, whyNoKey } from "./loginKeys.ts";
import type { PublicKey } from "./publicKey.ts";
import { publickeyMethod } from "./publickeyMethod.ts";
import type { SigningKey } from "./signingKey.ts";
import type { SshTarget } from "./target.ts";

export interface KeyLoginContext {
  readonly target: SshTarget;
  readonly agent: SshAgent | undefined;
  readonly keyring: Keyring;
  readonly memory: LoginMemory;
  /** Told what could not be tried, as a part of a sentence. */
  readonly onNote: (note: string) => void;
}

/** The keys of a login, which may take several connections. */
export interface KeyLogin {
  /** The next key to try; undefined when none is left. Throws KubeadmError when the spec's own key cannot be used. */
  next(ports: LoginPorts): Promise<LoginAttempt | undefined>;
  /** A new connection begins: keys that were enough in part are tried again, refused ones are not. */
  restart(): void;
  readonly hasMore: () => boolean;
  /** The login succeeded: later ones begin with its key. */
  remember(): void;
}

/** The key cannot be used; the login goes on without it. */
class KeyFailed extends Error {}

export function createKeyLogin(context: KeyLoginContext): KeyLogin {
  const { target, agent, keyring, memory, onNote } = context;
  /** Those that may still be tried, by this connection and by further ones; undefined: not looked for yet. */
  let candidates: readonly KeyCandidate[] | undefined;
  let remaining: KeyCandidate[] = [];
  const refused = new Set<string>();
  let accepted: string | undefined;

  async function findCandidates(ports: LoginPorts): Promise<readonly KeyCandidate[]> {
    const { sources, notes } = await readKeySources(target, agent, ports.unwanted);
    notes.forEach(onNote);
    const isSpecified = target.identityFile !== undefined;
    for (const identity of [...sources.named, ...sources.defaults]) {
      const why = whyNoKey(identity, sources.agent);
      if (why !== undefined && isSpecified) {
        throw identityError(why, notes);
      }
      if (why !== undefined && identity.file.kind !== "missing") {
        onNote(`${identity.path} ${why}`);
      }
    }
    return keyCandidates(sources, !isSpecified && !target.identitiesOnly, memory.acceptedKey);
  }

  function identityError(why: string, notes: readonly string[] = []): KubeadmError {
    return new KubeadmError({
      code: "host-authentication",
      host: target.host,
      message: `the identity file ${target.identityFile ?? ""} ${[why, ...notes].join("; ")}.`,
      next: "Correct identityFile in the spec, or connect again.",
    });
  }

  async function next(ports: LoginPorts): Promise<LoginAttempt | undefined> {
    if (!candidates) {
      candidates = await findCandidates(ports);
      remaining = [...candidates];
    }
    for (;;) {
      const candidate = remaining.shift();
      if (!candidate) {
        return undefined;
      }
      try {
        const publicKey = candidate.publicKey ?? (await decrypted(candidate, ports)).publicKey;
        if (!refused.has(publicKey.id)) {
          return attemptWith(candidate, publicKey, ports);
        }
      } catch (error) {
        takeFailure(candidate, error);
      }
    }
  }

  function attemptWith(candidate: KeyCandidate, publicKey: PublicKey, ports: LoginPorts): LoginAttempt {
    let wasAsked = true;
    return {
      label: candidate.label,
      method: publickeyMethod(target.user, {
        key: { publicKey, sign: (data, algorithm) => sign(candidate, publicKey, data, algorithm, ports) },
        onFailed: (error) => {
          wasAsked = false;
          try {
            takeFailure(candidate, error);
          } catch (unbearable) {
            ports.fail(unbearable);
          }
        },
      }),
      settle: (isAccepted) => {
        if (wasAsked && isAccepted) {
          accepted = publicKey.id;
        } else if (wasAsked) {
          refused.add(publicKey.id);
          noteExpiry(publicKey);
        }
        return wasAsked;
      },
    };
  }

  /** Servers refuse an expired certificate like any key that they do not know. */
  function noteExpiry({ certificate }: PublicKey): void {
    const expiresAtMs = (certificate?.expiresAt ?? Infinity) * 1000;
    if (certificate && expiresAtMs < Date.now()) {
      onNote(
        `the certificate ${plainText(certificate.keyId)} expired on ${new Date(expiresAtMs).toISOString()}`,
      );
    }
  }

  /** Throws what ends the login. */
  function takeFailure(candidate: KeyCandidate, error: unknown): void {
    if (!(error instanceof KeyFailed)) {
      throw error;
    }
    if (target.identityFile !== undefined) {
      throw identityError(error.message);
    }
    const name = candidate.label.kind === "file" ? candidate.label.path : "a key of the SSH agent";
    onNote(`${name} ${error.message}`);
    candidates = candidates?.filter((other) => other !== candidate);
  }

  /** Throws KeyFailed, and Cancelled. */
  async function sign(
    { signers }: KeyCandidate,
    publicKey: PublicKey,
    data: Buffer,
    algorithm: string,
    ports: LoginPorts,
  ): Promise<Buffer> {
    const problems: string[] = [];
    for (const signer of signers) {
      try {
        if (signer.kind === "agent" && agent) {
          return await ports.duringPause(agent.sign(signer.key, data, algorithm, ports.unwanted));
        }
        if (signer.kind === "file") {
          const key = await open(signer, ports);
          if (![publicKey.id, publicKey.certificate?.subject].includes(key.publicKey.id)) {
            throw new KeyFailed("is not the private key of the public key beside it");
          }
          return await key.sign(data, algorithm);
        }
      } catch (error) {
        if (error instanceof Cancelled) {
          throw error;
        }
        problems.push(
          signer.kind === "agent" ? `got no signature: the SSH agent ${messageOf(error)}` : messageOf(error),
        );
      }
    }
    throw new KeyFailed(problems.join(", and "));
  }

  /** The key of a candidate whose file does not tell it before. Throws as sign() does. */
  async function decrypted({ signers }: KeyCandidate, ports: LoginPorts): Promise<SigningKey> {
    const signer = signers.find(({ kind }) => kind === "file");
    if (signer?.kind !== "file") {
      throw new KeyFailed("has no private key");
    }
    return open(signer, ports);
  }

  async function open({ path, file }: Signer & { kind: "file" }, ports: LoginPorts): Promise<SigningKey> {
    if (file.kind === "open") {
      return file.key;
    }
    const result = await ports
      .duringPause(keyring.unlock(path, file, ports.unwanted))
      .catch((error: unknown) => {
        throw error instanceof Cancelled ? error : new KeyFailed(messageOf(error));
      });
    switch (result.kind) {
      case "key":
        return result.key;
      case "cancelled":
        throw new KeyFailed("got no passphrase");
      case "wrong":
        throw new KeyFailed("cannot be decrypted with any of the passphrases given");
    }
  }

  function isLeft({ publicKey }: KeyCandidate): boolean {
    return publicKey === undefined || !refused.has(publicKey.id);
  }

  return {
    next,
    restart: () => {
      const isFirst = ({ publicKey }: KeyCandidate): number => (publicKey?.id === accepted ? 0 : 1);
      remaining = (candidates ?? []).filter(isLeft).toSorted((one, other) => isFirst(one) - isFirst(other));
    },
    hasMore: () => candidates === undefined || candidates.some(isLeft),
    remember: () => {
      memory.acceptedKey = accepted ?? memory.acceptedKey;
    },
  };
}
