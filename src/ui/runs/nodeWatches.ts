import type * as vscode from "vscode";
import type { ClusterStore } from "../inventory/clusterStore.ts";
import type { Services } from "../services.ts";

/** Follows the real readiness of the nodes of clusters that are in the user's kubeconfig. */
export class NodeWatches implements vscode.Disposable {
  readonly #store: ClusterStore;
  readonly #services: Services;
  readonly #watches = new Map<string, { dispose(): void }>();

  constructor(store: ClusterStore, services: Services) {
    this.#store = store;
    this.#services = services;
  }

  /** Starts to follow, anew when it did already: a rebuilt cluster has new certificates. */
  async follow(uri: string, cluster: string): Promise<void> {
    this.stop(uri);
    const watch = await this.#services.watchNodes(cluster, (nodes) => {
      this.#store.applyNodes(uri, nodes);
    });
    if (watch !== undefined) {
      this.#watches.set(uri, watch);
    }
  }

  stop(uri: string): void {
    this.#watches.get(uri)?.dispose();
    this.#watches.delete(uri);
  }

  dispose(): void {
    this.#watches.forEach((watch) => {
      watch.dispose();
    });
    this.#watches.clear();
  }
}
