import assert from "node:assert/strict";
import type { SystemFacts } from "../../../../src/core/facts/hostFacts.ts";
import { parseSpec } from "../../../../src/core/spec/parseSpec.ts";
import { ageText } from "../../../../src/core/spec/rules/knownHosts.ts";
import type { SpecSurroundings } from "../../../../src/core/spec/rules/rule.ts";
import { specText } from "../specText.ts";
import { assertRepairs, factsWith, findings, known, messages } from "./ruleTest.ts";

const seen = (system: Partial<SystemFacts>, hasJoined = false): SpecSurroundings =>
  known({ a: factsWith("debian12", { system: { hostname: "a", ...system }, kubernetes: { hasJoined } }) });
const host = (more = "", spec?: string): string =>
  specText({ hosts: `[{name: a, role: control-plane${more}}]`, ...(spec !== undefined && { spec }) });

describe("live-hostname", () => {
  it("says that a host has another name", () => {
    assert.deepEqual(messages("live-hostname", host(), seen({ hostname: "debian" })), [
      "information spec.hosts[0].name: expected a host that calls itself a, got debian, seen 5 minutes ago; its node will be called a all the same",
    ]);
    const repaired = assertRepairs(
      "live-hostname",
      host(),
      "Change it to debian",
      seen({ hostname: "debian" }),
    );
    assert.equal(parseSpec(repaired, "cluster.yaml").spec?.hosts[0]?.name, "debian");
  });

  it("offers no name that the spec does not take, or that another host has", () => {
    assert.deepEqual(findings("live-hostname", host(), seen({ hostname: "My_Host" }))[0]?.fixes, []);
    const two = specText({ hosts: "[{name: a, role: control-plane}, {name: b, role: worker}]" });
    assert.deepEqual(findings("live-hostname", two, seen({ hostname: "b" }))[0]?.fixes, []);
  });

  it("says nothing of the same name, also with its domain, nor of one that is not known", () => {
    for (const hostname of ["a", "a.example.com", ""]) {
      assert.deepEqual(messages("live-hostname", host(), seen({ hostname })), []);
    }
    assert.deepEqual(messages("live-hostname", host(), known({ b: factsWith("debian12", {}) })), []);
  });
});

describe("live-address", () => {
  it("marks the private address that the host does not have, and offers those that it has", () => {
    const text = host(", privateAddress: 10.0.0.9");
    const surroundings = seen({ addresses: ["10.0.0.11", "172.17.0.1", "10.244.0.1", "fd00::11"] });
    assert.deepEqual(messages("live-address", text, surroundings), [
      "information spec.hosts[0].privateAddress: expected an address of the host, got 10.0.0.9; it has 10.0.0.11, 172.17.0.1, 10.244.0.1, fd00::11, seen 5 minutes ago; write the one by which the other hosts reach it as privateAddress",
    ]);
    assert.deepEqual(
      findings("live-address", text, surroundings)[0]?.fixes?.map(({ title }) => title),
      ["Set privateAddress to 10.0.0.11", "Set privateAddress to fd00::11"],
    );
    assertRepairs("live-address", text, "Set privateAddress to 10.0.0.11", surroundings);
  });

  it("marks the address of SSH where that is taken for the host's own", () => {
    const text = host(", ssh: {address: 203.0.113.1}");
    const found = findings("live-address", text, seen({ addresses: ["10.0.0.11"] }));
    assert.deepEqual(
      found.map(({ field }) => field),
      ["spec.hosts[0].ssh.address"],
    );
    assertRepairs(
      "live-address",
      text,
      "Set privateAddress to 10.0.0.11",
      seen({ addresses: ["10.0.0.11"] }),
    );
  });

  it("does not offer the address of another host", () => {
    const text = specText({
      hosts:
        "[{name: a, role: control-plane, privateAddress: 10.0.0.9}, {name: b, role: worker, privateAddress: 10.0.0.11}]",
    });
    assert.deepEqual(findings("live-address", text, seen({ addresses: ["10.0.0.11"] }))[0]?.fixes, []);
  });

  it("says nothing of an address that the host has, however it is written, nor where none is known", () => {
    const addresses = ["10.0.0.11", "fd00::11"];
    for (const text of [
      host(", privateAddress: 10.0.0.11"),
      host(', privateAddress: "FD00:0::11"'),
      host(", ssh: {address: a.example.com}"),
    ]) {
      assert.deepEqual(messages("live-address", text, seen({ addresses })), [], text);
    }
    assert.deepEqual(
      messages("live-address", host(", privateAddress: 10.0.0.9"), seen({ addresses: [] })),
      [],
    );
  });
});

