import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "ssh2";
import { Cancelled, KubeadmError } from "../core/errors.ts";
import { connect, type ConnectContext, type ConnectMemory } from "./connect.ts";
import { HandshakeRefused, isUnreachable } from "./connectError.ts";
import type { Limiter } from "./limiter.ts";
import { createLoginMemory } from "./loginAttempt.ts";
import { raceAbort } from "./raceAbort.ts";
import type { SshTarget } from "./target.ts";

/** One connection to a server, as long as it lasts. */
export interface Link {
  readonly target: SshTarget;
  readonly client: Client;
  readonly isClosed: () => boolean;
  /** What ssh2 last complained of. */
  readonly lastError: () => unknown;
  /** Says that the connection is being used; gives what ends that (once). Unused, it is closed after a while. */
  use(): () => void;
  /** Closes it without a word, and makes the next user open a new one. */
  discard(): void;
}

/** Keeps the one connection to a server: opens it when it is needed, again after a loss or after idleness. */
export interface LinkKeeper {
  /**
   * The connection. Everybody who asks while it is being opened gets the same; when all of them have given up,
   * so does the attempt. Errors as for connect(), and Cancelled.
   */
  get(signal?: AbortSignal): Promise<Link>;
  /** Forgets the passwords that were accepted. */
  forgetSecrets(): void;
  /** Says goodbye; get() then throws link-lost. */
  end(): void;
}

export interface LinkContext extends Omit<ConnectContext, "memory" | "signal"> {
  /** Lets only so many log in at a time by the same way; see MaxStartups in sshd_config(5). */
  readonly handshakes: Limiter;
  /** A connection that is not used for so long is closed. */
  readonly idleMs: number;
  /** An attempt to connect begins. */
  readonly onOpen: () => void;
}

interface Opening {
  readonly link: Promise<Link>;
  readonly abort: AbortController;
  waiting: number;
}

/** Pauses before further attempts, in milliseconds; each is lengthened by up to as much again. */
const backoffMs = [250, 500, 1000, 2000];

export function createLinkKeeper(context: LinkContext): LinkKeeper {
  const memory: ConnectMemory = { acceptedHostKeys: new Set(), login: createLoginMemory() };
  let current: Opening | undefined;
  let isEnded = false;
  let wasConnected = false;

  async function open(signal: AbortSignal, forget: () => void): Promise<Link> {
    const client = await connectPatiently(signal);
    wasConnected = true;
    let isClosed = false;
    let lastError: unknown;
    let users = 0;
    let idle: NodeJS.Timeout | undefined;
    client
      .on("error", (error) => {
        lastError = error;
      })
      .on("close", () => {
        isClosed = true;
        clearTimeout(idle);
        forget();
      });

    function startIdle(): void {
      clearTimeout(idle);
      idle = setTimeout(() => {
        forget();
        client.end();
      }, context.idleMs);
      // A connection that nobody uses must not keep a process alive.
      idle.unref();
    }

    function use(): () => void {
      users++;
      clearTimeout(idle);
      let isUsing = true;
      return () => {
        if (isUsing) {
          isUsing = false;
          users--;
          if (users === 0 && !isClosed) {
            startIdle();
          }
        }
      };
    }

    startIdle();
    return {
      target: context.target,
      client,
      isClosed: () => isClosed,
      lastError: () => lastError,
      use,
      discard: () => {
        forget();
        client.destroy();
      },
    };
  }

  /**
   * Connects, and tries again where that helps: a server that drops handshakes because too many come at a time,
   * and one that was there before and is away for a moment.
   */
  async function connectPatiently(signal: AbortSignal): Promise<Client> {
    for (let attempt = 0; ; attempt++) {
      const leave = await context.handshakes.acquire(signal);
      try {
        context.onOpen();
        return await connect({ ...context, memory, signal });
      } catch (error) {
        const pauseMs = backoffMs[attempt];
        const isRefused = error instanceof HandshakeRefused;
        const isPassing = isRefused || (wasConnected && isUnreachable(error));
        if (pauseMs === undefined || !isPassing) {
          throw error;
        }
        if (isRefused) {
          context.handshakes.lowerTo(context.handshakes.held() - 1);
        }
        leave();
        await raceAbort(pause(pauseMs * (1 + Math.random())), signal);
      } finally {
        leave();
      }
    }
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

  return { get, forgetSecrets: () => memory.login.passwords.clear(), end };
}
