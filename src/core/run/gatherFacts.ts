import type { KubeadmError } from "../errors.ts";
import { factSections, type HostFacts } from "../facts/hostFacts.ts";
import type { ClusterSpec } from "../spec/clusterSpec.ts";
import type { Emit } from "./events.ts";
import { toFailure, toKubeadmError } from "./failure.ts";
import { hostsToAsk, type Scope } from "./plan.ts";
import { runScript, type Surroundings } from "./runScript.ts";
import type { OpenSession } from "./session.ts";
import { tell } from "./tell.ts";

export interface LookRequest {
  readonly spec: ClusterSpec;
  readonly scope: Scope;
  readonly openSession: OpenSession;
  readonly surroundings: Surroundings;
  readonly emit: Emit;
  /** Cancels all of it. */
  readonly signal: AbortSignal;
}

/**
 * Facts of the hosts in scope, each by one exec. Hosts that cannot be asked are in `failures`; those that were
 * cancelled are in neither. Never throws.
 */
export async function gatherFacts(
  request: LookRequest,
): Promise<{ readonly facts: ReadonlyMap<string, HostFacts>; readonly failures: readonly KubeadmError[] }> {
  const facts = new Map<string, HostFacts>();
  const failures: KubeadmError[] = [];
  await Promise.all(
    hostsToAsk(request.scope, request.spec).map(async ({ name }) => {
      try {
        tell(request, { kind: "connecting", host: name });
        const session = await request.openSession(name, request.signal);
        const report = await runScript(
          session,
          { steps: [], sections: factSections, secrets: [], signal: request.signal, ...silent },
          request.surroundings,
        );
        const all: HostFacts = { ...(report.facts as HostFacts), connectedTo: session.address };
        facts.set(name, all);
        tell(request, { kind: "facts", host: name, facts: all });
      } catch (error) {
        const failure = toKubeadmError(error, name);
        if (failure !== undefined) {
          failures.push(failure);
          tell(request, { kind: "host-lost", host: name, failure: toFailure(failure) });
        }
      }
    }),
  );
  return { facts, failures };
}

const silent = { onStepStarted: () => {}, onOutput: () => {}, onStepFinished: () => {} };
