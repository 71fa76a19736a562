import type { ClusterSpec, Host } from "../spec/clusterSpec.ts";
import { firstControlPlane } from "../spec/clusterSpec.ts";
import type { Action, Finding, HostAction, Phase, PlanContext } from "./phase.ts";

/** What is missing for one phase. */
export interface PhasePlan {
  readonly phase: Phase;
  /** Hosts with something to do, in order; empty when the phase has nothing to do. */
  readonly hosts: readonly { readonly host: Host; readonly actions: readonly Action[] }[];
  readonly before?: HostAction | undefined;
  readonly after?: HostAction | undefined;
}

/** What a run would do, in order. */
export interface Plan {
  readonly spec: ClusterSpec;
  readonly findings: readonly Finding[];
  readonly phases: readonly PhasePlan[];
  /** Nothing is missing anywhere. */
  readonly isEmpty: boolean;
  /** What it was made from: a run that follows at once need not ask again. */
  readonly facts: PlanContext["facts"];
}

/** Which part of the cluster is worked on. */
export interface Scope {
  readonly phases: readonly Phase[];
  /** Names of hosts; undefined means all. */
  readonly hosts?: readonly string[] | undefined;
}

/** The plan for `scope` from what is known of the hosts. Pure: it asks nobody and changes nothing. */
export function makePlan(scope: Scope, context: PlanContext): Plan {
  const phases = scope.phases.map((phase) => planPhase(phase, scope, context));
  const findings = findingsOf(scope, context);
  const isEmpty = phases.every((phase) => phase.hosts.length === 0);
  return { spec: context.spec, findings, phases, isEmpty, facts: context.facts };
}

/** What one phase would do. Hosts without facts are left out: they cannot be planned for. */
export function planPhase(phase: Phase, scope: Scope, context: PlanContext): PhasePlan {
  const hosts = hostsInScope(phase, scope, context.spec).flatMap((host) => {
    const facts = context.facts.get(host.name);
    const actions = facts === undefined ? [] : phase.actions(host, facts, context);
    return actions.length === 0 ? [] : [{ host, actions }];
  });
  const concerned = hosts.map(({ host }) => host);
  return hosts.length === 0
    ? { phase, hosts }
    : { phase, hosts, before: phase.before?.(context, concerned), after: phase.after?.(context, concerned) };
}

/** Findings of all phases in scope about the hosts in scope. */
export function findingsOf(scope: Scope, context: PlanContext): readonly Finding[] {
  const inScope = new Set(scope.hosts ?? context.spec.hosts.map((host) => host.name));
  return scope.phases
    .flatMap((phase) => phase.findings?.(context) ?? [])
    .filter((finding) => inScope.has(finding.host));
}

export function hostsInScope(phase: Phase, scope: Scope, spec: ClusterSpec): readonly Host[] {
  return phase.hosts(spec).filter((host) => scope.hosts?.includes(host.name) ?? true);
}

/**
 * Hosts whose facts the scope needs: its own, and the first control plane, which knows the cluster.
 */
export function hostsToAsk(scope: Scope, spec: ClusterSpec): readonly Host[] {
  const first = firstControlPlane(spec).name;
  return spec.hosts.filter((host) => host.name === first || (scope.hosts?.includes(host.name) ?? true));
}
