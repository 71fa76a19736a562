import assert from "node:assert/strict";
import type { IdentityFile } from "../../../../src/core/spec/rules/rule.ts";
import { specText } from "../specText.ts";
import { assertRepairs, findings, messages } from "./ruleTest.ts";

const host = (fields: string, version = "1.36"): string =>
  specText({ version: `"${version}"`, hosts: `[{name: a, role: control-plane, ${fields}}]` });

describe("reserved-label", () => {
  it("removes a label that a node may not give itself", () => {
    assertRepairs(
      "reserved-label",
      host('labels: {node-role.kubernetes.io/worker: ""}'),
      "Remove node-role.kubernetes.io/worker",
    );
  });

  it("warns of labels that the kubelet sets by itself", () => {
    const text = host("labels: {kubernetes.io/hostname: b}");
    assert.match(
      messages("reserved-label", text).join(),
      /^warning .*which the kubelet gives its node by itself/,
    );
    assertRepairs("reserved-label", text, "Remove kubernetes.io/hostname");
  });

  it("hints at the successors of deprecated labels", () => {
    const text = host("labels: {failure-domain.beta.kubernetes.io/zone: z}");
    assert.deepEqual(messages("reserved-label", text), [
      'hint spec.hosts[0].labels["failure-domain.beta.kubernetes.io/zone"]: expected topology.kubernetes.io/zone, got failure-domain.beta.kubernetes.io/zone, which is deprecated since 1.17',
    ]);
    assertRepairs("reserved-label", text, "Rename it to topology.kubernetes.io/zone");
  });

  it("does not rename a label to one that is there already", () => {
    const text = host("labels: {beta.kubernetes.io/instance-type: a, node.kubernetes.io/instance-type: b}");
    assertRepairs("reserved-label", text, "Remove beta.kubernetes.io/instance-type");
  });

  it("says nothing of labels that are like them", () => {
    const labels =
      "{topology.kubernetes.io/zone: z, node.kubernetes.io/x: a, kubernetes.io.example.com/hostname: b}";
    assert.deepEqual(findings("reserved-label", host(`labels: ${labels}`)), []);
  });
});

describe("reserved-taint", () => {
  const taints = (keys: readonly string[], version?: string): string =>
    host(`taints: [${keys.map((key) => `{key: ${key}, effect: NoSchedule}`).join(", ")}]`, version);

  it("renames the taint of masters", () => {
    assert.deepEqual(messages("reserved-taint", taints(["node-role.kubernetes.io/master"])), [
      "warning spec.hosts[0].taints[0].key: expected node-role.kubernetes.io/control-plane, got node-role.kubernetes.io/master, which since 1.25 nothing of Kubernetes knows: its own pods do not tolerate it",
    ]);
    const title = "Change it to node-role.kubernetes.io/control-plane";
    assertRepairs("reserved-taint", taints(["node-role.kubernetes.io/master"]), title);
  });

  it("removes it where its successor is there", () => {
    const both = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];
    assertRepairs("reserved-taint", taints(both), "Remove the taint");
  });

  it("leaves it alone for versions that know it", () => {
    assert.deepEqual(findings("reserved-taint", taints(["node-role.kubernetes.io/master"], "1.24")), []);
  });

  it("warns of taints that Kubernetes sets and removes by itself", () => {
    const text = taints(["example.com/a", "node.kubernetes.io/not-ready"]);
    assert.deepEqual(
      findings("reserved-taint", text).map(({ field }) => field),
      ["spec.hosts[0].taints[1].key"],
    );
    assertRepairs("reserved-taint", text, "Remove the taint");
  });

  it("finds its place behind a taint that is wrong", () => {
    const text = host("taints: [example.com/a, {key: node.kubernetes.io/not-ready, effect: NoSchedule}]");
    assert.deepEqual(
      findings("reserved-taint", text).map(({ field }) => field),
      ["spec.hosts[0].taints[1].key"],
    );
  });

  it("says nothing of taints of one's own, and of those of add-ons", () => {
    assert.deepEqual(
      findings("reserved-taint", taints(["example.com/a", "node.cilium.io/agent-not-ready"])),
      [],
    );
  });
});

