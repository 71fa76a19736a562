import type { Duplex } from "node:stream";
import type { Client } from "ssh2";
import { startProxyCommand } from "./proxyCommand.ts";
import type { SshTarget } from "./target.ts";

/** What a connection to a target runs over. */
export interface Transport {
  /** undefined: ssh2 opens a TCP connection itself. */
  readonly socket?: Duplex | undefined;
  /** What the command in between printed, when there is one: it tells why it failed. */
  readonly said: () => string;
  /** Ends what is in between; the jump host's connection stays. */
  readonly close: () => void;
}

/** A connection to a jump host that stays open until it is released. */
export interface HeldLink {
  readonly client: Client;
  readonly release: () => void;
}

/** Gives the connection to a jump host, opened if need be. Errors as for connecting to it. */
export type OpenJump = (through: SshTarget, signal: AbortSignal) => Promise<HeldLink>;

/**
 * Opens the way to `target`. Throws what connecting to its jump host throws, and the error of ssh2 when that host
 * does not forward.
 */
export async function openTransport(
  target: SshTarget,
  openJump: OpenJump,
  signal: AbortSignal,
): Promise<Transport> {
  switch (target.route.kind) {
    case "direct":
      return { said: () => "", close: () => undefined };
    case "command": {
      const proxy = startProxyCommand(target.route.command);
      return { socket: proxy.stream, said: proxy.said, close: proxy.close };
    }
    case "jump": {
      const link = await openJump(target.route.through, signal);
      try {
        const socket = await forward(link.client, target);
        socket.once("close", link.release);
        return { socket, said: () => "", close: () => socket.destroy() };
      } catch (error) {
        link.release();
        throw error;
      }
    }
  }
}

/** The jump host refused to forward: AllowTcpForwarding, PermitOpen, or nobody listens at the other end. */
export class ForwardingRefused extends Error {
  override readonly name = "ForwardingRefused";
}

function forward(client: Client, { address, port }: SshTarget): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown): void => {
      reject(new ForwardingRefused(error instanceof Error ? error.message : String(error), { cause: error }));
    };
    try {
      // OpenSSH's own client names this source too; servers only log it.
      client.forwardOut("127.0.0.1", 65535, address, port, (error, channel) => {
        if (error) {
          refuse(error);
        } else {
          resolve(channel);
        }
      });
    } catch (error) {
      refuse(error);
    }
  });
}
