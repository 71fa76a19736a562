import type { PortNeed } from "../network/ports.ts";
import type { ClusterSpec, PodNetworkPlugin } from "../spec/clusterSpec.ts";

/** An option of a pod network, set under `spec.podNetwork.options`. */
export interface OptionDefinition {
  readonly type: "string" | "integer" | "boolean";
  /** What holds when the option is not set; left out where the plugin's manifest decides. */
  readonly default?: string | number | boolean;
  /** The only values of a string. */
  readonly values?: readonly string[];
  /** What a string must look like; `expected` says it in words. */
  readonly pattern?: RegExp;
  readonly expected?: string;
  /** Smallest and largest value of an integer. */
  readonly range?: readonly [smallest: number, largest: number];
  readonly description: string;
}

/** Options by name. */
export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>;

/**
 * A pod network that can be installed. To add one, write a file like flannel.ts, put it into podNetworks.ts and
 * its name into `podNetworkPlugins` of the spec's schema; docs/pod-networks.md shows each step.
 */
export interface PodNetwork {
  readonly plugin: PodNetworkPlugin;
  /** Name for people. */
  readonly title: string;
  /** As its releases are tagged, with "v"; newest that this code was checked against. */
  readonly defaultVersion: string;
  readonly homepage: string;
  /** Why one should not choose it for a new cluster. */
  readonly legacy?: string;
  /** Where the project publishes the manifest of a version ("v1.2.3"); undefined when it publishes none, and
   *  then `renderCommand` says how to make one. */
  readonly manifestUrl: (version: string) => string | undefined;
  /** Shell command line for a person to run that prints a manifest for `spec` on stdout. */
  readonly renderCommand?: (spec: ClusterSpec) => string;
  /** "namespace/name" of the DaemonSets by which an installed one is recognised; any of them will do. */
  readonly daemonSets: readonly string[];
  /** What it needs let through between the hosts, given its options. */
  readonly ports: (spec: ClusterSpec) => readonly PortNeed[];
  /** Its options; any other name is an error of the spec. */
  readonly options: OptionDefinitions;
  /**
   * The manifest (YAML, any number of documents) with the pod subnet and the options of `spec` put in;
   * everything else stays. Throws KubeadmError "spec-invalid" when the spec asks for what the plugin cannot do,
   * "step-failed" when the manifest has no place for it.
   */
  readonly configure: (manifest: string, spec: ClusterSpec) => string;
  /** What `configure` changes, in one line for the plan: "net-conf.json Network: 10.244.0.0/16". */
  readonly explainConfigure: (spec: ClusterSpec) => string;
}
