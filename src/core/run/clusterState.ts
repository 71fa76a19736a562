import type { HostFacts, NodeFacts } from "../facts/hostFacts.ts";
import type { Role } from "../spec/clusterSpec.ts";
import type { Failure, Outcome, RunEvent } from "./events.ts";
import type { PhaseId } from "./phase.ts";

/** What is known of one host, from runs, looks and the cluster itself. */
export interface HostState {
  readonly facts?: HostFacts;
  /** When the facts were gathered, milliseconds since 1970. */
  readonly factsAt?: number;
  /** The host was asked and did not answer. */
  readonly lost?: Failure;
  /** The phase that is being worked on now. */
  readonly activity?: PhaseId;
  /** It is being connected to. */
  readonly isConnecting?: boolean;
  /** The phase that failed last, until it succeeds. */
  readonly failed?: { readonly phase: PhaseId; readonly failure: Failure };
}

/** What is known of one cluster. Views are made from it, and nothing else. */
export interface ClusterState {
  readonly hosts: Readonly<Record<string, HostState>>;
  /** The nodes as the watched API server has them now; undefined while it is not watched. */
  readonly nodes?: readonly NodeFacts[] | undefined;
  /** The run that goes on, or the last one. */
  readonly run?: {
    readonly id: string;
    readonly isActive: boolean;
    readonly phases: Readonly<Partial<Record<PhaseId, "running" | Outcome | "nothing-to-do">>>;
    readonly outcome?: Outcome | "nothing-to-do";
  };
}

export const emptyClusterState: ClusterState = { hosts: {} };

/** The state after an event. Pure; events that say nothing new give the same object. */
export function reduce(state: ClusterState, event: RunEvent): ClusterState {
  switch (event.kind) {
    case "run-started":
      return { ...state, run: { id: event.run, isActive: true, phases: {} } };
    case "connecting":
      return withHost(state, event.host, { isConnecting: true });
    case "facts":
      return withHost(state, event.host, {
        facts: event.facts,
        factsAt: event.at,
        lost: undefined,
        isConnecting: undefined,
      });
    case "host-lost":
      return withHost(state, event.host, { lost: event.failure, isConnecting: undefined });
    case "host-started":
      return withHost(state, event.host, { activity: event.phase, isConnecting: undefined });
    case "host-finished":
      return withHost(state, event.host, {
        activity: undefined,
        ...(event.failure !== undefined && { failed: { phase: event.phase, failure: event.failure } }),
        ...(event.outcome === "succeeded" &&
          failedIn(state, event.host, event.phase) && { failed: undefined }),
      });
    case "phase-started":
      return withPhase(state, event.phase, "running");
    case "phase-finished":
      return event.outcome === "nothing-to-do"
        ? forgetFailures(withPhase(state, event.phase, event.outcome), event.phase)
        : withPhase(state, event.phase, event.outcome);
    case "run-finished":
      return withFailures(
        {
          ...state,
          hosts: mapHosts(
            state.hosts,
            ({ activity: _activity, isConnecting: _isConnecting, ...rest }) => rest,
          ),
          ...(state.run && { run: { ...state.run, isActive: false, outcome: event.outcome } }),
        },
        event.failures,
      );
    case "findings":
    case "step-started":
    case "output":
    case "step-finished":
    case "kubeconfig-merged":
      return state;
  }
}

/** The state with what the watched cluster says of its nodes; `undefined` when it is not watched any more. */
export function withNodes(state: ClusterState, nodes: readonly NodeFacts[] | undefined): ClusterState {
  return { ...state, nodes };
}

/** The words that a host's state is told in. */
export type HostStatus =
  | { readonly kind: "unknown" }
  | { readonly kind: "connecting" }
  | { readonly kind: "unreachable"; readonly failure: Failure }
  | { readonly kind: "running"; readonly phase: PhaseId }
  | { readonly kind: "failed"; readonly phase: PhaseId; readonly failure: Failure }
  | { readonly kind: "reachable" }
  | { readonly kind: "prepared" }
  | { readonly kind: "control-plane-up" }
  | { readonly kind: "joined" }
  | { readonly kind: "ready" }
  | { readonly kind: "not-ready" };

