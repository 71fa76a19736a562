import { readFile } from "node:fs/promises";
import ssh2, { type ParsedKey } from "ssh2";
import type { ConnectPrompts } from "../core/run/sshPrompts.ts";

/** What reading a private key came to. */
export type PrivateKeyResult =
  | { readonly kind: "key"; readonly key: ParsedKey }
  | { readonly kind: "missing" }
  /** The person gave no passphrase. */
  | { readonly kind: "cancelled" }
  /** `why` completes "FILE ...": "is not a private key (...)". */
  | { readonly kind: "unusable"; readonly why: string };

const passphraseAttempts = 3;

/** Reads a private key; asks for its passphrase, up to three times, when it is encrypted. */
export async function readPrivateKey(
  file: string,
  prompts: Pick<ConnectPrompts, "passphrase">,
): Promise<PrivateKeyResult> {
  let data: Buffer;
  try {
    data = await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? { kind: "missing" } : { kind: "unusable", why: `cannot be read (${message})` };
  }
  const plain = ssh2.utils.parseKey(data);
  if (!(plain instanceof Error)) {
    return plain.isPrivateKey()
      ? { kind: "key", key: plain }
      : { kind: "unusable", why: "is a public key; name the private key beside it" };
  }
  // ssh2 has no code for this; its four messages for an encrypted key without a passphrase end alike.
  if (!plain.message.includes("no passphrase given")) {
    return { kind: "unusable", why: `is not a private key that can be used (${plain.message})` };
  }
  for (let attempt = 1; attempt <= passphraseAttempts; attempt++) {
    const passphrase = await prompts.passphrase({ file, attempt });
    if (passphrase === undefined) {
      return { kind: "cancelled" };
    }
    const key = ssh2.utils.parseKey(data, passphrase.reveal());
    if (!(key instanceof Error)) {
      return { kind: "key", key };
    }
  }
  return { kind: "unusable", why: "cannot be decrypted with any of the passphrases given" };
}
