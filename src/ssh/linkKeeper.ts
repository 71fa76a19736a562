import { setTimeout as pause } from "node:timers/promises";
import { Cancelled, KubeadmError } from "../core/errors.ts";
import { connect, type ConnectContext, type Connection, type ConnectMemory } from "./connect.ts";
import { HandshakeRefused, HostAway, JumpInterrupted } from "./connectError.ts";
import type { Limiter } from "./limiter.ts";
import { createLink, type Link } from "./link.ts";
import { createLoginMemory } from "./loginAttempt.ts";
import { raceAbort } from "./raceAbort.ts";

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
  /** Pauses before further attempts, in milliseconds; each is lengthened by up to as much again. */
  readonly backoffMs: readonly number[];
  /** An attempt to connect begins. */
  readonly onOpen: () => void;
}

interface Opening {
  readonly link: Promise<Link>;
  readonly abort: AbortController;
  waiting: number;
  isOpen: boolean;
}

export function createLinkKeeper(context: LinkContext): LinkKeeper {
  const { target, idleMs, backoffMs, handshakes } = context;
  const memory: ConnectMemory = { acceptedHostKeys: new Set(), login: createLoginMemory() };
  let current: Opening | undefined;
  let isEnded = false;
  let wasConnected = false;

  async function open(signal: AbortSignal, onClosed: () => void): Promise<Link> {
    const connection = await connectPatiently(signal);
    const link = createLink({ target, connection, idleMs, onClosed });
    if (signal.aborted) {
      // Given up in the moment of success.
      link.end();
      throw new Cancelled();
    }
    wasConnected = true;
    return link;
  }

  /** Connects, and tries again where that helps. */
  async function connectPatiently(signal: AbortSignal): Promise<Connection> {
    for (let attempt = 0; ; attempt++) {
      const leave = await handshakes.acquire(signal);
      try {
        context.onOpen();
        return await connect({ ...context, memory, signal });
      } catch (error) {
        const pauseMs = backoffMs[attempt];
        if (pauseMs === undefined || !isPassing(error, wasConnected)) {
          throw error;
        }
        if (error instanceof HandshakeRefused) {
          handshakes.lowerTo(handshakes.held() - 1);
        }
        leave();
        await raceAbort(pause(pauseMs * (1 + Math.random()), undefined, { signal }), signal);
      } finally {
        leave();
      }
    }
  }

  function start(): Opening {
    const abort = new AbortController();
    const forget = (): void => {
      if (current === opening) {
        current = undefined;
      }
    };
    const opening: Opening = { link: open(abort.signal, forget), abort, waiting: 0, isOpen: false };
    opening.link.then(() => {
      opening.isOpen = true;
    }, forget);
    current = opening;
    return opening;
  }

  async function get(signal?: AbortSignal): Promise<Link> {
    if (isEnded) {
      throw new KubeadmError({ code: "link-lost", host: target.host, message: "the session was closed." });
    }
    const opening = current ?? start();
    opening.waiting++;
    try {
      return await raceAbort(opening.link, signal);
    } catch (error) {
      if (error instanceof Cancelled && opening.waiting === 1 && !opening.isOpen) {
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
      (link) => link.end(),
      () => undefined,
    );
  }

  return { get, forgetSecrets: () => memory.login.passwords.clear(), end };
}

/**
 * Whether trying again may help: a server that drops handshakes because too many come at a time, a jump host whose
 * connection was lost without our noticing, and a host that was there before.
 */
function isPassing(error: unknown, wasConnected: boolean): boolean {
  return (
    error instanceof HandshakeRefused ||
    error instanceof JumpInterrupted ||
    (wasConnected && error instanceof HostAway)
  );
}
