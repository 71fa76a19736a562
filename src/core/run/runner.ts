import { KubeadmError } from "../errors.ts";
import type { Secret } from "../shell/secret.ts";
import type { Host } from "../spec/clusterSpec.ts";
import { applyActions } from "./applyActions.ts";
import type { Outcome } from "./events.ts";
import { toFailure, toKubeadmError } from "./failure.ts";
import { gatherFacts, type LookRequest } from "./gatherFacts.ts";
import { createKnowledge, type Knowledge } from "./knowledge.ts";
import type { Action, KubeconfigFacts, LocalEffect, Phase, PhaseId, PlanContext } from "./phase.ts";
import { findingsOf, hostsToAsk, planPhase, type PhasePlan } from "./plan.ts";
import { tell, type EventBody } from "./tell.ts";

/** The user's own kubeconfig, as a run sees it. */
export interface KubeconfigPort {
  readonly facts: () => Promise<KubeconfigFacts>;
  /** Throws KubeadmError: kubeconfig-conflict, kubeconfig-invalid, file-locked. */
  readonly merge: (
    effect: LocalEffect,
    adminConf: Secret,
  ) => Promise<{ readonly path: string; readonly context: string; readonly backup?: string }>;
}

export interface RunRequest extends LookRequest {
  readonly id: string;
  /** Where the spec is, for the journal. */
  readonly specPath: string;
  /** Facts of all hosts in scope that were gathered a moment ago, to start from; left out: they are gathered. */
  readonly facts?: PlanContext["facts"];
  readonly localFiles: Readonly<Record<string, string>>;
  readonly kubeconfig: KubeconfigPort;
  /** Cancels one host's part: Ctrl+C in its terminal. */
  readonly hostSignal?: (host: string) => AbortSignal | undefined;
}

export interface RunResult {
  readonly outcome: Outcome | "nothing-to-do";
  readonly failures: readonly KubeadmError[];
}

/** How often a host's actions are planned anew before the phase is given up. */
const MAX_ROUNDS = 4;

/**
 * Brings the cluster to what the spec says, one phase after another, doing only what is missing. On a failure
 * the hosts in flight finish, no further phase starts, and every failed host is in the result; nothing is
 * rolled back. Never throws; tells everything through `emit`.
 */
export async function runPhases(request: RunRequest): Promise<RunResult> {
  const run = new Run(request);
  return run.execute();
}

/** One run from its first event to its last. */
class Run {
  readonly #request: RunRequest;
  readonly #knowledge: Knowledge;
  readonly #failures: { readonly error: KubeadmError; readonly phase?: PhaseId }[] = [];

  constructor(request: RunRequest) {
    this.#request = request;
    this.#knowledge = createKnowledge(request.spec, request.localFiles);
  }

