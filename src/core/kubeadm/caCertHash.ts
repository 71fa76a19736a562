import { createHash, X509Certificate } from "node:crypto";

/**
 * The hash by which a joining host recognises the cluster: "sha256:HEX" of the certificate's public key (its
 * SubjectPublicKeyInfo, DER), as kubeadm computes it. `pem` is the cluster's ca.crt. Throws when it is none.
 */
export function caCertHash(pem: string): string {
  const key = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
  return `sha256:${createHash("sha256").update(key).digest("hex")}`;
}
