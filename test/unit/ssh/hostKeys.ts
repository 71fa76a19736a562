import { createHmac, randomBytes } from "node:crypto";

/** Bytes after their length, as SSH's wire format has them. */
export function field(bytes: Buffer | string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, Buffer.from(bytes)]);
}

/** A public key of the right shape, another one for each `seed`; nobody has its private half. */
export function ed25519(seed: number): Buffer {
  return Buffer.concat([field("ssh-ed25519"), field(Buffer.alloc(32, seed))]);
}

/** See ed25519(). */
export function rsa(seed: number, bits = 2048): Buffer {
  const modulus = Buffer.concat([Buffer.of(0, 0x80), Buffer.alloc(bits / 8 - 1, seed)]);
  return Buffer.concat([field("ssh-rsa"), field(Buffer.of(1, 0, 1)), field(modulus)]);
}

/** See ed25519(). */
export function ecdsa(seed: number): Buffer {
  const point = Buffer.concat([Buffer.of(4), Buffer.alloc(64, seed)]);
  return Buffer.concat([field("ecdsa-sha2-nistp256"), field("nistp256"), field(point)]);
}

/** A line of known_hosts; `marker` with the space after it. */
export function line(names: string, key: Buffer, marker = ""): string {
  const type = key.toString("latin1", 4, 4 + key.readUInt32BE(0));
  return `${marker}${names} ${type} ${key.toString("base64")}\n`;
}

/** The name as ssh-keygen -H writes it. */
export function hashed(name: string): string {
  const salt = randomBytes(20);
  const hash = createHmac("sha1", salt).update(name).digest("base64");
  return `|1|${salt.toString("base64")}|${hash}`;
}
