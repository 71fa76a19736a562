import type { Client } from "ssh2";
import { Cancelled, KubeadmError } from "../core/errors.ts";
import { connect, type ConnectContext, type ConnectMemory } from "./connect.ts";
import { raceAbort } from "./raceAbort.ts";

/** One connection to a host, as long as it lasts. */
export interface Link {
  readonly client: Client;
  readonly isClosed: () => boolean;
  /** What ssh2 last complained of. */
  readonly lastError: () => unknown;
  /** Closes it without a word, and makes the next user open a new one. */
  discard(): void;
}

/** Keeps the one connection of a session: opens it when it is needed, again after a loss. */
export interface LinkKeeper {
  /**
   * The connection. Everybody who asks while it is being opened gets the same; when all of them have given up,
   * so does the attempt. Errors as for connect(), and Cancelled.
   */
  get(signal?: AbortSignal): Promise<Link>;
  /** Says goodbye; get() then throws link-lost. */
  end(): void;
}

interface Opening {
  readonly link: Promise<Link>;
  readonly abort: AbortController;
  waiting: number;
}

export function createLinkKeeper(
  context: Omit<ConnectContext, "memory" | "signal"> & { readonly onOpen: () => void },
): LinkKeeper {
  const memory: ConnectMemory = { acceptedHostKeys: new Set(), keys: new Map() };
  let current: Opening | undefined;
  let isEnded = false;

  async function open(signal: AbortSignal, forget: () => void): Promise<Link> {
    context.onOpen();
    const client = await connect({ ...context, memory, signal });
    let isClosed = false;
    let lastError: unknown;
    client
      .on("error", (error) => {
        lastError = error;
      })
      .on("close", () => {
        isClosed = true;
        forget();
      });
    return {
      client,
      isClosed: () => isClosed,
      lastError: () => lastError,
      discard: () => {
        forget();
        client.destroy();
      },
    };
  }

  function start(): Opening {
    const forget = (): void => {
      if (current === opening) {
        current = undefined;
      }
    };
    const abort = new AbortController();
    const opening: Opening = { link: open(abort.signal, forget), abort, waiting: 0 };
    opening.link.catch(forget);
    current = opening;
    return opening;
  }

  async function get(signal?: AbortSignal): Promise<Link> {
    if (isEnded) {
      throw new KubeadmError({
        code: "link-lost",
        host: context.target.host,
        message: "the session was closed.",
      });
    }
    const opening = current ?? start();
    opening.waiting++;
    try {
      return await raceAbort(opening.link, signal);
    } catch (error) {
      if (error instanceof Cancelled && opening.waiting === 1) {
        // Nobody else waits for it: close what it asks the person, too. A later user starts afresh.
        if (current === opening) {
          current = undefined;
        }
        opening.abort.abort();
      }
      throw error;
    } finally {
      opening.waiting--;
    }
  }

  function end(): void {
    isEnded = true;
    // A connection that is being opened may wait for an answer of the person, so this waits for nothing.
    current?.abort.abort();
    void current?.link.then(
      (link) => link.client.end(),
      () => undefined,
    );
  }

  return { get, end };
}
