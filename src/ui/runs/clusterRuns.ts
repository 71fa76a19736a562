import { isAbsolute } from "node:path";
import * as vscode from "vscode";
import { Cancelled } from "../../core/errors.ts";
import type { RunEvent } from "../../core/run/events.ts";
import { journalEvent } from "../../core/run/journalEvent.ts";
import type { KubeconfigFacts, Phase, PlanContext } from "../../core/run/phase.ts";
import type { Plan, Scope } from "../../core/run/plan.ts";
import type { RunRequest, RunResult } from "../../core/run/runner.ts";
import type { ClusterSpec } from "../../core/spec/clusterSpec.ts";
import { contextKeys } from "../../contributions.ts";
import { joinErrors } from "../joinErrors.ts";
import type { ClusterStore } from "../inventory/clusterStore.ts";
import { phaseTitles } from "../inventory/hostStatusText.ts";
import type { ClusterEntry } from "../inventory/inventoryModel.ts";
import type { ClusterSessions, RunJournal, Services, UserKubeconfig } from "../services.ts";
import type { RunTerminals } from "../terminals/runTerminals.ts";
import type { NodeWatches } from "./nodeWatches.ts";

interface ActiveRun {
  readonly abort: AbortController;
  readonly hosts: ReadonlyMap<string, AbortController>;
}

/** A cluster whose spec is sound: what commands work on. */
export interface SoundCluster {
  readonly entry: ClusterEntry;
  readonly spec: ClusterSpec;
}

/** Everything that talks to hosts on a person's behalf: looking, planning and running, one run a cluster at a time. */
export class ClusterRuns implements vscode.Disposable {
  readonly #store: ClusterStore;
  readonly #services: Services;
  readonly #terminals: RunTerminals;
  readonly #watches: NodeWatches;
  readonly #sessions = new Map<string, Promise<ClusterSessions>>();
  readonly #active = new Map<string, ActiveRun>();

  constructor(store: ClusterStore, services: Services, terminals: RunTerminals, watches: NodeWatches) {
    this.#store = store;
    this.#services = services;
    this.#terminals = terminals;
    this.#watches = watches;
  }

  /** The connections to a cluster's hosts, opened when first used and shared by everything. */
  sessions(uri: string): Promise<ClusterSessions> {
    const folder = vscode.Uri.joinPath(vscode.Uri.parse(uri), "..").fsPath;
    const sessions =
      this.#sessions.get(uri) ?? this.#services.sessions(() => this.#store.entry(uri)?.spec?.hosts ?? [], folder);
    this.#sessions.set(uri, sessions);
    return sessions;
  }

  kubeconfig({ spec }: SoundCluster): Promise<UserKubeconfig> {
    return this.#services.kubeconfig(spec.name);
  }

  /** Asks all hosts for their facts; the tree shows them. */
  async refresh(cluster: SoundCluster): Promise<void> {
    await this.#look(cluster, { phases: [] });
    await this.#watches.follow(cluster.entry.uri, cluster.spec.name);
  }

