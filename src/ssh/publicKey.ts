import { wireReader, wireString, type WireReader } from "./wireFormat.ts";

/** A public key, or a certificate of one, as SSH sends it. */
export interface PublicKey {
  /** As SSH names it: "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com". */
  readonly type: string;
  readonly blob: Buffer;
  /** Base64 of `blob`: equal for equal keys. */
  readonly id: string;
  /** undefined: it is a plain key. */
  readonly certificate: Certificate | undefined;
}

export interface Certificate {
  /** `id` of the key that it certifies. */
  readonly subject: string;
  readonly isForUsers: boolean;
  /** What its issuer calls it. */
  readonly keyId: string;
  /** In seconds since 1970; undefined: it does not expire. */
  readonly expiresAt: number | undefined;
}

const certificateSuffix = "-cert-v01@openssh.com";

/** How many strings a plain key of the type has after its type. Source: PROTOCOL.certkeys, PROTOCOL.u2f. */
const partsOfKey: Readonly<Record<string, number>> = {
  "ssh-ed25519": 1,
  "ssh-rsa": 2,
  "ssh-dss": 4,
  "ecdsa-sha2-nistp256": 2,
  "ecdsa-sha2-nistp384": 2,
  "ecdsa-sha2-nistp521": 2,
  "sk-ssh-ed25519@openssh.com": 2,
  "sk-ecdsa-sha2-nistp256@openssh.com": 3,
};

/** Keys of unknown types included; undefined when it cannot be read. */
export function parsePublicKey(blob: Buffer): PublicKey | undefined {
  try {
    const reader = wireReader(blob);
    const type = reader.string().toString("latin1");
    const certificate = type.endsWith(certificateSuffix) ? readCertificate(type, reader) : undefined;
    return { type, blob, id: blob.toString("base64"), certificate };
  } catch (error) {
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

/** The key of a line "TYPE BASE64 COMMENT", as in FILE.pub; undefined when it is none. */
export function parsePublicKeyLine(text: string): PublicKey | undefined {
  const [, type, data] = /^\s*([\w@.-]+)\s+([\w+/]+=*)(?:\s|$)/.exec(text) ?? [];
  const key = data === undefined ? undefined : parsePublicKey(Buffer.from(data, "base64"));
  return key?.type === type ? key : undefined;
}

/** Type of the plain key that a certificate of `type` is for; `type` itself when it is no certificate's. */
export function plainTypeOf(type: string): string {
  if (!type.endsWith(certificateSuffix)) {
    return type;
  }
  const base = type.slice(0, -certificateSuffix.length);
  return base.startsWith("sk-") ? `${base}@openssh.com` : base;
}

function readCertificate(type: string, reader: WireReader): Certificate | undefined {
  const plainType = plainTypeOf(type);
  const parts = partsOfKey[plainType];
  if (parts === undefined) {
    return undefined;
  }
  reader.string(); // a nonce
  const key = [Buffer.from(plainType), ...Array.from({ length: parts }, () => reader.string())];
  reader.uint64(); // its serial number
  const isForUsers = reader.uint32() === 1;
  const keyId = reader.string().toString();
  reader.string(); // the users that it is for
  reader.uint64(); // valid from
  const expiresAt = reader.uint64();
  return {
    subject: Buffer.concat(key.map(wireString)).toString("base64"),
    isForUsers,
    keyId,
    expiresAt: expiresAt > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(expiresAt),
  };
}
