import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { wireString, wireUint32 } from "../../../src/ssh/wireFormat.ts";

/** A security key of the test's own, which is touched whenever it is asked. Source: PROTOCOL.u2f of OpenSSH. */
const securityKey = generateKeyPairSync("ed25519");
export const securityKeyType = "sk-ssh-ed25519@openssh.com";
const application = "ssh:";
export const securityKeyBlob = Buffer.concat([
  wireString(securityKeyType),
  wireString(Buffer.from(securityKey.publicKey.export({ format: "jwk" }).x ?? "", "base64url")),
  wireString(application),
]);

/** The signature as SSH sends it. */
export function signBySecurityKey(data: Buffer): Buffer {
  const digest = (value: Buffer | string): Buffer => createHash("sha256").update(value).digest();
  const touchedAndCounted = Buffer.concat([Buffer.from([1]), wireUint32(7)]);
  const signed = Buffer.concat([digest(application), touchedAndCounted, digest(data)]);
  const signature = sign(undefined, signed, securityKey.privateKey);
  return Buffer.concat([wireString(securityKeyType), wireString(signature), touchedAndCounted]);
}
