import { KubeadmError } from "../core/errors.ts";
import type { SshPrompts } from "../core/run/sshPrompts.ts";
import { createKeyring } from "./keyring.ts";
import { createLimiter, type Limiter } from "./limiter.ts";
import type { Link } from "./link.ts";
import { createLinkKeeper, type LinkKeeper } from "./linkKeeper.ts";
import type { SshTarget } from "./target.ts";
import type { HeldLink } from "./transport.ts";

export interface LinksContext {
  readonly prompts: SshPrompts;
  /** A connection that is not used for so long is closed. */
  readonly idleMs: number;
  /** Pauses before further attempts where those help, in milliseconds. */
  readonly backoffMs?: readonly number[] | undefined;
  /** An attempt to connect begins, to a host or to a jump host. */
  readonly onOpen?: ((target: SshTarget) => void) | undefined;
}

/** The connections to all servers: one a server, whoever uses it, jump hosts included. */
export interface Links {
  /** The connection to `target`, opened if need be. Errors as for connect(). */
  get(target: SshTarget, signal?: AbortSignal): Promise<Link>;
  /** Forgets decrypted keys and accepted passwords, as far as no connection uses them. */
  forgetSecrets(): void;
  /** Closes every connection. Scripts that still run are not ended by it: their run() rejects with link-lost. */
  dispose(): void;
}

/** OpenSSH lets ten log in at a time before it drops some (MaxStartups 10:30:100). */
const maximumHandshakes = 8;

/** Up to eight seconds: a server's restart. */
const usualBackoffMs = [250, 500, 1000, 2000];

export function createLinks(context: LinksContext): Links {
  const { prompts, idleMs, backoffMs = usualBackoffMs, onOpen } = context;
  const keepers = new Map<string, LinkKeeper>();
  const limiters = new Map<string, Limiter>();
  const keyring = createKeyring(prompts);
  let isDisposed = false;

  async function get(target: SshTarget, signal?: AbortSignal): Promise<Link> {
    const { host } = target;
    if (isDisposed) {
      throw new KubeadmError({ code: "link-lost", host, message: "the session was closed." });
    }
    try {
      const link = await keeperOf(target).get(signal);
      // Another name of the same server may have opened it.
      return link.target.host === host ? link : { ...link, target };
    } catch (error) {
      throw error instanceof KubeadmError && error.host !== host ? renamed(error, host, error.what) : error;
    }
  }

  function keeperOf(target: SshTarget): LinkKeeper {
    const key = keyOf(target);
    const existing = keepers.get(key);
    if (existing) {
      return existing;
    }
    const keeper = createLinkKeeper({
      target,
      prompts,
      keyring,
      idleMs,
      backoffMs,
      handshakes: handshakesOf(target),
      openJump: (through, signal) => openJump(target, through, signal),
      onOpen: () => onOpen?.(target),
    });
    keepers.set(key, keeper);
    return keeper;
  }

  function handshakesOf(target: SshTarget): Limiter {
    const way = wayOf(target);
    const limiter = limiters.get(way) ?? createLimiter(maximumHandshakes);
    limiters.set(way, limiter);
    return limiter;
  }

  async function openJump(target: SshTarget, through: SshTarget, signal: AbortSignal): Promise<HeldLink> {
    try {
      const link = await keeperOf(through).get(signal);
      return { client: link.client, release: link.use() };
    } catch (error) {
      throw error instanceof KubeadmError
        ? renamed(error, target.host, `its jump host ${through.host}: ${error.what}`)
        : error;
    }
  }

  function forgetSecrets(): void {
    keyring.clear();
    keepers.forEach((keeper) => keeper.forgetSecrets());
  }

  function dispose(): void {
    isDisposed = true;
    for (const keeper of keepers.values()) {
      keeper.end();
    }
    keepers.clear();
  }

  return { get, forgetSecrets, dispose };
}

/** Two names for one server share its connection. */
function keyOf(target: SshTarget): string {
  return JSON.stringify(target, (field, value: unknown) => (field === "host" ? undefined : value));
}

/** What simultaneous logins have in common that a server may count: itself, or the jump host on the way. */
function wayOf({ route, address, port }: SshTarget): string {
  switch (route.kind) {
    case "direct":
      return `${address} ${port}`;
    case "jump":
      return keyOf(route.through);
    case "command":
      // Where a command leads to is not known; it may well be one bastion for all.
      return "command";
  }
}

/** The error as one of `host`. It is no longer of a kind that is tried again: whoever threw it has done that. */
function renamed(error: KubeadmError, host: string, message: string): KubeadmError {
  return new KubeadmError({
    code: error.code,
    host,
    message,
    ...(error.next === undefined ? {} : { next: error.next }),
    place: error.place,
    cause: error,
  });
}
