import { createPublicKey, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import { parsePublicKey, type PublicKey } from "./publicKey.ts";
import { wireMpint, wireString } from "./wireFormat.ts";

/** A key that can sign, wherever its private half is. */
export interface SigningKey {
  readonly publicKey: PublicKey;
  /**
   * The signature as SSH sends it, by an algorithm that fits the key: "rsa-sha2-512", "ssh-ed25519". Rejects with an
   * error that says why there is none.
   */
  sign(data: Buffer, algorithm: string): Promise<Buffer>;
}

/** Hashes of the signature algorithms. Source: RFC 5656, 8332, 8709. */
const hashes: Readonly<Record<string, string | undefined>> = {
  "ssh-ed25519": undefined,
  "ecdsa-sha2-nistp256": "sha256",
  "ecdsa-sha2-nistp384": "sha384",
  "ecdsa-sha2-nistp521": "sha512",
  "rsa-sha2-256": "sha256",
  "rsa-sha2-512": "sha512",
  "ssh-rsa": "sha1",
};

const signAsync = promisify(sign);

/** The key for SSH; undefined when SSH has no keys of its kind (DSA among them: servers no longer take it). */
export function signingKeyOf(key: KeyObject): SigningKey | undefined {
  const blob = publicBlob(key);
  const publicKey = blob && parsePublicKey(blob);
  return (
    publicKey && {
      publicKey,
      sign: async (data, algorithm) => {
        if (!(algorithm in hashes)) {
          throw new Error(`there is no signature algorithm ${algorithm}`);
        }
        const isEcdsa = algorithm.startsWith("ecdsa-");
        // r and s side by side, which node offers for ECDSA alone.
        const signature = await signAsync(
          hashes[algorithm],
          data,
          isEcdsa ? { key, dsaEncoding: "ieee-p1363" } : key,
        );
        const half = signature.length / 2;
        const numbers = [signature.subarray(0, half), signature.subarray(half)];
        return Buffer.concat([
          wireString(algorithm),
          wireString(isEcdsa ? Buffer.concat(numbers.map(wireMpint)) : signature),
        ]);
      },
    }
  );
}

const curves: Readonly<Record<string, string>> = {
  "P-256": "nistp256",
  "P-384": "nistp384",
  "P-521": "nistp521",
};

function publicBlob(key: KeyObject): Buffer | undefined {
  switch (key.asymmetricKeyType) {
    case "ed25519": {
      const { x } = exported(key);
      return Buffer.concat([wireString("ssh-ed25519"), wireString(x)]);
    }
    case "rsa": {
      const { e, n } = exported(key);
      return Buffer.concat([wireString("ssh-rsa"), wireMpint(e), wireMpint(n)]);
    }
    case "ec": {
      const { crv, x, y } = exported(key);
      const curve = curves[crv];
      const point = Buffer.concat([Buffer.from([4]), x, y]);
      return curve === undefined
        ? undefined
        : Buffer.concat([wireString(`ecdsa-sha2-${curve}`), wireString(curve), wireString(point)]);
    }
    default:
      return undefined;
  }
}

/** The public numbers by the names that RFC 7518 gives them; empty where the key has none. */
function exported(
  key: KeyObject,
): Readonly<Record<"x" | "y" | "e" | "n", Buffer>> & { readonly crv: string } {
  const { crv, x, y, e, n } = createPublicKey(key).export({ format: "jwk" });
  const bytes = (text: unknown): Buffer => Buffer.from(typeof text === "string" ? text : "", "base64url");
  return { crv: String(crv), x: bytes(x), y: bytes(y), e: bytes(e), n: bytes(n) };
}
