import { createHash } from "node:crypto";

/** The fingerprint of a public key (SSH wire format) as OpenSSH prints it: "SHA256:" and base64 without "=". */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The type that a public key (SSH wire format) starts with: "ssh-ed25519"; "" when it is damaged. */
export function keyTypeOf(key: Buffer): string {
  return fieldsOf(key)[0]?.toString("latin1") ?? "";
}

/**
 * The key that `type` and `encoded` (base64) stand for in known_hosts, in SSH's wire format; undefined where ssh
 * passes over the line: damaged base64, another type than the one it names, a type that ssh does not know.
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
  const [name, ...parts] = fieldsOf(key);
  return name?.toString("latin1") === wanted && isShape(wanted, parts) ? key : undefined;
}

/** The strings (length and bytes) that `blob` is made of; [] when there is anything else in it. */
function fieldsOf(blob: Buffer): readonly Buffer[] {
  const fields: Buffer[] = [];
  for (let at = 0; at < blob.length;) {
    const start = at + 4;
    if (start > blob.length) {
      return [];
    }
    at = start + blob.readUInt32BE(start - 4);
    if (at > blob.length) {
      return [];
    }
    fields.push(blob.subarray(start, at));
  }
  return fields;
}

/** Sizes of a coordinate, in bytes. */
const curves: Readonly<Record<string, number>> = { nistp256: 32, nistp384: 48, nistp521: 66 };

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

function isPoint(curve: string, name: Buffer | undefined, point: Buffer | undefined): boolean {
  const size = curves[curve];
  return (
    size !== undefined &&
    name?.toString("latin1") === curve &&
    point?.[0] === 4 &&
    point.length === 1 + 2 * size
  );
}
