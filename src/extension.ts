import { homedir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { messageOf } from "./core/errors.ts";
import { settings, views } from "./contributions.ts";
import { kubeconfigPlaces } from "./files/kubeconfigPath.ts";
import { registerClusterCommands } from "./ui/commands/cluster.ts";
import type { CommandContext } from "./ui/commands/context.ts";
import { registerHostCommands } from "./ui/commands/host.ts";
import { registerKubeconfigCommands } from "./ui/commands/kubeconfig.ts";
import { registerSpecCommands } from "./ui/commands/spec.ts";
import { ClusterStore } from "./ui/inventory/clusterStore.ts";
import { InventoryTree } from "./ui/inventory/inventoryTree.ts";
import { PlanDocuments } from "./ui/plan/planDocuments.ts";
import { ClusterRuns } from "./ui/runs/clusterRuns.ts";
import { NodeWatches } from "./ui/runs/nodeWatches.ts";
import type { Services } from "./ui/services.ts";
import { showError } from "./ui/showError.ts";
import { createSshPrompts } from "./ui/sshPrompts.ts";
import { RunTerminals } from "./ui/terminals/runTerminals.ts";

/** Builds everything, and nothing else: no file is read and no host is spoken to before someone asks. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Kubeadm", { log: true });
  const services = createServices(context, log);
  const store = new ClusterStore();
  const watches = new NodeWatches(store, services, (error) => {
    log.warn(`a cluster's nodes cannot be followed: ${messageOf(error)}`);
  });
  const terminals: RunTerminals = new RunTerminals((cluster, host) => {
    runs.interrupt(cluster, host);
  });
  const runs: ClusterRuns = new ClusterRuns(store, services, terminals, watches);
  const plans = new PlanDocuments();
  const tree = new InventoryTree(store);
  const view = vscode.window.createTreeView(views.inventory, { treeDataProvider: tree, showCollapseAll: true });
  const commandContext: CommandContext = { store, runs, terminals, plans, services, log };

  context.subscriptions.push(
    log,
    store,
    watches,
    terminals,
    runs,
    plans,
    tree,
    view,
    view.onDidChangeVisibility(({ visible }) => {
      if (visible) {
        void followKnownClusters(store, watches).catch((error: unknown) => {
          showError(error, log);
        });
      }
    }),
    ...registerSpecCommands(commandContext),
    ...registerClusterCommands(commandContext),
    ...registerHostCommands(commandContext),
    ...registerKubeconfigCommands(commandContext),
  );
}

/** Clusters that are in the kubeconfig already show their nodes' readiness as soon as the view is open. */
async function followKnownClusters(store: ClusterStore, watches: NodeWatches): Promise<void> {
  await store.load();
  await Promise.all(store.entries.map(async ({ uri, spec }) => spec && watches.follow(uri, spec.name)));
}

/** A connection that nothing uses is closed after so long; the next use opens it again. */
const idleConnectionMs = 10 * 60_000;

/** The outside world: each part is loaded when it is first used. */
function createServices(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Services {
  const prompts = createSshPrompts(context);
  const opened = new Set<{ forgetSecrets(): void }>();
  const journalFolder = join((context.storageUri ?? context.globalStorageUri).fsPath, "runs");
  const home = homedir();
  const places = kubeconfigPlaces();
  const surroundings = { now: () => Date.now(), nonce: () => `k${randomBytes(16).toString("hex")}` };

  return {
    surroundings,

    async sessions(hosts, specFolder) {
      const [{ createSessions }, { userTargets }] = await Promise.all([
        import("./ssh/sessions.ts"),
        import("./ssh/userTargets.ts"),
      ]);
      const configuration = vscode.workspace.getConfiguration();
      const seconds = configuration.get<number>(settings.connectTimeoutSeconds, 15);
      const configFile = configuration.get<string>(settings.sshConfigFile, "").replace(/^~(?=$|[\\/])/, () => home);
      const sessions = createSessions({
        hosts,
        resolveTarget: userTargets({
          machine: { platform: process.platform, home, env: process.env },
          specFolder,
          connectTimeoutMs: seconds * 1000,
          ...(configFile === "" ? {} : { configFile }),
          mayRun: (command, unwanted) => prompts.confirmCommand({ command }, unwanted),
          onIgnored: ({ directive, file, line, why }) => {
            log.warn(`${file}:${line}: ${directive} of ssh_config is not followed: ${why}`);
          },
        }),
        prompts,
        idleMs: idleConnectionMs,
        onActivity: (activity) => {
          log.debug(JSON.stringify(activity));
        },
      });
      opened.add(sessions);
      return sessions;
    },

    async kubeconfig(cluster) {
      const { userKubeconfig } = await import("./ui/kubeconfig/userKubeconfig.ts");
      return userKubeconfig(cluster, places);
    },

    async journal(cluster) {
      const { createJournal } = await import("./files/journal.ts");
      return createJournal(journalFolder, {
        cluster,
        startedAt: new Date(surroundings.now()),
        onError: (error) => {
          log.error(`the run's journal cannot be written: ${String(error)}`);
        },
      });
    },

    async journals() {
      const { listJournals } = await import("./files/journal.ts");
      return (await listJournals(journalFolder)).map(({ path }) => path);
    },

    async watchNodes(cluster, onNodes) {
      const { readKubeconfigFacts } = await import("./files/kubeconfigFile.ts");
      const { entry, path } = await readKubeconfigFacts(cluster, places);
      if (entry === undefined) {
        return undefined;
      }
      const { watchNodes } = await import("./kube/nodeWatch.ts");
      return watchNodes({
        kubeconfigPath: path,
        context: cluster,
        onNodes,
        onState: (state, cause) => {
          log.debug(`watching the nodes of ${cluster}: ${state} ${cause ?? ""}`);
          if (state === "disconnected") {
            onNodes(undefined);
          }
        },
      });
    },

    async forgetSecrets() {
      opened.forEach((sessions) => sessions.forgetSecrets());
      await prompts.forget();
    },
  };
}
