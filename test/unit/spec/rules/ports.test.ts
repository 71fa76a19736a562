import assert from "node:assert/strict";
import { specText } from "../specText.ts";
import { assertRepairs, findings, messages } from "./ruleTest.ts";

const endpoint = (port: string, documents?: string, spec = ""): string =>
  specText({
    hosts: "[{name: a, role: control-plane, ssh: {address: 10.0.0.1}}]",
    spec: `controlPlaneEndpoint: 10.0.0.1:${port}${spec}`,
    ...(documents !== undefined && { documents }),
  });
const kubeadm = (kind: string, fields: string): string =>
  `apiVersion: kubeadm.k8s.io/v1beta4\nkind: ${kind}\n${fields}`;
const ssh = (role: string, port: number, more = ""): string =>
  specText({
    hosts: `[{name: a, role: control-plane}, {name: b, role: ${role}, ssh: {address: 10.0.0.2, port: ${port}}${more}}]`,
  });

describe("port-clash", () => {
  for (const [port, who] of [
    ["10250", "the kubelet"],
    ["10257", "the controller manager"],
    ["10259", "the scheduler"],
    ["2379", "etcd"],
    ["10256", "kube-proxy's health check"],
  ] as const) {
    it(`finds an API server on port ${port}, which is of ${who}`, () => {
      assert.deepEqual(messages("port-clash", endpoint(port)), [
        `error spec.controlPlaneEndpoint: expected a port of its own for the API server, got ${port}, on which ${who} listens`,
      ]);
      assertRepairs("port-clash", endpoint(port), "Change the port to 6443");
    });
  }

  it("finds an API server on a port of the pod network", () => {
    const text = endpoint("179", undefined, "\n  podNetwork: {plugin: calico}");
    assert.match(messages("port-clash", text).join(), /got 179, on which Calico's BGP listens/);
    assert.deepEqual(findings("port-clash", endpoint("179")), []);
  });

  it("lets an API server have etcd's port where etcd is elsewhere", () => {
    const external = kubeadm(
      "ClusterConfiguration",
      "etcd: {external: {endpoints: [https://10.0.0.9:2379]}}",
    );
    assert.deepEqual(findings("port-clash", endpoint("2379", external)), []);
  });

  it("warns of an API server among the node ports, wherever these are", () => {
    assert.match(
      messages("port-clash", endpoint("30443")).join(),
      /^warning spec\.controlPlaneEndpoint: expected a port outside of 30000-32767, got 30443;/,
    );
    assert.equal(findings("port-clash", endpoint("32768")).length, 0);
    const range = kubeadm(
      "ClusterConfiguration",
      'apiServer: {extraArgs: [{name: service-node-port-range, value: "8000-9000"}]}',
    );
    assert.equal(findings("port-clash", endpoint("30443", range)).length, 0);
    assert.equal(findings("port-clash", endpoint("8443", range)).length, 1);
    assertRepairs("port-clash", endpoint("8443", range), "Change the port to 6443");
  });

  it("looks at the ports of kubeadm's documents", () => {
    const init = kubeadm("InitConfiguration", "localAPIEndpoint: {bindPort: 10250}");
    assert.deepEqual(messages("port-clash", endpoint("6443", init)), [
      "error InitConfiguration.localAPIEndpoint.bindPort: expected a port of its own for the API server, got 10250, on which the kubelet listens",
    ]);
    assertRepairs("port-clash", endpoint("6443", init), "Remove bindPort");
    const join = kubeadm("JoinConfiguration", "controlPlane: {localAPIEndpoint: {bindPort: 10259}}");
    assertRepairs("port-clash", endpoint("6443", join), "Remove bindPort");
  });

  it("looks at the kubelet's port", () => {
    const kubelet = (port: number): string =>
      `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nport: ${port}`;
    assert.match(
      messages("port-clash", specText({ documents: kubelet(6443) })).join(),
      /^error KubeletConfiguration\.port: .*on which the API server listens$/,
    );
    assertRepairs("port-clash", specText({ documents: kubelet(10256) }), "Remove port");
    assert.equal(findings("port-clash", endpoint("8443", kubelet(8443))).length, 1, "told once");
    assert.deepEqual(findings("port-clash", endpoint("10250", kubelet(10350))), []);
  });

  it("leaves a load balancer's port alone", () => {
    const text = specText({ spec: "controlPlaneEndpoint: k8s.example.com:10250" });
    assert.deepEqual(findings("port-clash", text), []);
  });

  it("warns of SSH on a port that something else will listen on", () => {
    assert.deepEqual(messages("port-clash", ssh("worker", 10250)), [
      "warning spec.hosts[1].ssh.port: expected a port of its own for SSH, got 10250, on which the kubelet will listen",
    ]);
    assert.match(
      messages("port-clash", ssh("control-plane", 6443)).join(),
      /on which the API server will listen/,
    );
    assert.match(messages("port-clash", ssh("worker", 30022)).join(), /outside of 30000-32767/);
  });

  it("says nothing of SSH on ports that are free on the host, or perhaps not the host's own", () => {
    for (const text of [
      ssh("worker", 22),
      ssh("worker", 2222),
      ssh("worker", 6443),
      ssh("worker", 2379),
      ssh("worker", 10250, ", privateAddress: 10.9.0.2"),
    ]) {
      assert.deepEqual(messages("port-clash", text), [], text);
    }
  });

  it("copes with options of the pod network that are wrong", () => {
    const text = endpoint("10250", undefined, "\n  podNetwork: {plugin: flannel, options: {backend: 7}}");
    assert.equal(findings("port-clash", text).length, 1);
  });
});

describe("api-port-firewall", () => {
  it("says which port must be let through", () => {
    assert.deepEqual(messages("api-port-firewall", endpoint("8443")), [
      "information spec.controlPlaneEndpoint: the API servers listen on 8443 instead of 6443; firewalls must let TCP 8443 through to every control plane, from all hosts and from whoever uses the cluster",
    ]);
    const init = kubeadm("InitConfiguration", "localAPIEndpoint: {bindPort: 7443}");
    assert.match(
      messages("api-port-firewall", specText({ documents: init })).join(),
      /^information InitConfiguration/,
    );
  });

  it("says nothing of 6443, of no port, and of a load balancer's", () => {
    assert.deepEqual(findings("api-port-firewall", endpoint("6443")), []);
    assert.deepEqual(findings("api-port-firewall", specText({})), []);
    const text = specText({ spec: "controlPlaneEndpoint: k8s.example.com:443" });
    assert.deepEqual(findings("api-port-firewall", text), []);
  });
});