  async execute(): Promise<RunResult> {
    const { spec, scope, id, specPath, signal } = this.#request;
    this.#tell({
      kind: "run-started",
      run: id,
      cluster: spec.name,
      spec: specPath,
      phases: scope.phases.map((phase) => phase.id),
      hosts: hostsToAsk(scope, spec).map((host) => host.name),
    });
    const looked = await this.#look();
    let isChanged = false;
    let isCancelled = looked === "cancelled";
    if (looked === "succeeded") {
      for (const phase of scope.phases) {
        const outcome = signal.aborted ? "cancelled" : await this.#runPhase(phase);
        isChanged ||= outcome !== "nothing-to-do";
        isCancelled ||= outcome === "cancelled";
        if (outcome === "failed" || outcome === "cancelled") {
          break;
        }
      }
    }
    const failures = this.#failures.map(({ error }) => error);
    const outcome =
      signal.aborted || (isCancelled && failures.length === 0)
        ? "cancelled"
        : failures.length > 0
          ? "failed"
          : isChanged
            ? "succeeded"
            : "nothing-to-do";
    this.#tell({
      kind: "run-finished",
      outcome,
      failures: this.#failures.map(({ error, phase }) => ({
        ...toFailure(error),
        host: error.host ?? "",
        ...(phase && { phase }),
      })),
    });
    return { outcome, failures };
  }

  /** Gathers all facts and checks them; anything but "succeeded" keeps the run from starting. */
  async #look(): Promise<Outcome> {
    const { facts: known, scope, spec, signal } = this.#request;
    const { facts, failures } =
      known === undefined ? await gatherFacts(this.#request) : { facts: known, failures: [] };
    facts.forEach((value, host) => this.#knowledge.setFacts(host, value));
    // The first control plane is also asked when it is out of scope; without it we know less, and go on.
    const isInScope = ({ host = "" }: KubeadmError): boolean => scope.hosts?.includes(host) ?? true;
    this.#failures.push(...failures.filter(isInScope).map((error) => ({ error })));
    try {
      this.#knowledge.setKubeconfig(await this.#request.kubeconfig.facts());
    } catch (error) {
      // A broken kubeconfig is in the way only of a run that would write it.
      if (this.#request.scope.phases.some(({ id }) => id === "kubeconfig")) {
        this.#fail(toKubeadmError(error));
      }
    }
    if (this.#failures.length > 0) {
      return "failed";
    }
    // A host that said nothing and did not fail was cancelled; going on without it would pass it over.
    const isPassedOver = facts.size + failures.length < hostsToAsk(scope, spec).length;
    if (signal.aborted || (known === undefined && isPassedOver)) {
      return "cancelled";
    }
    const findings = findingsOf(scope, this.#context());
    this.#tell({ kind: "findings", findings });
    for (const { host, message, next } of findings.filter(({ severity }) => severity === "error")) {
      this.#fail(
        new KubeadmError({ code: "preflight", host, phase: "Preflight", message, next }),
        "preflight",
      );
    }
    return this.#failures.length === 0 ? "succeeded" : "failed";
  }

  async #runPhase(phase: Phase): Promise<Outcome | "nothing-to-do"> {
    const plan = this.#plan(phase);
    if (plan === undefined) {
      this.#tell({ kind: "phase-finished", phase: phase.id, outcome: "failed" });
      return "failed";
    }
    if (plan.hosts.length === 0) {
      this.#tell({ kind: "phase-finished", phase: phase.id, outcome: "nothing-to-do" });
      return "nothing-to-do";
    }
    this.#tell({ kind: "phase-started", phase: phase.id, hosts: plan.hosts.map(({ host }) => host.name) });
    const outcome = await this.#runHosts(phase, plan);
    this.#tell({ kind: "phase-finished", phase: phase.id, outcome });
    return outcome;
  }

  /** undefined when it cannot be planned, such as for a spec that asks for what a plugin cannot do. */
  #plan(phase: Phase): PhasePlan | undefined {
    try {
      return planPhase(phase, this.#request.scope, this.#context());
    } catch (error) {
      this.#fail(toKubeadmError(error, undefined, phase.title), phase.id);
      return undefined;
    }
  }

  async #runHosts(phase: Phase, plan: PhasePlan): Promise<Outcome> {
    const { before } = plan;
    const applied =
      before === undefined
        ? "succeeded"
        : await this.#onHost(phase, before.host, () => this.#apply(phase, before.host, [before.action], []));
    const outcome = applied === "succeeded" ? await this.#settleAll(phase, plan) : applied;
    const after =
      plan.after === undefined || this.#request.signal.aborted
        ? undefined
        : phase.after?.(
            this.#context(),
            plan.hosts.map(({ host }) => host),
          );
    if (after === undefined) {
      return outcome;
    }
    const cleaned = await this.#onHost(phase, after.host, () =>
      this.#apply(phase, after.host, [after.action], phase.sections),
    );
    return worst([outcome, cleaned]);
  }

  async #settleAll(phase: Phase, plan: PhasePlan): Promise<Outcome> {
    if (phase.order === "parallel") {
      return worst(await Promise.all(plan.hosts.map(({ host }) => this.#settle(phase, host))));
    }
    for (const { host } of plan.hosts) {
      const outcome = await this.#settle(phase, host);
      if (outcome !== "succeeded") {
        return outcome;
      }
    }
    return "succeeded";
  }

  /** Applies what is missing on one host, and looks again, until nothing is. */
  async #settle(phase: Phase, host: Host): Promise<Outcome> {
    return this.#onHost(phase, host, async () => {
      const done = new Set<string>();
      for (let round = 0; ; round++) {
        const context = this.#context();
        const facts = context.facts.get(host.name);
        const missing = facts === undefined ? [] : phase.actions(host, facts, context);
        const actions = missing.filter((action) => !action.isForecast);
        if (missing.length === 0) {
          return;
        }
        const isOver = actions.length === 0 || round === MAX_ROUNDS;
        const stuck = actions.find((action) => done.has(action.id)) ?? (isOver ? missing[0] : undefined);
        if (stuck !== undefined) {
          throw notSettled(host, stuck);
        }
        actions.forEach((action) => done.add(action.id));
        await this.#apply(phase, host, actions);
      }
    });
  }

  /** Runs `work` for a host and turns what it throws into the host's outcome. */
  async #onHost(phase: Phase, host: Host, work: () => Promise<void>): Promise<Outcome> {
    const finished = (outcome: Outcome, failure?: KubeadmError): Outcome => {
      this.#tell({
        kind: "host-finished",
        host: host.name,
        phase: phase.id,
        outcome,
        ...(failure && { failure: toFailure(failure) }),
      });
      return outcome;
    };
    try {
      await work();
      return finished("succeeded");
    } catch (error) {
      const failure = toKubeadmError(error, host.name, phase.title);
      if (failure === undefined) {
        return finished("cancelled");
      }
      this.#fail(failure, phase.id);
      return finished("failed", failure);
    }
  }

  #fail(error: KubeadmError | undefined, phase?: PhaseId): void {
    if (error !== undefined) {
      this.#failures.push({ error, ...(phase && { phase }) });
    }
  }

  async #apply(
    phase: Phase,
    host: Host,
    actions: readonly Action[],
    sections = phase.sections,
  ): Promise<void> {
    await applyActions(this.#request, this.#knowledge, { phase: phase.id, host, actions, sections });
  }

  #context(): PlanContext {
    return this.#knowledge.context();
  }

  #tell(event: EventBody): void {
    tell(this.#request, event);
  }
}

function notSettled(host: Host, stuck: Action): KubeadmError {
  return new KubeadmError({
    code: "not-settled",
    host: host.name,
    message: `every command succeeded, yet this is still to be done: ${stuck.summary}`,
    next: "Look at the host's terminal for what the commands said, then run the phase again.",
  });
}

function worst(outcomes: readonly Outcome[]): Outcome {
  return outcomes.includes("failed") ? "failed" : outcomes.includes("cancelled") ? "cancelled" : "succeeded";
}
