import assert from "node:assert/strict";
import { nearestWord } from "../../../src/core/spec/describeIssue.ts";
import { parseSpec } from "../../../src/core/spec/parseSpec.ts";
import { assertRepairs, findings, messages } from "./rules/ruleTest.ts";
import { specText } from "./specText.ts";

const host = (name: string, more = ""): string =>
  specText({ hosts: `[{name: ${name}, role: control-plane${more}}]` });
const nameOf = (text: string): string | undefined => parseSpec(text, "cluster.yaml").spec?.hosts[0]?.name;

describe("names that DNS refuses", () => {
  for (const [written, meant, isPreferred] of [
    ["CP-1", "cp-1", true],
    ["worker_1", "worker-1", true],
    ["'-cp 1-'", "cp-1", true],
    ["Cp_1.example.com", "cp-1", false],
    ["a".repeat(64), "a".repeat(63), false],
  ] as const) {
    it(`has a spelling for ${written}`, () => {
      const text = host(written);
      assert.equal(nameOf(assertRepairs("invalid-value", text, `Change it to ${meant}`)), meant);
      assert.equal(findings("invalid-value", text)[0]?.fixes?.[0]?.isPreferred, isPreferred);
    });
  }

  it("has two for a name with a domain", () => {
    const titles = findings("invalid-value", host("cp-1.example.com"))[0]?.fixes?.map(({ title }) => title);
    assert.deepEqual(titles, ["Change it to cp-1", "Change it to cp-1-example-com"]);
  });

  it("has none where nothing tells what was meant", () => {
    for (const name of ['""', "'#1'", "ö", "'---'"]) {
      assert.deepEqual(findings("invalid-value", host(name))[0]?.fixes, undefined, name);
    }
  });

  it("says what is too long", () => {
    assert.match(
      messages("invalid-value", host("a".repeat(70))).join(),
      /it has 70 characters, at most 63 are allowed/,
    );
    assert.doesNotMatch(messages("invalid-value", host(`${"a".repeat(63)}_`.slice(1))).join(), /characters/);
  });

  it("covers the cluster's name, too", () => {
    const text = specText({}).replace("name: demo", "name: My_Cluster");
    const repaired = assertRepairs("invalid-value", text, "Change it to my-cluster");
    assert.equal(parseSpec(repaired, "cluster.yaml").spec?.name, "my-cluster");
  });

  it("leaves other fields alone", () => {
    const text = host("cp-1", ", ssh: {user: 'a b'}");
    assert.equal(findings("invalid-value", text).length, 1);
    assert.equal(findings("invalid-value", text)[0]?.fixes, undefined);
  });

  it("takes little time over a name of a million characters", () => {
    const started = performance.now();
    assert.equal(findings("invalid-value", host(`${"-".repeat(1_000_000)}A`)).length, 1);
    assert.ok(performance.now() - started < 2000);
  });
});

describe("labels and taints that Kubernetes refuses", () => {
  it("have their spaces and the capital letters of their domain changed", () => {
    assertRepairs(
      "invalid-value",
      host("a", ", labels: {'Example.com/my rack': x}"),
      "Rename it to example.com/my-rack",
    );
    assertRepairs("invalid-value", host("a", ", labels: {rack: 'row 7'}"), "Change it to row-7");
    assertRepairs(
      "invalid-value",
      host("a", ", taints: [{key: 'a b', effect: NoSchedule}]"),
      "Change it to a-b",
    );
  });

  it("are not renamed to a key that is there already", () => {
    const text = host("a", ", labels: {'my rack': x, my-rack: y}");
    assert.deepEqual(
      findings("invalid-value", text)[0]?.fixes?.map(({ title }) => title),
      ["Remove my rack"],
    );
    assertRepairs("invalid-value", text, "Remove my rack");
  });
});

describe("unknown fields", () => {
  it("are renamed to the field that was meant", () => {
    assertRepairs(
      "unknown-field",
      specText({ spec: "networking: {podSubnets: 10.10.0.0/16}" }),
      'Rename it to "podSubnet"',
    );
    assertRepairs(
      "unknown-field",
      specText({ spec: "networking: {podSubnets: 10.10.0.0/16}" }),
      "Remove podSubnets",
    );
  });

  it("are not renamed to a field that is there already, nor to one that is only as short", () => {
    assert.deepEqual(
      messages("unknown-field", host("a", ", nmae: b, note: c")).map((message) =>
        message.replace(/^.*?: /, ""),
      ),
      [
        "unknown field; known here: name, role, ssh, privateAddress, labels, taints",
        "unknown field; known here: name, role, ssh, privateAddress, labels, taints",
      ],
    );
  });

  it("are moved to where the spec has a field of this name", () => {
    const text = specText({ spec: "podSubnet: 10.10.0.0/16" });
    assert.deepEqual(messages("unknown-field", text), [
      "error spec.podSubnet: unknown field; did you mean spec.networking.podSubnet?",
    ]);
    const repaired = assertRepairs("unknown-field", text, "Move it to spec.networking.podSubnet");
    assert.equal(parseSpec(repaired, "cluster.yaml").spec?.networking.podSubnet, "10.10.0.0/16");

    const ssh = assertRepairs(
      "unknown-field",
      host("a", ", user: admin"),
      "Move it to spec.hosts[0].ssh.user",
    );
    assert.equal(parseSpec(ssh, "cluster.yaml").spec?.hosts[0]?.ssh.user, "admin");
    const out = assertRepairs(
      "unknown-field",
      host("a", ", ssh: {privateAddress: 10.0.0.1}"),
      "Move it to spec.hosts[0].privateAddress",
    );
    assert.equal(parseSpec(out, "cluster.yaml").spec?.hosts[0]?.privateAddress, "10.0.0.1");
  });

  it("are not moved over a field that is there, nor where several places have one", () => {
    const there = specText({ spec: "podSubnet: 10.10.0.0/16\n  networking: {podSubnet: 10.11.0.0/16}" });
    assert.deepEqual(
      findings("unknown-field", there)[0]?.fixes?.map(({ title }) => title),
      ["Remove podSubnet"],
    );
    const several = specText({ spec: "url: https://mirror.example.com" });
    assert.deepEqual(
      findings("unknown-field", several)[0]?.fixes?.map(({ title }) => title),
      ["Remove url"],
    );
  });
});

describe("nearestWord", () => {
  const known = ["name", "role", "ssh", "privateAddress", "labels", "taints"];
  for (const [word, meant] of [
    ["naem", "name"],
    ["rol", "role"],
    ["shh", "ssh"],
    ["label", "labels"],
    ["privateAdress", "privateAddress"],
    ["PrivateAddres", "privateAddress"],
    ["note", undefined],
    ["ip", undefined],
    ["address", undefined],
  ] as const) {
    it(`finds ${meant ?? "nothing"} for ${word}`, () => {
      assert.equal(nearestWord(word, known), meant);
    });
  }
});
