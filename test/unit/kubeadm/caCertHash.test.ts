import assert from "node:assert/strict";
import { caCertHash } from "../../../src/core/kubeadm/caCertHash.ts";
import { fixture } from "./golden.ts";

describe("caCertHash", () => {
  it("is the hash that kubeadm printed for its own CA", () => {
    assert.equal(
      caCertHash(fixture("ca.crt")),
      "sha256:60f115d35154b9894b8a04d2f01de68e7e979b4ee04832d11d7eb7332e2495b6",
    );
  });

  it("is the hash that openssl computes for an elliptic-curve CA", () => {
    assert.equal(
      caCertHash(fixture("ca-ecdsa.crt")),
      "sha256:c2915698fb929a51e7a566d9368629cd01b02c8753a895636cb4de1edf322705",
    );
  });

  it("throws when it is no certificate", () => {
    assert.throws(() => caCertHash("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
  });
});