describe("identity-file and identity-permissions", () => {
  const files: Readonly<Record<string, IdentityFile>> = {
    "~/.ssh/gone": { kind: "missing" },
    "~/.ssh/open": { kind: "file", isPrivate: false },
    "~/.ssh/good": { kind: "file", isPrivate: true },
  };
  const surroundings = { identityFile: (path: string) => files[path] };
  const key = (path: string): string => host(`ssh: {identityFile: ${path}}`);

  it("warn of a key that is not there", () => {
    assert.deepEqual(messages("identity-file", key("~/.ssh/gone"), surroundings), [
      "warning spec.hosts[0].ssh.identityFile: expected a private key, got ~/.ssh/gone, which is not there; create it, name another one, or leave the field out to use the SSH agent and the usual keys",
    ]);
    assertRepairs("identity-file", key("~/.ssh/gone"), "Remove identityFile", surroundings);
  });

  it("warn of a key that others may read", () => {
    assert.deepEqual(messages("identity-permissions", key("~/.ssh/open"), surroundings), [
      "warning spec.hosts[0].ssh.identityFile: expected a private key that only its owner may read, got ~/.ssh/open, which others may read; ssh refuses it until you run: chmod 600 ~/.ssh/open",
    ]);
    assert.deepEqual(messages("identity-file", key("~/.ssh/open"), surroundings), []);
  });

  it("say nothing of a good key, of one that nobody looked at, and without a look at files", () => {
    for (const text of [key("~/.ssh/good"), key("~/.ssh/other")]) {
      assert.deepEqual(messages("identity-file", text, surroundings), []);
      assert.deepEqual(messages("identity-permissions", text, surroundings), []);
    }
    assert.deepEqual(messages("identity-file", key("~/.ssh/gone")), []);
  });

  it("look at each file once, however many hosts name it", () => {
    const looked: string[] = [];
    const hosts = ["a", "b", "c"].map(
      (name) => `{name: ${name}, role: control-plane, ssh: {identityFile: ~/.ssh/gone}}`,
    );
    const found = findings("identity-file", specText({ hosts: `[${hosts.join(", ")}]` }), {
      identityFile: (path) => {
        looked.push(path);
        return { kind: "missing" };
      },
    });
    assert.equal(found.length, 3);
    assert.deepEqual(looked, ["~/.ssh/gone", "~/.ssh/gone"], "once for each of the two rules");
  });

  it("do not repeat a key that was pasted", () => {
    const text = host('ssh: {identityFile: "-----BEGIN OPENSSH PRIVATE KEY-----\\nabc"}');
    assert.deepEqual(messages("identity-file", text, { identityFile: () => ({ kind: "missing" }) }), []);
  });
});

describe("insecure-url", () => {
  const apt = (url: string, key = "https://mirror.example.com/key"): string =>
    specText({ spec: `packageSource: {apt: {url: "${url}", key: "${key}"}}` });

  it("warns of a mirror, of its key and of a manifest without https", () => {
    const text = specText({
      spec: 'packageSource: {rpm: {url: "http://m.example.com/{minor}", key: "HTTP://m.example.com/key"}}\n  podNetwork: {manifest: "http://m.example.com/flannel.yml"}',
    });
    assert.deepEqual(messages("insecure-url", text), [
      "warning spec.packageSource.rpm.url: expected a URL with https, got http://m.example.com/{minor}; anybody on the way can see the packages and hold back newer ones, though not change them",
      "warning spec.packageSource.rpm.key: expected a URL with https, got HTTP://m.example.com/key; anybody on the way can put another key in its place, and then any package",
      "warning spec.podNetwork.manifest: expected a URL with https, got http://m.example.com/flannel.yml; anybody on the way can change what runs as root on every host",
    ]);
  });

  it("changes it to https", () => {
    assertRepairs("insecure-url", apt("http://m.example.com/{minor}"), "Change it to https");
  });

  it("says nothing of https, and of files", () => {
    assert.deepEqual(findings("insecure-url", apt("https://m.example.com/http://x")), []);
    assert.deepEqual(findings("insecure-url", specText({ spec: "podNetwork: {manifest: ./http.yml}" })), []);
  });

  it("does not repeat a password", () => {
    const [message] = messages("insecure-url", apt("http://me:sesame@m.example.com/"));
    assert.match(message ?? "", /got http:\/\/m\.example\.com/);
  });
});
