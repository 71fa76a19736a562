import { createPrivateKey, hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import ssh2 from "ssh2";
import { messageOf } from "../core/errors.ts";
import type { Secret } from "../core/shell/secret.ts";
import { parsePublicKey, parsePublicKeyLine, type PublicKey } from "./publicKey.ts";
import { type SigningKey, signingKeyOf } from "./signingKey.ts";
import { wireReader } from "./wireFormat.ts";

/** What a file that is said to hold a private key holds. */
export type KeyFile =
  | { readonly kind: "missing" }
  /** `why` completes "FILE ...": "is not a private key". */
  | { readonly kind: "unusable"; readonly why: string }
  /** A public key, or one whose private half a security key holds: an agent may sign with it. */
  | { readonly kind: "public"; readonly publicKey: PublicKey }
  | { readonly kind: "open"; readonly key: SigningKey }
  | EncryptedKeyFile;

export interface EncryptedKeyFile {
  readonly kind: "encrypted";
  /** undefined: the file says nothing of it before it is decrypted. */
  readonly publicKey: PublicKey | undefined;
  /** Of its contents, to tell whether they have changed. */
  readonly digest: string;
  /** undefined: the passphrase is wrong. Throws when what it decrypts to is of no use. */
  decrypt(passphrase: Secret): SigningKey | undefined;
}

/**
 * Reads a private key: OpenSSH's own format, PEM (PKCS#1, SEC1, PKCS#8) and PuTTY's version 2. Never rejects.
 * Source: PROTOCOL.key of OpenSSH, RFC 7468.
 */
export async function readKeyFile(file: string): Promise<KeyFile> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? { kind: "missing" } : { kind: "unusable", why: `cannot be read (${message})` };
  }
  return parseKeyFile(text);
}

/** The public key of a file "TYPE BASE64 COMMENT"; undefined when there is none. */
export async function readPublicKeyFile(file: string): Promise<PublicKey | undefined> {
  const text = await readFile(file, "latin1").catch(() => "");
  return parsePublicKeyLine(text);
}

function parseKeyFile(text: string): KeyFile {
  try {
    const publicKey = parsePublicKeyLine(text);
    if (publicKey) {
      return { kind: "public", publicKey };
    }
    if (text.includes("-----BEGIN OPENSSH PRIVATE KEY-----")) {
      return parseOpensshKey(text);
    }
    return /-----BEGIN (?:\w+ )?PRIVATE KEY-----/.test(text) ? parsePemKey(text) : parsePuttyKey(text);
  } catch (error) {
    return { kind: "unusable", why: `is not a private key that can be used (${messageOf(error)})` };
  }
}

function parseOpensshKey(text: string): KeyFile {
  const [, base64 = ""] = /-----BEGIN OPENSSH PRIVATE KEY-----([\w+/=\s]*)-----END/.exec(text) ?? [];
  const magic = "openssh-key-v1\0";
  const data = Buffer.from(base64, "base64");
  if (data.toString("latin1", 0, magic.length) !== magic) {
    throw new Error("its contents are damaged");
  }
  const reader = wireReader(data.subarray(magic.length));
  const cipher = reader.string().toString("latin1");
  reader.string(); // how the passphrase becomes a key
  reader.string(); // and with which settings
  reader.uint32(); // the number of keys: OpenSSH writes one
  // Not encrypted, whatever the private half is.
  const publicKey = parsePublicKey(reader.string());
  if (publicKey?.type.startsWith("sk-")) {
    return { kind: "public", publicKey };
  }
  if (cipher.startsWith("chacha20-")) {
    return {
      kind: "unusable",
      why: `is encrypted with ${cipher}, which cannot be decrypted here; add it to an SSH agent, or encrypt it anew with ssh-keygen -p -Z aes256-ctr`,
    };
  }
  return cipher === "none"
    ? { kind: "open", key: parseWithSsh2(text) }
    : encrypted(text, (passphrase) => parseWithSsh2(text, passphrase), publicKey);
}

function parsePemKey(text: string): KeyFile {
  const open = (passphrase?: string): SigningKey =>
    usable(
      signingKeyOf(createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) })),
    );
  return /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text)
    ? encrypted(text, open)
    : { kind: "open", key: open() };
}

function parsePuttyKey(text: string): KeyFile {
  const [, version, cipher] = /^PuTTY-User-Key-File-(\d+):.*\r?\nEncryption: (\S+)/.exec(text) ?? [];
  if (version === undefined) {
    return { kind: "unusable", why: "is not a private key" };
  }
  if (version !== "2") {
    return {
      kind: "unusable",
      why: "is a key of PuTTY; export it as an OpenSSH key (PuTTYgen, menu Conversions)",
    };
  }
  return cipher === "none"
    ? { kind: "open", key: parseWithSsh2(text) }
    : encrypted(text, (passphrase) => parseWithSsh2(text, passphrase));
}

function encrypted(
  text: string,
  open: (passphrase: string) => SigningKey,
  publicKey?: PublicKey,
): EncryptedKeyFile {
  return {
    kind: "encrypted",
    publicKey,
    digest: hash("sha256", text),
    // Libraries tell a wrong passphrase in many ways, as what it decrypts to is no key in many ways.
    decrypt: (passphrase) => {
      try {
        return open(passphrase.reveal());
      } catch (error) {
        if (error instanceof UnusableKey) {
          throw error;
        }
        return undefined;
      }
    },
  };
}

/** Throws when ssh2 cannot read it: the passphrase is wrong, or the key of a kind that it does not know. */
function parseWithSsh2(text: string, passphrase?: string): SigningKey {
  const key = ssh2.utils.parseKey(text, passphrase);
  if (key instanceof Error) {
    throw key;
  }
  return usable(signingKeyOf(createPrivateKey(key.getPrivatePEM())));
}

class UnusableKey extends Error {}

function usable(key: SigningKey | undefined): SigningKey {
  if (!key) {
    throw new UnusableKey("SSH servers take no keys of its type");
  }
  return key;
}
