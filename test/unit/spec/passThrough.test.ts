import assert from "node:assert/strict";
import { problemsOf, specOf, specText } from "./specText.ts";

const document = (text: string, version = '"1.36"'): string => specText({ version, documents: text });

describe("parseSpec: kubeadm documents", () => {
  it("keeps a document as it is written", () => {
    const spec = specOf(
      document("apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: null"),
    );
    assert.deepEqual(spec.passThrough, [
      {
        kind: "KubeProxyConfiguration",
        apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
        value: { apiVersion: "kubeproxy.config.k8s.io/v1alpha1", kind: "KubeProxyConfiguration", mode: null },
      },
    ]);
  });

  for (const [version, apiVersion] of [
    ["1.20.2", "v1beta2"],
    ["1.28", "v1beta3"],
    ["1.31.0", "v1beta4"],
  ]) {
    it(`wants kubeadm's documents in ${apiVersion} for Kubernetes ${version}`, () => {
      const problemsIn = (wanted: string): readonly string[] =>
        problemsOf(
          document(`apiVersion: kubeadm.k8s.io/${wanted}\nkind: InitConfiguration`, `"${version}"`),
        ).filter((problem) => problem.includes("InitConfiguration"));
      assert.deepEqual(problemsIn(apiVersion ?? ""), []);
      assert.deepEqual(problemsIn("v1beta1"), [
        `cluster.yaml:9:13: InitConfiguration.apiVersion: expected kubeadm.k8s.io/${apiVersion}, which is what Kubernetes ${version} reads, got "kubeadm.k8s.io/v1beta1"`,
      ]);
    });
  }

  it("refuses a kind that it does not know, and suggests the one that was meant", () => {
    assert.deepEqual(problemsOf(document("kind: KubeletConfigration")), [
      'cluster.yaml:9:7: kind: expected ClusterConfiguration, InitConfiguration, JoinConfiguration, KubeletConfiguration or KubeProxyConfiguration, got "KubeletConfigration"; did you mean KubeletConfiguration?',
    ]);
  });

  it("refuses a second cluster, a second document of one kind, and what is no document", () => {
    const kubelet = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration";
    assert.deepEqual(problemsOf(document(`${kubelet}\n---\n${kubelet}\n---\nkind: Cluster\n---\nhello`)), [
      "cluster.yaml:13:7: kind: expected one KubeletConfiguration a file, got a second one",
      "cluster.yaml:15:7: kind: expected one cluster a file; put this one into a file of its own",
      'cluster.yaml:17:1: expected a document of kind ClusterConfiguration, InitConfiguration, JoinConfiguration, KubeletConfiguration or KubeProxyConfiguration, got "hello"',
    ]);
  });

  it("ignores empty documents", () => {
    assert.deepEqual(specOf(document("# nothing\n---")).passThrough, []);
  });

  it("refuses what the spec itself decides, and says where to write it", () => {
    const text = document(
      "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: v1.36.0\nnetworking:\n  podSubnet: 10.0.0.0/16",
    );
    assert.deepEqual(problemsOf(text), [
      "cluster.yaml:11:1: ClusterConfiguration.kubernetesVersion: remove it: spec.kubernetesVersion says it",
      "cluster.yaml:13:3: ClusterConfiguration.networking.podSubnet: remove it, and write spec.networking.podSubnet",
    ]);
  });

  it("refuses secrets, which do not belong in a spec file, without repeating them", () => {
    const text = document(
      "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\ncertificateKey: 0123abcd\nbootstrapTokens: [{token: abcdef.0123456789abcdef}]",
    );
    const problems = problemsOf(text);
    assert.equal(problems.length, 2);
    assert.ok(problems.every((problem) => /a secret does not belong in a spec file/.test(problem)));
    assert.doesNotMatch(problems.join("\n"), /0123/);
  });

  it("refuses another cgroup driver than containerd's, and allows the same one", () => {
    const kubelet = (driver: string): string =>
      document(
        `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\ncgroupDriver: ${driver}`,
      );
    assert.deepEqual(problemsOf(kubelet("systemd")), []);
    assert.match(
      problemsOf(kubelet("cgroupfs")).join(),
      /^cluster.yaml:11:1: KubeletConfiguration.cgroupDriver: /,
    );
  });

  it("checks documents also while the cluster itself is wrong", () => {
    const text = specText({ version: "1.36", documents: "kind: Nonsense" });
    assert.equal(problemsOf(text).length, 2);
  });
});
