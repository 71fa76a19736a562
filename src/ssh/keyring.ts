import { Cancelled } from "../core/errors.ts";
import type { SshPrompts } from "../core/run/sshPrompts.ts";
import type { EncryptedKeyFile } from "./privateKey.ts";
import { raceAbort } from "./raceAbort.ts";
import type { SigningKey } from "./signingKey.ts";

/** What asking for the passphrase of a private key came to. */
export type Unlocked =
  | { readonly kind: "key"; readonly key: SigningKey }
  /** The person gave no passphrase. */
  | { readonly kind: "cancelled" }
  /** All that were given are wrong. */
  | { readonly kind: "wrong" };

/** The private keys that were decrypted, for all connections and in memory alone. */
export interface Keyring {
  /**
   * Decrypts the private key of `file`; its passphrase is asked for up to three times. Connections that need it at
   * the same time share the question, which goes away when all of them have given up. Rejects with Cancelled when
   * `unwanted` aborts, and with an error that completes "FILE ..." when the key is of no use once decrypted.
   */
  unlock(file: string, encrypted: EncryptedKeyFile, unwanted: AbortSignal): Promise<Unlocked>;
  /** Forgets every key. */
  clear(): void;
}

interface Unlocking {
  readonly result: Promise<Unlocked>;
  readonly abort: AbortController;
  waiting: number;
}

const passphraseAttempts = 3;

export function createKeyring(prompts: Pick<SshPrompts, "passphrase">): Keyring {
  const keys = new Map<string, SigningKey>();
  const underway = new Map<string, Unlocking>();

  function start(name: string, file: string, encrypted: EncryptedKeyFile): Unlocking {
    const abort = new AbortController();
    const unlocking: Unlocking = { result: ask(file, encrypted, prompts, abort.signal), abort, waiting: 0 };
    underway.set(name, unlocking);
    const settle = (result?: Unlocked): void => {
      if (underway.get(name) !== unlocking) {
        return;
      }
      underway.delete(name);
      if (result?.kind === "key") {
        keys.set(name, result.key);
      }
    };
    unlocking.result.then(settle, () => settle());
    return unlocking;
  }

  async function unlock(file: string, encrypted: EncryptedKeyFile, unwanted: AbortSignal): Promise<Unlocked> {
    // Another key may have taken its place in the file.
    const name = `${file}\n${encrypted.digest}`;
    const known = keys.get(name);
    if (known) {
      return { kind: "key", key: known };
    }
    const unlocking = underway.get(name) ?? start(name, file, encrypted);
    unlocking.waiting++;
    try {
      return await raceAbort(unlocking.result, unwanted);
    } catch (error) {
      if (error instanceof Cancelled && unlocking.waiting === 1) {
        if (underway.get(name) === unlocking) {
          underway.delete(name);
        }
        unlocking.abort.abort();
      }
      throw error;
    } finally {
      unlocking.waiting--;
    }
  }

  function clear(): void {
    keys.clear();
    underway.clear();
  }

  return { unlock, clear };
}

async function ask(
  file: string,
  encrypted: EncryptedKeyFile,
  prompts: Pick<SshPrompts, "passphrase">,
  unwanted: AbortSignal,
): Promise<Unlocked> {
  for (let attempt = 1; attempt <= passphraseAttempts; attempt++) {
    const passphrase = await prompts.passphrase({ file, attempt }, unwanted);
    if (passphrase === undefined) {
      return { kind: "cancelled" };
    }
    const key = encrypted.decrypt(passphrase);
    if (key) {
      return { kind: "key", key };
    }
  }
  return { kind: "wrong" };
}
