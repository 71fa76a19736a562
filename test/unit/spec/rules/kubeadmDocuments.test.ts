import assert from "node:assert/strict";
import { kubeadmFeatureGates } from "../../../../src/core/kubernetes/featureGates.ts";
import { formatGoDuration, isGoDuration, toGoDuration } from "../../../../src/core/kubernetes/goDuration.ts";
import { specText } from "../specText.ts";
import { assertRepairs, findings, messages } from "./ruleTest.ts";

const proxy = (fields: string): string =>
  `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n${fields}`;
const kubelet = (fields: string): string =>
  `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n${fields}`;
const kubeadm = (kind: string, fields: string): string =>
  `apiVersion: kubeadm.k8s.io/v1beta4\nkind: ${kind}\n${fields}`;
const at = (minor: number, documents: string): string => specText({ version: `"1.${minor}"`, documents });

describe("ipvs-deprecated", () => {
  it("warns from 1.35 on, and changes the mode", () => {
    assert.deepEqual(messages("ipvs-deprecated", at(35, proxy("mode: ipvs"))), [
      "warning KubeProxyConfiguration.mode: expected nftables or iptables, got ipvs, which is deprecated since 1.35; nftables is as fast, and needs Linux 5.13 or newer on every host",
    ]);
    const nftables = assertRepairs("ipvs-deprecated", at(35, proxy("mode: ipvs")), "Change it to nftables");
    assert.match(nftables, /^mode: nftables$/m);
    assertRepairs("ipvs-deprecated", at(35, proxy("mode: ipvs")), "Change it to iptables");
  });

  it("says nothing before, of other modes, and of other documents", () => {
    assert.deepEqual(findings("ipvs-deprecated", at(34, proxy("mode: ipvs"))), []);
    assert.deepEqual(findings("ipvs-deprecated", at(36, proxy("mode: iptables\nipvs: {scheduler: rr}"))), []);
    assert.deepEqual(findings("ipvs-deprecated", at(36, kubelet("mode: ipvs"))), []);
  });
});

describe("unknown-feature-gate", () => {
  const gates = (minor: number, names: readonly string[], kind = "ClusterConfiguration"): string => {
    const fields = `featureGates: {${names.map((name) => `${name}: true`).join(", ")}}`;
    const document = kind === "ClusterConfiguration" ? kubeadm(kind, fields) : kubelet(fields);
    return at(minor, minor < 31 ? document.replace("v1beta4", "v1beta3") : document);
  };

  it("knows the gates of each release of kubeadm", () => {
    for (const [name, { since, until = 37 }] of Object.entries(kubeadmFeatureGates)) {
      const first = Math.max(since, 22);
      for (const minor of [first, until]) {
        assert.deepEqual(findings("unknown-feature-gate", gates(minor, [name])), [], `${name} in 1.${minor}`);
      }
    }
  });

  it("says of a gate that it came later, or is gone", () => {
    assert.match(
      messages("unknown-feature-gate", gates(31, ["NodeLocalCRISocket"])).join(),
      /^warning ClusterConfiguration\.featureGates\.NodeLocalCRISocket: .*got NodeLocalCRISocket, which came with 1\.32$/,
    );
    assert.match(
      messages("unknown-feature-gate", gates(33, ["EtcdLearnerMode"])).join(),
      /got EtcdLearnerMode, which went after 1\.32; remove it$/,
    );
    assertRepairs("unknown-feature-gate", gates(33, ["EtcdLearnerMode"]), "Remove EtcdLearnerMode");
  });

  it("renames a gate to the one that was meant", () => {
    assertRepairs("unknown-feature-gate", gates(32, ["EtcdLernerMode"]), "Rename it to EtcdLearnerMode");
  });

  it("says where gates of Kubernetes itself go", () => {
    assert.match(
      messages("unknown-feature-gate", gates(36, ["InPlacePodVerticalScaling"])).join(),
      /feature-gates: InPlacePodVerticalScaling=true, or in the KubeletConfiguration$/,
    );
  });

  it("only hints for a version that is newer than what is known", () => {
    assert.match(
      messages("unknown-feature-gate", gates(38, ["SomethingNew"])).join(),
      /^hint .*that is known here/,
    );
  });

  it("takes any name that can be one for a gate of the kubelet", () => {
    assert.deepEqual(
      findings("unknown-feature-gate", gates(36, ["SomethingNew", "AllAlpha"], "Kubelet")),
      [],
    );
    assert.match(
      messages("unknown-feature-gate", gates(36, ["nodeSwap"], "Kubelet")).join(),
      /^hint .*capital letter$/,
    );
    assert.match(
      messages("unknown-feature-gate", gates(36, ["EtcdLearnerMode"], "Kubelet")).join(),
      /^hint .*which is one of kubeadm/,
    );
  });

  it("says nothing of gates that are no map, and of names that every object has", () => {
    assert.deepEqual(
      findings("unknown-feature-gate", at(36, kubeadm("ClusterConfiguration", "featureGates: [a]"))),
      [],
    );
    assert.equal(findings("unknown-feature-gate", gates(36, ["constructor"])).length, 1);
  });
});