/**
 * The one word for a host that matters most: what is being done, then what failed, then how far it is. A node's
 * readiness is what the watch says, else what the first control plane said when it was last asked.
 */
export function hostStatus(name: string, role: Role, state: ClusterState): HostStatus {
  const host = state.hosts[name];
  if (host === undefined) {
    return { kind: "unknown" };
  }
  if (host.activity !== undefined) {
    return { kind: "running", phase: host.activity };
  }
  if (host.isConnecting === true) {
    return { kind: "connecting" };
  }
  if (host.lost !== undefined) {
    return { kind: "unreachable", failure: host.lost };
  }
  if (host.failed !== undefined) {
    return { kind: "failed", ...host.failed };
  }
  const node = (state.nodes ?? lastKnownNodes(state)).find((candidate) => candidate.name === name);
  if (node !== undefined) {
    return {
      kind: node.isReady
        ? "ready"
        : role === "control-plane" && state.nodes === undefined
          ? "control-plane-up"
          : "not-ready",
    };
  }
  if (host.facts === undefined) {
    return { kind: "unknown" };
  }
  return { kind: progress(host.facts, role) };
}

/** How far a host is by its own facts alone. */
function progress(facts: HostFacts, role: Role): "reachable" | "prepared" | "control-plane-up" | "joined" {
  const { kubernetes, packages, runtime } = facts;
  if (kubernetes.hasJoined) {
    return role === "control-plane" && kubernetes.cluster !== undefined ? "control-plane-up" : "joined";
  }
  return runtime.isActive && packages.installed.kubelet !== undefined && kubernetes.kubelet.isEnabled
    ? "prepared"
    : "reachable";
}

/** What a control plane said when it was last asked. */
function lastKnownNodes(state: ClusterState): readonly NodeFacts[] {
  const clusters = Object.values(state.hosts).flatMap(({ facts }) => facts?.kubernetes.cluster ?? []);
  return clusters[0]?.nodes ?? [];
}

/** Keys with the value undefined are removed. */
function withHost(
  state: ClusterState,
  name: string,
  change: { readonly [K in keyof HostState]?: HostState[K] | undefined },
): ClusterState {
  const merged = Object.entries({ ...state.hosts[name], ...change }).filter(
    ([, value]) => value !== undefined,
  );
  return { ...state, hosts: { ...state.hosts, [name]: Object.fromEntries(merged) } };
}

function withPhase(
  state: ClusterState,
  phase: PhaseId,
  outcome: "running" | Outcome | "nothing-to-do",
): ClusterState {
  return state.run === undefined
    ? state
    : { ...state, run: { ...state.run, phases: { ...state.run.phases, [phase]: outcome } } };
}

function failedIn(state: ClusterState, host: string, phase: PhaseId): boolean {
  return state.hosts[host]?.failed?.phase === phase;
}

/** What kept a run from starting is told of no host but here. */
function withFailures(
  state: ClusterState,
  failures: Extract<RunEvent, { readonly kind: "run-finished" }>["failures"],
): ClusterState {
  return failures.reduce(
    (before, { host, phase, code, message, next }) =>
      phase === undefined || host === ""
        ? before
        : withHost(before, host, { failed: { phase, failure: { code, message, next } } }),
    state,
  );
}

/** Nothing is missing for the phase any more, so it has not failed any more. */
function forgetFailures(state: ClusterState, phase: PhaseId): ClusterState {
  return {
    ...state,
    hosts: mapHosts(state.hosts, (host) => {
      const { failed, ...rest } = host;
      return failed?.phase === phase ? rest : host;
    }),
  };
}

function mapHosts(
  hosts: Readonly<Record<string, HostState>>,
  change: (host: HostState) => HostState,
): Readonly<Record<string, HostState>> {
  return Object.fromEntries(Object.entries(hosts).map(([name, host]) => [name, change(host)]));
}
