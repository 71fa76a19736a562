import { isDeepStrictEqual } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import type { NodeFacts } from "../core/facts/hostFacts.ts";
import { ApiConnection, nodeOf, type WatchEvent } from "./apiConnection.ts";
import { toNodeFacts } from "./nodeFacts.ts";
import { describeFailure, statusOf } from "./requestFailure.ts";

export interface NodeWatchOptions {
  readonly kubeconfigPath: string;
  readonly context: string;
  /**
   * All nodes by name: first when connected, then whenever something of them changed, and after every
   * reconnection. Changes that come together are told once.
   */
  readonly onNodes: (nodes: readonly NodeFacts[]) => void;
  /** Told when it changes. `cause` is one line for the log or a tooltip. */
  readonly onState: (state: "connected" | "disconnected", cause?: string) => void;
  /** Milliseconds until the next try after so many (1, 2, ...) failures in a row. */
  readonly backoffMs?: (failures: number) => number;
}

/** A watch that served for so long was no failure, although nothing happened in it. */
const usefulAfterMs = 5000;

/** Gone: what happened since the resource version is no longer known, all has to be listed again. */
const gone = 410;

/**
 * Follows the nodes of a cluster by a watch, until disposed: reconnects by itself, continues where it was, lists
 * anew when the API server has forgotten that place, and reads the kubeconfig again for every connection. Nothing
 * is told after dispose(). Never throws.
 */
export function watchNodes(options: NodeWatchOptions): { dispose(): void } {
  const watch = new NodeWatch(options);
  void watch.run(); // Never rejects, and ends with dispose().
  return watch;
}

class NodeWatch {
  readonly #options: NodeWatchOptions;
  readonly #stopped = new AbortController();
  readonly #nodes = new Map<string, NodeFacts>();
  /** Empty when all has to be listed. */
  #resourceVersion = "";
  #connection: ApiConnection | undefined;
  #state: "connected" | "disconnected" | undefined;
  #told: readonly NodeFacts[] | undefined;
  #isTelling = false;

  constructor(options: NodeWatchOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const backoffMs = this.#options.backoffMs ?? defaultBackoffMs;
    let failures = 0;
    while (!this.#stopped.signal.aborted) {
      failures = (await this.#followOnce()) ? 0 : failures + 1;
      if (failures > 0) {
        await pause(backoffMs(failures), undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      }
    }
  }

  dispose(): void {
    this.#stopped.abort();
    this.#connection?.end();
  }

  /** One connection from its beginning to its end. False when the next one should wait. */
  async #followOnce(): Promise<boolean> {
    let startedAt: number | undefined;
    let hasEvents = false;
    let isLost = false;
    const isUseful = (): boolean =>
      hasEvents || (startedAt !== undefined && performance.now() - startedAt >= usefulAfterMs);
    try {
      const connection = new ApiConnection(this.#options.kubeconfigPath, this.#options.context);
      this.#connection = connection;
      if (this.#resourceVersion === "") {
        await this.#list(connection);
      }
      await connection.watchNodes(
        this.#resourceVersion,
        () => {
          startedAt = performance.now();
          this.#setConnected();
        },
        (event) => {
          if (this.#apply(event)) {
            hasEvents = true;
          } else {
            isLost = true;
            connection.end();
          }
        },
      );
    } catch (error) {
      if (statusOf(error) === gone) {
        this.#resourceVersion = "";
      } else if (!isLost && !isUseful()) {
        this.#setDisconnected(describeFailure(error));
      }
    } finally {
      this.#connection?.end();
      this.#connection = undefined;
    }
    return isUseful();
  }

  async #list(connection: ApiConnection): Promise<void> {
    const { items, metadata } = await connection.listNodes();
    this.#nodes.clear();
    for (const node of items.map(toNodeFacts)) {
      this.#nodes.set(node.name, node);
    }
    this.#resourceVersion = metadata?.resourceVersion ?? "";
  }

  /** False for an error, after which all has to be listed again. */
  #apply(event: WatchEvent): boolean {
    const node = nodeOf(event);
    if (event.type === "ERROR" || node === undefined) {
      this.#resourceVersion = "";
      return false;
    }
    // A bookmark is a node without anything but this.
    this.#resourceVersion = node.metadata?.resourceVersion ?? this.#resourceVersion;
    const facts = toNodeFacts(node);
    if (event.type === "DELETED") {
      this.#nodes.delete(facts.name);
    } else if (event.type === "ADDED" || event.type === "MODIFIED") {
      this.#nodes.set(facts.name, facts);
    }
    this.#tellSoon();
    return true;
  }

  #setConnected(): void {
    if (this.#state !== "connected") {
      this.#told = undefined;
      this.#setState("connected");
    }
    this.#tellSoon();
  }

  #setDisconnected(cause: string): void {
    if (this.#state !== "disconnected") {
      this.#setState("disconnected", cause);
    }
  }

  #setState(state: "connected" | "disconnected", cause?: string): void {
    if (!this.#stopped.signal.aborted) {
      this.#state = state;
      this.#options.onState(state, cause);
    }
  }

  /** Tells the nodes after what else comes now, if anything of them changed: heartbeats do not count. */
  #tellSoon(): void {
    if (this.#isTelling) {
      return;
    }
    this.#isTelling = true;
    setImmediate(() => {
      this.#isTelling = false;
      const nodes = [...this.#nodes.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
      if (
        this.#stopped.signal.aborted ||
        this.#state !== "connected" ||
        isDeepStrictEqual(nodes, this.#told)
      ) {
        return;
      }
      this.#told = nodes;
      this.#options.onNodes(nodes);
    });
  }
}

/** 1 s, 2 s, 4 s ... 30 s, each less up to a fifth so that many windows do not come at once. */
function defaultBackoffMs(failures: number): number {
  return Math.min(30_000, 1000 * 2 ** (failures - 1)) * (1 - Math.random() / 5);
}
