import assert from "node:assert/strict";
import fc from "fast-check";
import {
  emptyClusterState,
  hostStatus,
  reduce,
  withNodes,
  type ClusterState,
  type HostStatus,
} from "../../../src/core/run/clusterState.ts";
import type { RunEvent } from "../../../src/core/run/events.ts";
import type { EventBody } from "../../../src/core/run/tell.ts";
import { phaseIds } from "../../../src/core/run/phase.ts";
import { factsOf } from "../facts/factsOf.ts";

const failure = { code: "step-failed", message: "it broke", next: "Repair it." } as const;

function after(...events: readonly EventBody[]): ClusterState {
  return events.reduce<ClusterState>(
    (state, event, index) => reduce(state, { at: index, ...event }),
    emptyClusterState,
  );
}

const started: EventBody = {
  kind: "run-started",
  run: "r",
  cluster: "demo",
  spec: "c",
  phases: [],
  hosts: ["cp-1", "worker-1"],
};
const worker = factsOf("joinedWorker");
const controlPlane = factsOf("controlPlane");
const fresh = factsOf("debian12");
const facts = (host: string, value = fresh): EventBody => ({ kind: "facts", host, facts: value });
const prepared = {
  ...worker,
  kubernetes: { ...worker.kubernetes, hasJoined: false, kubelet: { isEnabled: true, isActive: false } },
};

describe("a host's status", () => {
  const finished = (outcome: "succeeded" | "failed" | "cancelled"): EventBody => ({
    kind: "host-finished",
    host: "worker-1",
    phase: "swap",
    outcome,
    ...(outcome === "failed" && { failure }),
  });
  const working: EventBody = {
    kind: "host-started",
    host: "worker-1",
    phase: "swap",
    actions: ["Turn swap off"],
  };
  const cases: readonly (readonly [string, ClusterState, HostStatus])[] = [
    ["unknown before anything is known", after(), { kind: "unknown" }],
    ["unknown when only its run has begun", after(started), { kind: "unknown" }],
    ["connecting", after(started, { kind: "connecting", host: "worker-1" }), { kind: "connecting" }],
    ["reachable", after(facts("worker-1")), { kind: "reachable" }],
    ["prepared", after(facts("worker-1", prepared)), { kind: "prepared" }],
    ["joined while nobody knows its node", after(facts("worker-1", worker)), { kind: "joined" }],
    ["running a phase", after(facts("worker-1"), working), { kind: "running", phase: "swap" }],
    [
      "failed at a phase",
      after(facts("worker-1"), working, finished("failed")),
      { kind: "failed", phase: "swap", failure },
    ],
    [
      "not failed any more after success",
      after(facts("worker-1"), finished("failed"), finished("succeeded")),
      { kind: "reachable" },
    ],
    [
      "still failed after a cancelling",
      after(facts("worker-1"), finished("failed"), finished("cancelled")),
      { kind: "failed", phase: "swap", failure },
    ],
    [
      "still failed after another phase succeeded",
      after(facts("worker-1"), finished("failed"), {
        kind: "host-finished",
        host: "worker-1",
        phase: "sysctl",
        outcome: "succeeded",
      }),
      { kind: "failed", phase: "swap", failure },
    ],
    [
      "not failed any more when the phase finds nothing to do",
      after(facts("worker-1"), finished("failed"), {
        kind: "phase-finished",
        phase: "swap",
        outcome: "nothing-to-do",
      }),
      { kind: "reachable" },
    ],
    [
      "failed at preflight, of which only the end of the run tells",
      after(started, facts("worker-1"), {
        kind: "run-finished",
        outcome: "failed",
        failures: [{ ...failure, host: "worker-1", phase: "preflight" }],
      }),
      { kind: "failed", phase: "preflight", failure },
    ],
    [
      "unreachable",
      after(facts("worker-1"), { kind: "host-lost", host: "worker-1", failure }),
      { kind: "unreachable", failure },
    ],
    [
      "reachable again",
      after({ kind: "host-lost", host: "worker-1", failure }, facts("worker-1")),
      { kind: "reachable" },
    ],
    [
      "not ready, as its control plane said",
      after(facts("worker-1", worker), facts("cp-1", controlPlane)),
      { kind: "not-ready" },
    ],
  ];
  for (const [what, state, expected] of cases) {
    it(`is ${what}`, () => {
      assert.deepEqual(hostStatus("worker-1", "worker", state), expected);
    });
  }

  it("is control plane up before its node is Ready, then ready", () => {
    assert.deepEqual(hostStatus("cp-1", "control-plane", after(facts("cp-1", controlPlane))), {
      kind: "ready",
    });
    const nodes = controlPlane.kubernetes.cluster?.nodes.map((node) => ({ ...node, isReady: false })) ?? [];
    const cluster = { nodes, systemPods: [], daemonSets: [] };
    const state = after(
      facts("cp-1", { ...controlPlane, kubernetes: { ...controlPlane.kubernetes, cluster } }),
    );
    assert.deepEqual(hostStatus("cp-1", "control-plane", state), { kind: "control-plane-up" });
    assert.deepEqual(hostStatus("cp-1", "control-plane", withNodes(state, nodes)), { kind: "not-ready" });
  });

  it("follows the watch rather than what was said when it was last asked", () => {
    const state = after(facts("worker-1", worker), facts("cp-1", controlPlane));
    const node = {
      name: "worker-1",
      isReady: true,
      isControlPlane: false,
      kubeletVersion: "v1.36.2",
      internalAddress: "10.0.0.21",
    };
    const watched = withNodes(state, [node]);
    assert.deepEqual(hostStatus("worker-1", "worker", watched), { kind: "ready" });
    assert.deepEqual(hostStatus("worker-1", "worker", withNodes(watched, undefined)), { kind: "not-ready" });
  });
});

