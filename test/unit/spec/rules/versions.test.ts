import assert from "node:assert/strict";
import { newestKnownMinor, releases } from "../../../../src/core/kubernetes/releases.ts";
import { newestMinor } from "../../../../src/core/spec/newestMinor.ts";
import { specText } from "../specText.ts";
import { assertRepairs, factsWith, findings, known, messages, now } from "./ruleTest.ts";

const version = (text: string, spec?: string): string =>
  specText({ version: `"${text}"`, ...(spec !== undefined && { spec }) });
const at = (day: string): { readonly now: number } => ({ now: Date.parse(day) });

describe("the table of releases", () => {
  it("knows every minor from the oldest to the newest, one after the other", () => {
    assert.deepEqual(
      releases.map(({ minor }) => minor),
      releases.map((_, index) => 20 + index),
    );
    assert.equal(newestMinor, `1.${newestKnownMinor}`);
  });

  it("has days in the order in which they were, each release maintained for eight months or more", () => {
    for (const [index, { released, endOfLife }] of releases.entries()) {
      assert.match(`${released} ${endOfLife}`, /^\d{4}-\d\d-\d\d \d{4}-\d\d-\d\d$/);
      assert.ok(Date.parse(endOfLife) - Date.parse(released) > 240 * 86_400_000, released);
      assert.ok(released > (releases[index - 1]?.released ?? ""));
      assert.ok(endOfLife > (releases[index - 1]?.endOfLife ?? ""));
    }
  });
});

describe("version-unknown", () => {
  it("says that a minor is newer than what is known", () => {
    assert.deepEqual(messages("version-unknown", version("1.38.1")), [
      "information spec.kubernetesVersion: expected at most 1.37, the newest that is known here, got 1.38.1; what has changed since is not taken into account",
    ]);
    assertRepairs("version-unknown", version("1.38.1"), 'Change it to "1.37"');
  });

  it("lets any patch of a known minor pass", () => {
    assert.deepEqual(findings("version-unknown", version("1.37.99")), []);
  });

  it("says nothing of a version that is wrong in itself", () => {
    assert.deepEqual(findings("version-unknown", specText({ version: "1.99" })), []);
  });
});

describe("version-unsupported", () => {
  it("warns from the day after the last one on, with that day", () => {
    assert.deepEqual(messages("version-unsupported", version("1.34.2"), at("2026-10-28")), [
      "warning spec.kubernetesVersion: expected a version that is maintained, got 1.34.2, which gets no more security fixes since 2026-10-27",
    ]);
    assert.deepEqual(messages("version-unsupported", version("1.34.2"), at("2026-10-27T23:59:59Z")), []);
    assertRepairs("version-unsupported", version("1.34.2"), 'Change it to "1.37"', { now });
  });

  it("says nothing when nobody knows what day it is, or when the minor is not known", () => {
    assert.deepEqual(findings("version-unsupported", version("1.28")), []);
    assert.deepEqual(findings("version-unsupported", version("1.40"), at("2040-01-01")), []);
  });
});

describe("version-not-packaged", () => {
  it("warns of versions older than those of pkgs.k8s.io", () => {
    assert.deepEqual(messages("version-not-packaged", version("1.23.17")), [
      "warning spec.kubernetesVersion: expected 1.24 or newer, which pkgs.k8s.io has packages of, got 1.23.17; name a mirror that has them in spec.packageSource",
    ]);
    assert.deepEqual(findings("version-not-packaged", version("1.24")), []);
    assertRepairs("version-not-packaged", version("1.23.17"), 'Change it to "1.37"');
  });

  it("says nothing when the spec names a mirror; one of images alone is none", () => {
    const mirror = "{url: 'https://a.example.com', key: 'https://a.example.com/key'}";
    assert.deepEqual(
      findings("version-not-packaged", version("1.20.2", `packageSource: {rpm: ${mirror}}`)),
      [],
    );
    const images = "packageSource: {imageRepository: mirror.example.com/k8s}";
    assert.equal(findings("version-not-packaged", version("1.20.2", images)).length, 1);
  });

  it("leaves what no release of ours can do to oldest-version", () => {
    assert.deepEqual(findings("version-not-packaged", version("1.19")), []);
    assert.equal(findings("oldest-version", version("1.19")).length, 1);
    assert.equal(findings("oldest-version", version("1.20")).length, 0);
  });
});

describe("version-skew", () => {
  const node = (kubelet: string, hasJoined = true): ReturnType<typeof factsWith> =>
    factsWith("joinedWorker", { packages: { installed: { kubelet } }, kubernetes: { hasJoined } });
  const text = (wanted: string): string =>
    specText({ version: `"${wanted}"`, hosts: "[{name: a, role: control-plane}, {name: b, role: worker}]" });

  it("warns of a node that is newer than the API server, and knows what to write", () => {
    const surroundings = known({ b: node("1.36.2-1.1") });
    assert.deepEqual(messages("version-skew", text("1.35"), surroundings), [
      "warning spec.hosts[1].name: expected a kubelet no newer than the API server, 1.35, got 1.36.2, seen 5 minutes ago; a node is upgraded with kubeadm upgrade, not by a bootstrap",
    ]);
    assertRepairs(
      "version-skew",
      text("1.35"),
      'Change kubernetesVersion to "1.36.2", as the nodes have it',
      surroundings,
    );
  });

  it("warns of nodes that are too old: by more than three minors, by more than two before 1.28", () => {
    assert.match(
      messages("version-skew", text("1.36"), known({ b: node("1.32.9-1.1") })).join(),
      /expected a kubelet of 1\.33 or newer, got 1\.32\.9/,
    );
    assert.deepEqual(messages("version-skew", text("1.36"), known({ b: node("1.33.0-1.1") })), []);
    assert.equal(messages("version-skew", text("1.27"), known({ b: node("1.24.0-1.1") })).length, 1);
    assert.deepEqual(messages("version-skew", text("1.27"), known({ b: node("1.25.0-1.1") })), []);
  });

  it("says nothing of hosts that are no nodes yet, of equal versions, and of packages it cannot read", () => {
    assert.deepEqual(messages("version-skew", text("1.35"), known({ b: node("1.36.2-1.1", false) })), []);
    assert.deepEqual(messages("version-skew", text("1.36"), known({ b: node("1.36.9-1.1") })), []);
    assert.deepEqual(messages("version-skew", text("1.35"), known({ b: node("master") })), []);
    assert.deepEqual(messages("version-skew", text("1.35"), known({ other: node("1.36.2-1.1") })), []);
  });

  it("offers no version when the nodes have several", () => {
    const found = findings(
      "version-skew",
      text("1.35"),
      known({ a: node("1.36.1-1.1"), b: node("1.36.2-1.1") }),
    );
    assert.deepEqual(
      found.map(({ fixes }) => fixes),
      [[], []],
    );
  });
});
