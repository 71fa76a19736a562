import { createHash, createPublicKey } from "node:crypto";
import { wireReader } from "./wireFormat.ts";

/** The fingerprint of a public key (SSH wire format) as OpenSSH prints it: "SHA256:" and base64 without "=". */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/**
 * The type of a public key (SSH wire format): "ssh-ed25519". undefined when ssh would not take the key: it is damaged,
 * or too short, or of a type that ssh does not know.
 */
export function keyTypeOf(key: Buffer): string | undefined {
  const [name, ...parts] = fieldsOf(key);
  const type = name?.toString("latin1");
  return type !== undefined && isShape(type, parts) ? type : undefined;
}

/**
 * The key that `type` and `encoded` (base64) stand for in known_hosts, in SSH's wire format; undefined where ssh
 * passes over the line: its base64 or its key is damaged, or the key is of another type than it says.
 */
export function readHostKey(type: string, encoded: string): Buffer | undefined {
  // ssh passes over these (a carriage return, say) wherever they stand.
  const text = encoded.replace(/[\r\v\f]/g, "");
  const key = Buffer.from(text, "base64");
  // Buffer.from() forgives what base64 does not allow; what it wrote itself is sound.
  if (key.toString("base64") !== text) {
    return undefined;
  }
  // A signature algorithm of RSA names the same keys.
  const wanted = /^rsa-sha2-(?:256|512)$/.test(type) ? "ssh-rsa" : type;
  return keyTypeOf(key) === wanted ? key : undefined;
}

/** The strings that `blob` is made of; [] when there is anything else in it. */
function fieldsOf(blob: Buffer): readonly Buffer[] {
  const reader = wireReader(blob);
  const fields: Buffer[] = [];
  try {
    for (let size = 0; size < blob.length;) {
      const field = reader.string();
      fields.push(field);
      size += 4 + field.length;
    }
    return fields;
  } catch (error) {
    if (error instanceof RangeError) {
      return [];
    }
    throw error;
  }
}

/** Names that a JSON Web Key gives the curves. */
const curves: Readonly<Record<string, string>> = { nistp256: "P-256", nistp384: "P-384", nistp521: "P-521" };

/** Whether the fields after the type are those of such a key. Sources: RFC 4253, 5656, 8709; PROTOCOL.u2f. */
function isShape(type: string, fields: readonly Buffer[]): boolean {
  const [first, second] = fields;
  switch (type) {
    case "ssh-ed25519":
      return fields.length === 1 && first?.length === 32;
    case "sk-ssh-ed25519@openssh.com":
      return fields.length === 2 && first?.length === 32;
    case "ssh-rsa":
      // ssh takes no modulus below 1024 bits.
      return fields.length === 2 && bitsOf(second) >= 1024;
    case "sk-ecdsa-sha2-nistp256@openssh.com":
      return fields.length === 3 && isPoint("nistp256", first, second);
    default: {
      const curve = /^ecdsa-sha2-(nistp\d{3})$/.exec(type)?.[1];
      return curve !== undefined && fields.length === 2 && isPoint(curve, first, second);
    }
  }
}

/** Bits of a number as SSH writes it (mpint); 0 for a negative one. */
function bitsOf(number: Buffer | undefined): number {
  const start = number?.findIndex((byte) => byte !== 0) ?? -1;
  const first = number?.[start];
  return number === undefined || first === undefined || (number[0] ?? 0) >= 0x80
    ? 0
    : (number.length - start) * 8 - (Math.clz32(first) - 24);
}

/** Whether `point` (uncompressed) lies on the curve of that `name`. */
function isPoint(curve: string, name: Buffer | undefined, point: Buffer | undefined): boolean {
  const crv = curves[curve];
  if (crv === undefined || name?.toString("latin1") !== curve || point?.[0] !== 4) {
    return false;
  }
  const middle = (1 + point.length) / 2;
  const [x, y] = [point.subarray(1, middle), point.subarray(middle)].map((part) =>
    part.toString("base64url"),
  );
  try {
    createPublicKey({ format: "jwk", key: { kty: "EC", crv, x, y } });
    return true;
  } catch {
    return false;
  }
}
