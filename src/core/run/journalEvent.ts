import type { HostFacts } from "../facts/hostFacts.ts";
import type { RunEvent } from "./events.ts";

/**
 * The event as the journal keeps it. Facts lose the contents of the host's files, which may hold credentials that
 * nobody told us are secret (a repository's URL, a pass-through document); everything else is kept.
 */
export function journalEvent(event: RunEvent): RunEvent {
  return event.kind === "facts" ? { ...event, facts: withoutContents(event.facts) } : event;
}

function withoutContents({ swap, kernel, runtime, packages, kubernetes, ...rest }: HostFacts): HostFacts {
  return {
    ...rest,
    swap: { ...swap, fstab: undefined, zramGenerator: undefined },
    kernel: { ...kernel, modulesFile: undefined, sysctlFile: undefined },
    runtime: { ...runtime, config: undefined, effectiveConfig: undefined },
    packages: { ...packages, repositories: {} },
    kubernetes: { ...kubernetes, state: {} },
  };
}
