import type { ClusterSpec, Host } from "../spec/clusterSpec.ts";
import type { FactSection, HostFacts } from "../facts/hostFacts.ts";
import type { LearnedKey, Step } from "../shell/step.ts";
import type { Text } from "../shell/secret.ts";

export const phaseIds = [
  "preflight",
  "swap",
  "kernel-modules",
  "sysctl",
  "container-runtime",
  "packages",
  "kubelet",
  "control-plane-init",
  "kubeconfig",
  "pod-network",
  "join-control-planes",
  "join-workers",
  "verify",
  "smoke-test",
  // Not part of a bootstrap: run for one host, on request.
  "reset",
] as const;

/** Stable: journals, settings and keybindings refer to it. */
export type PhaseId = (typeof phaseIds)[number];

/** What the cluster's entry in the user's kubeconfig is like now. Gathered on the user's machine. */
export interface KubeconfigFacts {
  /** The file that would be written. */
  readonly path: string;
  /** Set when the file has a context of the cluster's name. */
  readonly entry?: {
    /** SHA-256 of the admin.conf that the entry came from, hex; undefined when it is not ours. */
    readonly adminConfDigest?: string | undefined;
    /** The CA in it is another than the cluster's: a rebuilt cluster, or another of the same name. */
    readonly caCertificate?: string | undefined;
  };
}

/** Everything that planning looks at. */
export interface PlanContext {
  readonly spec: ClusterSpec;
  /** By host name; a host that could not be asked is missing. */
  readonly facts: ReadonlyMap<string, HostFacts>;
  readonly kubeconfig: KubeconfigFacts;
  /** What this run has learned so far; empty in a plan. */
  readonly learned: Readonly<Partial<Record<LearnedKey, Text>>>;
  /** Content of local files that the spec names (a manifest), by the path written in the spec. */
  readonly localFiles: Readonly<Record<string, string>>;
}

/** What an action does on the user's own machine after its steps, as data. */
export interface LocalEffect {
  /** Merges the admin.conf that was learned into the user's kubeconfig. */
  readonly kind: "merge-kubeconfig";
  /** Cluster, user and context get this name. */
  readonly name: string;
  /** SHA-256 of the admin.conf on its host, hex: how a later run sees that the entry is up to date. */
  readonly adminConfDigest?: string | undefined;
}

/** Something that is missing on a host, and how it is put right. */
export interface Action {
  /** Stable within the phase: the same id twice in a row means that the first time did not help. */
  readonly id: string;
  /** One line for the plan: "Turn swap off". */
  readonly summary: string;
  readonly steps: readonly Step[];
  readonly localEffect?: LocalEffect;
  /**
   * It depends on what an earlier action of the phase brings (such as the version of a package): shown in the
   * plan, and planned anew from fresh facts before it is run.
   */
  readonly isForecast?: boolean;
}

/** Something that stands in the way, or should be known. An error keeps the run from starting. */
export interface Finding {
  readonly severity: "error" | "warning";
  readonly host: string;
  /** What is the matter. */
  readonly message: string;
  /** What to do about it. */
  readonly next: string;
}

export interface HostAction {
  readonly host: Host;
  readonly action: Action;
}

/**
 * One phase of the bootstrap, as data and pure functions. From these the engine derives the plan, the check,
 * the run and the verification: after a host's actions ran, its facts are gathered again and `actions` must be
 * empty.
 */
export interface Phase {
  readonly id: PhaseId;
  readonly title: string;
  /** One sentence for someone who sees it for the first time. */
  readonly explains: string;
  /** Sections of the facts that it looks at. */
  readonly sections: readonly FactSection[];
  /** Whether its hosts are worked on at once, or one after another. */
  readonly order: "parallel" | "serial";
  /** Hosts that it concerns, in order. */
  readonly hosts: (spec: ClusterSpec) => readonly Host[];
  /** What forbids it, or should be known before. Pure. */
  readonly findings?: (context: PlanContext) => readonly Finding[];
  /** What is missing on `host`, in order; [] when nothing is. Pure. */
  readonly actions: (host: Host, facts: HostFacts, context: PlanContext) => readonly Action[];
  /** Done once before its hosts (those with actions), when there are any: a join token, a test deployment. */
  readonly before?: (context: PlanContext, hosts: readonly Host[]) => HostAction | undefined;
  /** Done once after its hosts (those that had actions), also when they failed: cleaning up. */
  readonly after?: (context: PlanContext, hosts: readonly Host[]) => HostAction | undefined;
}
