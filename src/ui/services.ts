import type { HostShell, ShellOptions } from "../core/run/hostShell.ts";
import type { KubeconfigPort } from "../core/run/runner.ts";
import type { RunEvent } from "../core/run/events.ts";
import type { OpenSession } from "../core/run/session.ts";
import type { Surroundings } from "../core/run/runScript.ts";
import type { NodeFacts } from "../core/facts/hostFacts.ts";
import type { Host } from "../core/spec/clusterSpec.ts";

/** The open connections to one cluster's hosts. */
export interface ClusterSessions {
  readonly open: OpenSession;
  shell(host: string, options: ShellOptions, signal?: AbortSignal): Promise<HostShell>;
  dispose(): Promise<void>;
}

/** Where the events of one run are kept. */
export interface RunJournal {
  readonly path: string;
  append(event: RunEvent): void;
  close(): Promise<void>;
}

/** The cluster's entry in the user's kubeconfig. */
export interface UserKubeconfig extends KubeconfigPort {
  /** Makes the cluster's context the current one. */
  readonly use: () => Promise<void>;
}

/**
 * What the views and commands need from the outside world. extension.ts builds it from ssh/, kube/ and files/,
 * each loaded when it is first used; the ui knows only these shapes.
 */
export interface Services {
  readonly surroundings: Surroundings;
  /** `specFolder`: what relative identity files are relative to. */
  sessions(hosts: () => readonly Host[], specFolder: string): Promise<ClusterSessions>;
  kubeconfig(cluster: string): Promise<UserKubeconfig>;
  journal(cluster: string): Promise<RunJournal>;
  /** The newest first. */
  journals(): Promise<readonly string[]>;
  /** Follows the nodes of a cluster that is in the kubeconfig; undefined when it is not. */
  watchNodes(
    cluster: string,
    onNodes: (nodes: readonly NodeFacts[] | undefined) => void,
  ): Promise<{ dispose(): void } | undefined>;
  forgetSecrets(): Promise<void>;
}
