import assert from "node:assert/strict";
import { formatDiagnostic } from "../../../src/core/spec/diagnostic.ts";
import { parseSpec } from "../../../src/core/spec/parseSpec.ts";

describe("parseSpec: the pod network", () => {
  const problems = (podNetwork: string): readonly string[] => {
    const text = `apiVersion: kubeadm-bootstrap/v1alpha1
kind: Cluster
metadata: { name: demo }
spec:
  kubernetesVersion: "1.36"
  podNetwork: ${podNetwork}
  hosts:
    - { name: cp-1, role: control-plane, ssh: { address: 10.0.0.11 } }
`;
    return parseSpec(text, "cluster.yaml").diagnostics.map(formatDiagnostic);
  };

  it("may have options that its plugin has", () => {
    assert.deepEqual(problems("{ plugin: flannel, options: { backend: host-gw } }"), []);
  });

  it("may not have an option that its plugin does not have, or a value that it does not take", () => {
    const [unknown] = problems("{ plugin: flannel, options: { backnd: host-gw } }");
    assert.match(unknown ?? "", /^cluster\.yaml:6:\d+: spec\.podNetwork\.options\.backnd: /);
    const [value] = problems("{ plugin: flannel, options: { backend: pigeon } }");
    assert.match(value ?? "", /spec\.podNetwork\.options\.backend: .*vxlan/);
  });

  it("needs a manifest where its project publishes none, and says how to make one", () => {
    const [missing] = problems("{ plugin: cilium }");
    assert.match(missing ?? "", /spec\.podNetwork.*helm template/);
    assert.deepEqual(problems("{ plugin: cilium, manifest: ./cilium.yaml }"), []);
  });
});
