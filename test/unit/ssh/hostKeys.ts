import { createHmac, randomBytes } from "node:crypto";
import { wireMpint, wireString } from "../../../src/ssh/wireFormat.ts";

/** A public key of the right shape, another one for each `seed`; nobody has its private half. */
export function ed25519(seed: number): Buffer {
  return Buffer.concat([wireString("ssh-ed25519"), wireString(Buffer.alloc(32, seed))]);
}

/** See ed25519(). */
export function rsa(seed: number, bits = 2048): Buffer {
  const modulus = Buffer.concat([Buffer.of(0x80), Buffer.alloc(bits / 8 - 1, seed)]);
  return Buffer.concat([wireString("ssh-rsa"), wireMpint(Buffer.of(1, 0, 1)), wireMpint(modulus)]);
}

/** Points of P-256: the generator, and its double. */
const points = [
  "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
  "047cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc4766997807775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d227873d1",
];

/** A public key of which nobody shall make use: its private half is `seed`. */
export function ecdsa(seed: 1 | 2): Buffer {
  const point = Buffer.from(points[seed - 1] ?? "", "hex");
  return Buffer.concat([wireString("ecdsa-sha2-nistp256"), wireString("nistp256"), wireString(point)]);
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
