import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { CoreV1Api, KubeConfig, Watch, type V1Node, type V1NodeList } from "@kubernetes/client-node";

/**
 * A silent watch is taken for dead after this time. API servers send a bookmark about once a minute, so that a
 * living one is never silent for so long.
 */
const silenceMs = 90_000;

/** After about so long the API server ends a watch, as for kubectl; it is then continued. */
const watchSeconds = 300;

/** What a watch tells: a changed node, or (ERROR) a Status; as parsed from JSON. */
export interface WatchEvent {
  readonly type: string;
  readonly object: unknown;
}

type SecuredRequest = Parameters<KubeConfig["applySecurityAuthentication"]>[0];
type Dispatcher = NonNullable<ReturnType<SecuredRequest["getDispatcher"]>>;

/** A kubeconfig whose requests and connections end with it: client-node opens a connection pool a request. */
class EndableKubeConfig extends KubeConfig {
  readonly #abort = new AbortController();
  readonly #dispatchers = new Set<Dispatcher>();

  override async applySecurityAuthentication(request: SecuredRequest): Promise<void> {
    await super.applySecurityAuthentication(request);
    request.setSignal(this.#abort.signal);
    const dispatcher = request.getDispatcher();
    if (dispatcher !== undefined) {
      this.#dispatchers.add(dispatcher);
    }
    if (this.#abort.signal.aborted) {
      this.end();
      throw new Error("the connection was ended");
    }
  }

  end(): void {
    this.#abort.abort();
    for (const dispatcher of this.#dispatchers) {
      // Nobody waits for sockets to be gone, and what their requests fail with is told to those who made them.
      dispatcher.destroy().catch(() => undefined);
    }
    this.#dispatchers.clear();
  }
}

/** Requests to the API server of one context, over one set of credentials. */
export class ApiConnection {
  readonly #config = new EndableKubeConfig();

  /** Reads the kubeconfig anew, as a rebuilt cluster has other certificates. Throws when it has no such context. */
  constructor(kubeconfigPath: string, context: string) {
    const text = readFileSync(kubeconfigPath, "utf8");
    try {
      this.#config.loadFromString(text);
      this.#config.makePathsAbsolute(dirname(kubeconfigPath));
    } catch {
      // Its own message would quote the file, which holds keys.
      throw new Error(`${kubeconfigPath} is no valid kubeconfig`);
    }
    this.#config.setCurrentContext(context);
    if (this.#config.getCurrentCluster() === null || this.#config.getCurrentUser() === null) {
      throw new Error(`${kubeconfigPath} has no context ${context}, or a part of it is missing`);
    }
  }

  async listNodes(): Promise<V1NodeList> {
    return await this.#config.makeApiClient(CoreV1Api).listNode();
  }

  /**
   * Follows the nodes from `resourceVersion` on. `onStarted` is called when the API server has accepted it.
   * Resolves when it ended as watches do from time to time, rejects when it was refused or broke.
   */
  async watchNodes(
    resourceVersion: string,
    onStarted: () => void,
    onEvent: (event: WatchEvent) => void,
  ): Promise<void> {
    const watch = new Watch(this.#config);
    // Has no public setting; without it a quiet cluster would be asked anew every 30 seconds.
    Object.assign(watch, { requestTimeoutMs: silenceMs });
    const query = { resourceVersion, allowWatchBookmarks: true, timeoutSeconds: watchSeconds };
    await new Promise<void>((resolve, reject) => {
      let isOver = false;
      const done = (error: unknown): void => {
        isOver = true;
        if (error === null || error === undefined) {
          resolve();
        } else {
          reject(error instanceof Error ? error : new Error("the watch broke", { cause: error }));
        }
      };
      const onLine = (type: string, object: unknown): void => {
        onEvent({ type, object });
      };
      watch.watch("/api/v1/nodes", query, onLine, done).then(() => {
        if (!isOver) {
          onStarted();
        }
      }, done);
    });
  }

  /** Ends all requests at once, those that are still connecting too. */
  end(): void {
    this.#config.end();
  }
}

/** A node in a watch's event; undefined for anything else. */
export function nodeOf({ object }: WatchEvent): V1Node | undefined {
  return typeof object === "object" && object !== null && "metadata" in object
    ? (object as V1Node)
    : undefined;
}
