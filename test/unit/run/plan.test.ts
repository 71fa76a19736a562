import assert from "node:assert/strict";
import { hostsToAsk, makePlan, type Scope } from "../../../src/core/run/plan.ts";
import type { PlanContext } from "../../../src/core/run/phase.ts";
import { workers } from "../../../src/core/spec/clusterSpec.ts";
import { factsOf } from "../facts/factsOf.ts";
import { actionFor, hostNames, phaseOfThings, spec } from "./fakeHosts.ts";

const fresh = factsOf("debian12");
const done = { ...fresh, kubernetes: { ...fresh.kubernetes, state: { swap: "done", sysctl: "done" } } };

function context(facts: Readonly<Record<string, typeof fresh>>): PlanContext {
  return {
    spec,
    facts: new Map(Object.entries(facts)),
    kubeconfig: { path: "" },
    learned: {},
    localFiles: {},
  };
}
const allFresh = Object.fromEntries(hostNames.map((name) => [name, fresh]));
const names = (scope: Scope, facts = allFresh): readonly (readonly string[])[] =>
  makePlan(scope, context(facts)).phases.map(({ hosts }) => hosts.map(({ host }) => host.name));

describe("a plan", () => {
  const phases = [phaseOfThings("swap"), phaseOfThings("sysctl", ["sysctl"], { hosts: workers })];

  it("has every phase in order, with the hosts that something is missing on, in the spec's order", () => {
    assert.deepEqual(names({ phases }), [hostNames, ["w-1", "w-2"]]);
    assert.deepEqual(names({ phases }, { ...allFresh, "cp-2": done, "w-1": done }), [
      ["cp-1", "w-2"],
      ["w-2"],
    ]);
  });

  it("keeps to the hosts of its scope", () => {
    assert.deepEqual(names({ phases, hosts: ["w-2", "cp-2"] }), [["cp-2", "w-2"], ["w-2"]]);
    assert.deepEqual(names({ phases, hosts: [] }), [[], []]);
  });

  it("leaves out hosts that nothing is known of", () => {
    assert.deepEqual(names({ phases }, { "w-1": fresh }), [["w-1"], ["w-1"]]);
    assert.equal(makePlan({ phases }, context({})).isEmpty, true);
  });

  it("is empty when nothing is missing anywhere", () => {
    const all = Object.fromEntries(hostNames.map((name) => [name, done]));
    assert.equal(makePlan({ phases }, context(all)).isEmpty, true);
    assert.equal(makePlan({ phases }, context({ ...all, "w-1": fresh })).isEmpty, false);
  });

  it("says what comes before and after only where there is something to do", () => {
    const [first] = spec.hosts;
    assert.ok(first);
    const framed = phaseOfThings("swap", ["swap"], {
      before: () => ({ host: first, action: actionFor("before") }),
      after: (_context, hosts) => ({ host: first, action: actionFor(`after-${hosts.length}`) }),
    });
    const [plan] = makePlan({ phases: [framed] }, context({ "w-1": fresh, "w-2": done })).phases;
    assert.equal(plan?.before?.action.id, "before");
    assert.equal(plan.after?.action.id, "after-1");
    const [nothing] = makePlan({ phases: [framed] }, context({ "w-1": done })).phases;
    assert.equal(nothing?.before, undefined);
    assert.equal(nothing?.after, undefined);
  });

  it("tells the findings of its phases about the hosts in its scope", () => {
    const finding = (host: string) => ({ severity: "error", host, message: "m", next: "n" }) as const;
    const found = phaseOfThings("preflight", [], {
      findings: () => [finding("w-1"), finding("w-2"), finding("stranger")],
    });
    const findings = (hosts?: readonly string[]): readonly string[] =>
      makePlan({ phases: [found], hosts }, context(allFresh)).findings.map(({ host }) => host);
    assert.deepEqual(findings(), ["w-1", "w-2"]);
    assert.deepEqual(findings(["w-2"]), ["w-2"]);
  });
});

describe("the hosts to ask", () => {
  it("are those of the scope, and the first control plane, which knows the cluster", () => {
    const ask = (hosts?: readonly string[]): readonly string[] =>
      hostsToAsk({ phases: [], hosts }, spec).map(({ name }) => name);
    assert.deepEqual(ask(), hostNames);
    assert.deepEqual(ask(["w-2"]), ["cp-1", "w-2"]);
    assert.deepEqual(ask(["cp-1"]), ["cp-1"]);
  });
});
