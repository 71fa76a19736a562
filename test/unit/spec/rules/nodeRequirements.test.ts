import assert from "node:assert/strict";
import type { RuntimeFacts } from "../../../../src/core/facts/hostFacts.ts";
import type { SpecSurroundings } from "../../../../src/core/spec/rules/rule.ts";
import { specText } from "../specText.ts";
import { assertRepairs, factsWith, findings, known, messages } from "./ruleTest.ts";

describe("cgroup-v1", () => {
  const cgroup = (cgroupVersion: 1 | 2): SpecSurroundings =>
    known({ "cp-1": factsWith("debian12", { system: { cgroupVersion } }) });

  it("warns of a host that the kubelet of 1.35 does not start on", () => {
    assert.deepEqual(messages("cgroup-v1", specText({ version: '"1.35.1"' }), cgroup(1)), [
      "warning spec.hosts[0].name: expected cgroup v2, without which the kubelet does not start from 1.35 on, got cgroup v1, seen 5 minutes ago; boot the host with systemd.unified_cgroup_hierarchy=1, or a newer system",
    ]);
  });

  it("says nothing for older versions, of cgroup v2, and of hosts that nobody looked at", () => {
    assert.deepEqual(findings("cgroup-v1", specText({ version: '"1.34"' }), cgroup(1)), []);
    assert.deepEqual(findings("cgroup-v1", specText({}), cgroup(2)), []);
    assert.deepEqual(findings("cgroup-v1", specText({})), []);
  });

  it("says nothing while the version is wrong", () => {
    assert.deepEqual(findings("cgroup-v1", specText({ version: "1.35" }), cgroup(1)), []);
  });
});

describe("containerd-too-old", () => {
  const runtime = (changes: Partial<RuntimeFacts>): SpecSurroundings =>
    known({ "cp-1": factsWith("debian12", { runtime: { candidate: undefined, ...changes } }) });
  const text = (minor: number, spec?: string): string =>
    specText({ version: `"1.${minor}"`, ...(spec !== undefined && { spec }) });

  for (const [minor, version, expected] of [
    [25, "1.4.13", undefined],
    [
      26,
      "1.5.11",
      /^warning .*expected containerd 1\.6 or newer, which the kubelet needs from 1\.26 on, got 1\.5\.11,/,
    ],
    [26, "1.6.20", undefined],
    [34, "1.7.24", undefined],
    [35, "1.7.24", /^information .*expected containerd 2\.0 or newer, as Kubernetes 1\.38 will not work/],
    [35, "1.5.11", /^warning .*expected containerd 1\.6 or newer/],
    [37, "2.0.0", undefined],
    [38, "1.7.24", /^warning .*expected containerd 2\.0 or newer, which the kubelet needs from 1\.38 on/],
    [38, "2.1.4", undefined],
  ] as const) {
    it(`says ${expected === undefined ? "nothing" : "so"} of containerd ${version} for 1.${minor}`, () => {
      const found = messages("containerd-too-old", text(minor), runtime({ version }));
      assert.equal(found.length, expected === undefined ? 0 : 1);
      assert.match(found.join(), expected ?? /^$/);
    });
  }

  it("takes the distribution's containerd for the one that comes, where none is installed", () => {
    const surroundings = runtime({ candidate: "1:1.4.13~ds1-1~deb11u4" });
    assert.deepEqual(messages("containerd-too-old", text(36), surroundings), [
      "warning spec.hosts[0].name: expected containerd 1.6 or newer, which the kubelet needs from 1.26 on, got 1.4.13 from the distribution, seen 5 minutes ago; use Docker's containerd.io instead",
    ]);
    assertRepairs("containerd-too-old", text(36), "Install Docker's containerd.io", surroundings);
  });

  it("asks for no other package where containerd is installed", () => {
    assert.equal(
      findings("containerd-too-old", text(36), runtime({ version: "1.4.13" }))[0]?.fixes,
      undefined,
    );
  });

  it("says nothing where nothing is known of it", () => {
    assert.deepEqual(findings("containerd-too-old", text(36), runtime({})), []);
    assert.deepEqual(findings("containerd-too-old", text(36), runtime({ candidate: "(unknown)" })), []);
  });
});
