import { KubeadmError } from "../errors.ts";
import type { FactSection } from "../facts/hostFacts.ts";
import { Secret } from "../shell/secret.ts";
import type { Host } from "../spec/clusterSpec.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Action, LocalEffect, PhaseId } from "./phase.ts";
import type { RunRequest } from "./runner.ts";
import { runScript } from "./runScript.ts";
import { tell } from "./tell.ts";

/** Actions of a phase on one host. */
export interface HostWork {
  readonly phase: PhaseId;
  readonly host: Host;
  readonly actions: readonly Action[];
  /** Sections of the facts to gather afterwards. */
  readonly sections: readonly FactSection[];
}

/**
 * Runs the actions' steps in one exec, takes in what it tells, then applies their effects on this machine. Throws
 * KubeadmError when a step failed or the host could not be worked with, and Cancelled.
 */
export async function applyActions(request: RunRequest, knowledge: Knowledge, work: HostWork): Promise<void> {
  const { phase, actions, sections } = work;
  const host = work.host.name;
  tell(request, { kind: "host-started", host, phase, actions: actions.map((action) => action.summary) });
  const signal = signalOf(request, host);
  const session = await request.openSession(host, signal);
  const report = await runScript(
    session,
    {
      steps: actions.flatMap((action) => action.steps),
      sections,
      secrets: knowledge.secrets(),
      signal,
      onStepStarted: (step) => tell(request, { kind: "step-started", host, phase, step }),
      onOutput: (text) => tell(request, { kind: "output", host, text }),
      onStepFinished: (exitCode) => tell(request, { kind: "step-finished", host, phase, exitCode }),
    },
    request.surroundings,
  );
  const facts = knowledge.takeIn(host, report);
  if (facts !== undefined) {
    tell(request, { kind: "facts", host, facts });
  }
  if (report.failure !== undefined) {
    throw report.failure;
  }
  for (const { localEffect } of actions) {
    if (localEffect !== undefined) {
      await applyLocally(request, knowledge, localEffect);
    }
  }
}

async function applyLocally(request: RunRequest, knowledge: Knowledge, effect: LocalEffect): Promise<void> {
  const { adminConf } = knowledge.context().learned;
  if (!(adminConf instanceof Secret)) {
    throw new KubeadmError({ code: "internal", message: "admin.conf was not read before it was merged" });
  }
  const merged = await request.kubeconfig.merge(effect, adminConf);
  knowledge.setKubeconfig(await request.kubeconfig.facts());
  tell(request, { kind: "kubeconfig-merged", ...merged });
}

function signalOf({ signal, hostSignal }: RunRequest, host: string): AbortSignal {
  const own = hostSignal?.(host);
  return own === undefined ? signal : AbortSignal.any([signal, own]);
}
