import type { HostFacts } from "../facts/hostFacts.ts";
import { Secret, type Text } from "../shell/secret.ts";
import type { LearnedKey } from "../shell/step.ts";
import type { ClusterSpec } from "../spec/clusterSpec.ts";
import { withKnownAddresses } from "./knownAddresses.ts";
import type { KubeconfigFacts, PlanContext } from "./phase.ts";
import type { ScriptReport } from "./runScript.ts";

/** What a run knows so far: it grows with every look at a host and every script. */
export interface Knowledge {
  /** For planning; it follows what is added later. */
  readonly context: () => PlanContext;
  readonly setFacts: (host: string, facts: HostFacts) => void;
  readonly setKubeconfig: (facts: KubeconfigFacts) => void;
  /** Takes in what a script told: the host's facts as they are now, undefined when it told none. */
  readonly takeIn: (host: string, report: ScriptReport) => HostFacts | undefined;
  /** Secrets that were learned and may turn up in any output. */
  readonly secrets: () => readonly Secret[];
}

export function createKnowledge(spec: ClusterSpec, localFiles: Readonly<Record<string, string>>): Knowledge {
  const facts = new Map<string, HostFacts>();
  const learned: Partial<Record<LearnedKey, Text>> = {};
  let kubeconfig: KubeconfigFacts = { path: "" };
  return {
    context: () => ({ spec: withKnownAddresses(spec, facts), facts, kubeconfig, learned, localFiles }),
    setFacts: (host, all) => void facts.set(host, all),
    setKubeconfig: (value) => {
      kubeconfig = value;
    },
    takeIn: (host, report) => {
      Object.assign(learned, report.learned);
      const before = facts.get(host);
      if (before === undefined || Object.keys(report.facts).length === 0) {
        return undefined;
      }
      const all = { ...before, ...report.facts };
      facts.set(host, all);
      return all;
    },
    secrets: () => Object.values(learned).filter((value): value is Secret => value instanceof Secret),
  };
}
