import type * as vscode from "vscode";
import type { ClusterStore } from "../inventory/clusterStore.ts";
import type { Services } from "../services.ts";

/** Follows the real readiness of the nodes of clusters that are in the user's kubeconfig. */
export class NodeWatches implements vscode.Disposable {
  readonly #store: ClusterStore;
  readonly #services: Services;
  readonly #onError: (error: unknown) => void;
  readonly #watches = new Map<string, { dispose(): void }>();

  /** `onError` is told why a cluster cannot be followed. */
  constructor(store: ClusterStore, services: Services, onError: (error: unknown) => void) {
    this.#store = store;
    this.#services = services;
    this.#onError = onError;
  }

  /**
   * Starts to follow, anew when it did already: a rebuilt cluster has new certificates. Never rejects: a cluster
   * that cannot be followed, such as one in a broken kubeconfig, is shown as it was last seen.
   */
  async follow(uri: string, cluster: string): Promise<void> {
    this.stop(uri);
    try {
      const watch = await this.#services.watchNodes(cluster, (nodes) => {
        this.#store.applyNodes(uri, nodes);
      });
      // Another call may have been quicker.
      this.stop(uri);
      if (watch !== undefined) {
        this.#watches.set(uri, watch);
      }
    } catch (error) {
      this.#onError(error);
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
