import assert from "node:assert/strict";
import { isSameCertificate, kubeconfigFacts } from "../../../src/core/kubeconfig/kubeconfigFacts.ts";
import { mergeKubeconfig } from "../../../src/core/kubeconfig/mergeKubeconfig.ts";
import { entries, hasKubectl, kubectlView, pem } from "./samples.ts";

const path = "/home/me/.kube/config";

function mergedText(): string {
  const result = mergeKubeconfig("", entries("demo"), { replace: false, makeCurrent: false });
  return result.kind === "merged" ? result.text : "";
}

describe("what the kubeconfig says about a cluster", () => {
  it("has no entry without a context of its name", () => {
    assert.deepEqual(kubeconfigFacts(path, "", "demo"), { path });
    assert.deepEqual(kubeconfigFacts(path, "contexts: []\n", "demo"), { path });
  });

  it("has the digest of the admin.conf that it came from, and the certificate authority", () => {
    assert.deepEqual(kubeconfigFacts(path, mergedText(), "demo"), {
      path,
      entry: {
        adminConfDigest: entries("demo").adminConfDigest,
        caCertificate: Buffer.from(pem("ca-1"), "base64").toString(),
      },
    });
  });

  it("has no digest when the entry is not ours or a part of it was removed", () => {
    for (const changed of [
      mergedText().replace("kubeadm-bootstrap", "other"),
      mergedText().replace("name: demo-admin", "name: renamed"),
      mergedText().replace("user: demo-admin", "user: me"),
    ]) {
      assert.equal(kubeconfigFacts(path, changed, "demo").entry?.adminConfDigest, undefined);
      assert.ok(kubeconfigFacts(path, changed, "demo").entry?.caCertificate);
    }
    const elsewhere = mergedText().replace("    cluster: demo\n", "    cluster: gone\n");
    assert.deepEqual(kubeconfigFacts(path, elsewhere, "demo").entry, {
      adminConfDigest: undefined,
      caCertificate: undefined,
    });
  });

  (hasKubectl ? it : it.skip)("still has the digest after kubectl has written the file", () => {
    const rewritten = JSON.stringify(kubectlView(mergedText()));
    assert.deepEqual(kubeconfigFacts(path, rewritten, "demo"), kubeconfigFacts(path, mergedText(), "demo"));
  });

  it("compares certificates without their line breaks", () => {
    assert.ok(isSameCertificate("-----BEGIN\r\nabc\r\n", "-----BEGIN\nabc"));
    assert.ok(!isSameCertificate("-----BEGIN\nabc", "-----BEGIN\nabd"));
  });
});