describe("live-route", () => {
  it("says which range a host has a route into", () => {
    const surroundings = seen({ routes: ["10.0.0.0/24", "10.244.7.0/24", "10.96.0.0/16"] });
    assert.deepEqual(messages("live-route", host(), surroundings), [
      "information spec.hosts[0].name: expected a host without routes into podSubnet 10.244.0.0/16, got one to 10.244.7.0/24, seen 5 minutes ago; choose another podSubnet",
      "information spec.hosts[0].name: expected a host without routes into serviceSubnet 10.96.0.0/12, got one to 10.96.0.0/16, seen 5 minutes ago; choose another serviceSubnet",
    ]);
  });

  it("says nothing of routes elsewhere, of the pod network's own, and of what is no subnet", () => {
    assert.deepEqual(messages("live-route", host(), seen({ routes: ["10.0.0.0/24", "default", "x"] })), []);
    assert.deepEqual(messages("live-route", host(), seen({ routes: ["10.244.7.0/24"] }, true)), []);
  });

  it("looks at IPv6, too", () => {
    const text = host("", 'networking: {podSubnet: "fd00:1::/48", serviceSubnet: "fd00:2::/112"}');
    assert.equal(messages("live-route", text, seen({ routes: ["fd00:1:0:5::/64"] })).length, 1);
    assert.deepEqual(messages("live-route", text, seen({ routes: ["fd00:3::/64"] })), []);
  });
});

describe("live-memory", () => {
  it("says what a control plane has too little of", () => {
    assert.deepEqual(messages("live-memory", host(), seen({ cpus: 1, memoryKiB: 1_000_000 })), [
      "information spec.hosts[0].name: expected at least 1700 MiB of memory and 2 CPUs for a control plane, got 976 MiB of memory and 1 CPU, seen 5 minutes ago; use a larger machine",
    ]);
  });

  it("takes what is just enough, and says nothing of workers, nor where nothing is known", () => {
    assert.deepEqual(messages("live-memory", host(), seen({ cpus: 2, memoryKiB: 1700 * 1024 })), []);
    assert.equal(messages("live-memory", host(), seen({ cpus: 2, memoryKiB: 1700 * 1024 - 1 })).length, 1);
    assert.deepEqual(messages("live-memory", host(), seen({ cpus: 0, memoryKiB: 0 })), []);
    const worker = specText({ hosts: "[{name: b, role: control-plane}, {name: a, role: worker}]" });
    assert.deepEqual(messages("live-memory", worker, seen({ cpus: 1, memoryKiB: 1_000_000 })), []);
  });
});

describe("how old a fact is", () => {
  const minutes = (count: number): string => ageText(0, count * 60_000);
  it("is told in the largest unit that fits", () => {
    assert.equal(minutes(0.9), "seen just now");
    assert.equal(minutes(1), "seen 1 minute ago");
    assert.equal(minutes(59), "seen 59 minutes ago");
    assert.equal(minutes(60), "seen 1 hour ago");
    assert.equal(minutes(60 * 23.9), "seen 23 hours ago");
    assert.equal(minutes(60 * 24), "seen 1 day ago");
    assert.equal(minutes(60 * 24 * 40), "seen 40 days ago");
  });

  it("is not told without a clock, and never lies in the future", () => {
    assert.equal(ageText(0, undefined), "when it was last looked at");
    assert.equal(ageText(60_000, 0), "seen just now");
  });
});
