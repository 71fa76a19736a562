import type { Client } from "ssh2";
import type { Connection } from "./connect.ts";
import type { SshTarget } from "./target.ts";

/** One connection to a server, as long as it lasts. */
export interface Link {
  readonly target: SshTarget;
  readonly client: Client;
  /** Nothing new can be started on it. */
  readonly isClosed: () => boolean;
  /** What ssh2 last complained of. */
  readonly lastError: () => unknown;
  /** Says that the connection is being used; gives what ends that (once). Unused, it is closed after a while. */
  use(): () => void;
  /** Says goodbye and closes it. */
  end(): void;
  /** Closes it without a word. */
  discard(): void;
}

export interface LinkParts {
  readonly target: SshTarget;
  readonly connection: Connection;
  /** Unused for so long, it is closed. */
  readonly idleMs: number;
  /** Called once, as soon as nothing new can be started on it. */
  readonly onClosed: () => void;
}

/** How long the server may take to close its side after a goodbye; one that is gone never does. */
const goodbyeMs = 2000;

/** What is known of a connection that is there. */
export function createLink({ target, connection, idleMs, onClosed }: LinkParts): Link {
  const { client } = connection;
  let isClosed = false;
  let lastError: unknown;
  let users = 0;
  let idle: NodeJS.Timeout | undefined;

  client
    .on("error", (error) => {
      lastError = error;
      discard();
    })
    .on("close", leave);

  function leave(): void {
    if (!isClosed) {
      isClosed = true;
      clearTimeout(idle);
      onClosed();
    }
  }

  function end(): void {
    leave();
    client.end();
    const timer = setTimeout(connection.close, goodbyeMs);
    // A connection that nobody uses must not keep a process alive, here and below.
    timer.unref();
    client.once("close", () => clearTimeout(timer));
  }

  function discard(): void {
    leave();
    connection.close();
  }

  function startIdle(): void {
    if (!isClosed) {
      idle = setTimeout(end, idleMs);
      idle.unref();
    }
  }

  function use(): () => void {
    users++;
    clearTimeout(idle);
    let isUsing = true;
    return () => {
      if (isUsing) {
        isUsing = false;
        users--;
        if (users === 0) {
          startIdle();
        }
      }
    };
  }

  startIdle();
  return { target, client, isClosed: () => isClosed, lastError: () => lastError, use, end, discard };
}