describe("the state of a cluster", () => {
  it("knows which phases of the run are through", () => {
    const state = after(
      started,
      { kind: "phase-finished", phase: "preflight", outcome: "nothing-to-do" },
      { kind: "phase-started", phase: "swap", hosts: ["worker-1"] },
    );
    assert.deepEqual(state.run, {
      id: "r",
      isActive: true,
      phases: { preflight: "nothing-to-do", swap: "running" },
    });
  });

  it("begins a run with a clean list of phases, and keeps what is known of the hosts", () => {
    const state = after(
      started,
      facts("cp-1"),
      { kind: "phase-started", phase: "swap", hosts: [] },
      { ...started, run: "r2" },
    );
    assert.deepEqual(state.run, { id: "r2", isActive: true, phases: {} });
    assert.ok(state.hosts["cp-1"]?.facts);
  });

  it("is the same object after events that say nothing of it", () => {
    const state = after(started, facts("cp-1"));
    const silent: readonly EventBody[] = [
      { kind: "output", host: "cp-1", text: "x" },
      { kind: "step-started", host: "cp-1", phase: "swap", step: "x" },
      { kind: "step-finished", host: "cp-1", phase: "swap", exitCode: 0 },
      { kind: "findings", findings: [] },
      { kind: "kubeconfig-merged", path: "x", context: "x" },
    ];
    for (const event of silent) {
      assert.equal(reduce(state, { at: 1, ...event }), state);
    }
  });

  const host = fc.constantFrom("cp-1", "worker-1", "", "__proto__", "constructor");
  const phase = fc.constantFrom(...phaseIds);
  const outcome = fc.constantFrom("succeeded", "failed", "cancelled");
  const anyEvent: fc.Arbitrary<RunEvent> = fc
    .oneof<fc.Arbitrary<EventBody>[]>(
      fc.constant(started),
      fc.record({ kind: fc.constant("connecting"), host }),
      fc.record({ kind: fc.constant("facts"), host, facts: fc.constantFrom(fresh, worker, controlPlane) }),
      fc.record({ kind: fc.constant("host-lost"), host, failure: fc.constant(failure) }),
      fc.record({ kind: fc.constant("phase-started"), phase, hosts: fc.array(host) }),
      fc.record({ kind: fc.constant("host-started"), host, phase, actions: fc.constant([]) }),
      fc.record({ kind: fc.constant("host-finished"), host, phase, outcome }),
      fc.record({
        kind: fc.constant("host-finished"),
        host,
        phase,
        outcome: fc.constant("failed"),
        failure: fc.constant(failure),
      }),
      fc.record({ kind: fc.constant("phase-finished"), phase, outcome }),
      fc.record({ kind: fc.constant("phase-finished"), phase, outcome: fc.constant("nothing-to-do") }),
      fc.record({
        kind: fc.constant("run-finished"),
        outcome,
        failures: fc.array(fc.record({ ...mapConstants(failure), host, phase })),
      }),
    )
    .map((event, at = 0) => ({ at, ...event }));

  it("follows from any sequence of events, changes no earlier state, and has no activity after a run", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        let state = emptyClusterState;
        for (const event of events) {
          const before = JSON.stringify(state);
          const next = reduce(state, event);
          assert.equal(JSON.stringify(state), before);
          state = next;
          for (const name of ["cp-1", "worker-1", "unheard-of"]) {
            assert.notEqual(hostStatus(name, "worker", state).kind, undefined);
          }
        }
        const end = reduce(state, { at: 0, kind: "run-finished", outcome: "cancelled", failures: [] });
        assert.ok(
          Object.values(end.hosts).every(
            ({ activity, isConnecting }) => activity === undefined && isConnecting === undefined,
          ),
        );
        assert.notEqual(end.run?.isActive, true);
      }),
      { numRuns: 300 },
    );
    assert.equal(({} as Record<string, unknown>).failed, undefined);
  });
});

function mapConstants<T extends object>(value: T): { readonly [K in keyof T]: fc.Arbitrary<T[K]> } {
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, fc.constant(field)])) as {
    readonly [K in keyof T]: fc.Arbitrary<T[K]>;
  };
}