  /** Asks the hosts, then plans from what they say. Nothing is changed. */
  async plan(cluster: SoundCluster, scope: Scope): Promise<Plan> {
    const { makePlan } = await import("../../core/run/plan.ts");
    return makePlan(scope, await this.#look(cluster, scope));
  }

  /** What is known of the cluster right now, for questions that are asked before a run. */
  async context(cluster: SoundCluster, scope: Scope): Promise<PlanContext> {
    return this.#look(cluster, scope);
  }

  /**
   * Runs the phases with progress, terminals, tree and journal. `facts` are those that the person has just seen
   * planned from. Undefined when another run is going on.
   */
  async run(
    cluster: SoundCluster,
    title: string,
    scope: Scope,
    facts?: PlanContext["facts"],
  ): Promise<RunResult | undefined> {
    const { uri } = cluster.entry;
    if (this.#active.has(uri)) {
      void vscode.window.showWarningMessage(`A run on cluster ${cluster.spec.name} is going on. Wait for it, or cancel it.`);
      return undefined;
    }
    const abort = new AbortController();
    const hosts = new Map(cluster.spec.hosts.map(({ name }) => [name, new AbortController()]));
    this.#setActive(uri, { abort, hosts });
    try {
      return await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title, cancellable: true },
        async (progress, token) => {
          token.onCancellationRequested(() => {
            abort.abort();
          });
          return this.#runWithJournal(cluster, { scope, facts }, { abort, hosts }, (message) => {
            progress.report({ message });
          });
        },
      );
    } finally {
      this.#setActive(uri, undefined);
      await this.#watches.follow(uri, cluster.spec.name);
    }
  }

  cancel(uri: string): void {
    this.#active.get(uri)?.abort.abort();
  }

  /** Ctrl+C in a host's terminal: ends that host's part. */
  interrupt(cluster: string, host: string): void {
    this.#active.get(cluster)?.hosts.get(host)?.abort();
  }

  get runningClusters(): readonly string[] {
    return [...this.#active.keys()];
  }

  async dispose(): Promise<void> {
    this.#active.forEach(({ abort }) => {
      abort.abort();
    });
    const sessions = await Promise.allSettled(this.#sessions.values());
    await Promise.allSettled(
      sessions.flatMap((result) => (result.status === "fulfilled" ? [result.value.dispose()] : [])),
    );
  }

  async #runWithJournal(
    cluster: SoundCluster,
    { scope, facts }: { readonly scope: Scope; readonly facts: PlanContext["facts"] | undefined },
    { abort, hosts }: ActiveRun,
    report: (message: string) => void,
  ): Promise<RunResult> {
    const journal = await this.#services.journal(cluster.spec.name);
    const emit = (event: RunEvent): void => {
      this.#onEvent(cluster, event, journal, report);
    };
    try {
      const { runPhases } = await import("../../core/run/runner.ts");
      return await runPhases({
        ...(await this.#request(cluster, scope)),
        id: journal.path,
        ...(facts && { facts }),
        specPath: cluster.entry.label,
        kubeconfig: await this.kubeconfig(cluster),
        signal: abort.signal,
        hostSignal: (host) => hosts.get(host)?.signal,
        emit,
      });
    } finally {
      await journal.close();
    }
  }

  #onEvent({ entry }: SoundCluster, event: RunEvent, journal: RunJournal, report: (message: string) => void): void {
    journal.append(journalEvent(event));
    this.#store.apply(entry.uri, event);
    this.#terminals.show(entry.uri, event);
    if (event.kind === "phase-started") {
      report(`${phaseTitles[event.phase]} on ${event.hosts.join(", ")}`);
    }
    if (event.kind === "run-started" && event.hosts[0] !== undefined) {
      this.#terminals.reveal(entry.uri, event.hosts[0]);
    }
  }

  async #look(cluster: SoundCluster, scope: Scope): Promise<PlanContext> {
    const { gatherFacts } = await import("../../core/run/gatherFacts.ts");
    const emit = (event: RunEvent): void => {
      this.#store.apply(cluster.entry.uri, event);
    };
    return vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Asking the hosts of ${cluster.spec.name}`, cancellable: true },
      async (_progress, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => {
          abort.abort();
        });
        const request = await this.#request(cluster, scope);
        const { facts, failures } = await gatherFacts({ ...request, emit, signal: abort.signal });
        if (abort.signal.aborted) {
          throw new Cancelled();
        }
        // The first control plane is asked beside the hosts in scope; a dead one is no reason not to reset another.
        const inScope = failures.filter(({ host = "" }) => scope.hosts?.includes(host) ?? true);
        if (inScope.length > 0) {
          throw joinErrors(inScope);
        }
        const kubeconfig = await this.#kubeconfigFacts(cluster, scope);
        const { withKnownAddresses } = await import("../../core/run/knownAddresses.ts");
        const spec = withKnownAddresses(cluster.spec, facts);
        return { spec, facts, kubeconfig, learned: {}, localFiles: request.localFiles };
      },
    );
  }

  /** A kubeconfig that cannot be read is in the way only of what would write it. */
  async #kubeconfigFacts(cluster: SoundCluster, scope: Scope): Promise<KubeconfigFacts> {
    try {
      return await (await this.kubeconfig(cluster)).facts();
    } catch (error) {
      if (scope.phases.some(({ id }) => id === "kubeconfig")) {
        throw error;
      }
      return { path: "" };
    }
  }

  async #request(
    { entry, spec }: SoundCluster,
    scope: Scope,
  ): Promise<Pick<RunRequest, "spec" | "scope" | "localFiles" | "openSession" | "surroundings">> {
    const sessions = await this.sessions(entry.uri);
    return {
      spec,
      scope,
      localFiles: await localFiles(entry.uri, spec),
      openSession: (host, signal) => sessions.open(host, signal),
      surroundings: this.#services.surroundings,
    };
  }

  #setActive(uri: string, run: ActiveRun | undefined): void {
    if (run === undefined) {
      this.#active.delete(uri);
    } else {
      this.#active.set(uri, run);
    }
    void vscode.commands.executeCommand("setContext", contextKeys.isRunning, this.#active.size > 0);
  }
}

/** Phases by name, loaded when first needed: they bring the YAML and TOML parsers with them. */
export async function loadPhases(): Promise<{
  readonly bootstrap: readonly Phase[];
  readonly preparation: readonly Phase[];
  readonly joining: readonly Phase[];
  readonly phaseOf: (id: Phase["id"]) => Phase;
}> {
  return import("../../core/phases/phases.ts");
}

/** Files beside the spec that the spec names: a pod network's manifest. One that is missing is left out. */
async function localFiles(uri: string, spec: ClusterSpec): Promise<Readonly<Record<string, string>>> {
  const { manifest } = spec.podNetwork;
  if (manifest === undefined || /^https?:\/\//.test(manifest)) {
    return {};
  }
  try {
    const beside = vscode.Uri.joinPath(vscode.Uri.parse(uri), "..", manifest);
    const file = isAbsolute(manifest) ? vscode.Uri.file(manifest) : beside;
    return { [manifest]: new TextDecoder().decode(await vscode.workspace.fs.readFile(file)) };
  } catch {
    // The phase says which file is missing, with what to do.
    return {};
  }
}