describe("duration", () => {
  const timeouts = (value: string): string =>
    at(36, kubeadm("InitConfiguration", `timeouts: {kubernetesAPICall: ${value}}`));

  for (const sound of ["5m0s", "1h30m", "1.5h", '"0"', "-1m", "300ms", "10µs", "null"]) {
    it(`reads ${sound}`, () => {
      assert.deepEqual(findings("duration", timeouts(sound)), []);
    });
  }

  for (const [written, meant] of [
    ['"5 minutes"', "5m0s"],
    ['"90 s"', "1m30s"],
    ['"365d"', "8760h0m0s"],
    ['"1y"', "8760h0m0s"],
    ["30", "30s"],
    ["30", "30m0s"],
    ['"30"', "30s"],
  ] as const) {
    it(`repairs ${written} to ${meant}`, () => {
      assertRepairs("duration", timeouts(written), `Change it to ${meant}`);
    });
  }

  it("says what is expected, with the number as it is written", () => {
    assert.deepEqual(messages("duration", timeouts("05")), [
      "error InitConfiguration.timeouts.kubernetesAPICall: expected a duration such as 5m0s (numbers with the units h, m, s or ms, and nothing between), got the number 05",
    ]);
  });

  it("chooses no unit by itself for a number without one", () => {
    const preferred = (value: string): readonly (boolean | undefined)[] | undefined =>
      findings("duration", timeouts(value))[0]?.fixes?.map(({ isPreferred }) => isPreferred);
    assert.deepEqual(preferred("30"), [false, false]);
    assert.deepEqual(preferred('"30"'), [false, false]);
    assert.deepEqual(preferred('"30 sec"'), [true]);
    assert.equal(preferred('"soon"'), undefined);
  });

  it("looks into every kind of document, also below free keys", () => {
    const found = [
      kubelet("evictionSoftGracePeriod: {memory.available: 90}"),
      kubelet("shutdownGracePeriod: 1 min"),
      proxy("conntrack: {tcpEstablishedTimeout: 1d}"),
      kubeadm("ClusterConfiguration", "certificateValidityPeriod: 365d"),
      kubeadm("JoinConfiguration", "timeouts: {discovery: 5}"),
    ].map((document) => findings("duration", at(36, document))[0]?.field);
    assert.deepEqual(found, [
      'KubeletConfiguration.evictionSoftGracePeriod["memory.available"]',
      "KubeletConfiguration.shutdownGracePeriod",
      "KubeProxyConfiguration.conntrack.tcpEstablishedTimeout",
      "ClusterConfiguration.certificateValidityPeriod",
      "JoinConfiguration.timeouts.discovery",
    ]);
  });

  it("leaves other fields and other types alone", () => {
    assert.deepEqual(findings("duration", at(36, kubelet("maxPods: 50\nsyncFrequency: {a: 1}"))), []);
  });

  it("reads and writes durations as Go does", () => {
    assert.equal(formatGoDuration(0), "0s");
    assert.equal(formatGoDuration(3600), "1h0m0s");
    assert.equal(formatGoDuration(61), "1m1s");
    for (const text of ["", ".", "1", "s", "1 s", "1d", "1h 5m", "5m-3s", ".s", "1..5s"]) {
      assert.equal(isGoDuration(text), false, text);
    }
    for (const text of [".5s", "1.s", "+5m", "1h5m3.25s", "100000h"]) {
      assert.equal(isGoDuration(text), true, text);
    }
    assert.equal(toGoDuration("1 fortnight"), undefined);
    assert.equal(toGoDuration("constructor"), undefined);
    assert.equal(toGoDuration("1 valueOf"), undefined);
  });

  it("takes little time over a long text", () => {
    const started = performance.now();
    assert.equal(isGoDuration(`${"1".repeat(100_000)}x`), false);
    assert.equal(isGoDuration(`${"1h".repeat(100_000)}x`), false);
    assert.ok(performance.now() - started < 1000);
  });
});
