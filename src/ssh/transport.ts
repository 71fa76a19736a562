import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import { joinedStream } from "./joinedStream.ts";
import { type ProxyReport, startProxyCommand } from "./proxyCommand.ts";
import type { SshTarget } from "./target.ts";

/** What a connection to a target runs over. */
export interface Transport {
  readonly socket: Duplex;
  /** What the command in between tells, when there is one. */
  readonly report: () => ProxyReport | undefined;
  /** Ends it at once, and what is in between; a jump host's connection stays. */
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
 * Opens the way to `target`: a channel of a jump host that is connected, or what is still connecting otherwise. Throws
 * what connecting to the jump host throws, ForwardingRefused and JumpLost.
 */
export async function openTransport(
  target: SshTarget,
  openJump: OpenJump,
  signal: AbortSignal,
): Promise<Transport> {
  switch (target.route.kind) {
    case "direct": {
      const socket = dial(target);
      return { socket, report: () => undefined, close: () => socket.destroy() };
    }
    case "command": {
      const proxy = startProxyCommand(target.route.command);
      return { socket: proxy.stream, report: proxy.report, close: () => proxy.close() };
    }
    case "jump": {
      const link = await openJump(target.route.through, signal);
      try {
        const channel = await forward(link.client, target);
        const socket = joinedStream({
          readable: channel,
          writable: channel,
          onClosed: () => {
            channel.destroy();
            link.release();
          },
        });
        return { socket, report: () => undefined, close: () => socket.destroy() };
      } catch (error) {
        link.release();
        throw error;
      }
    }
  }
}

function dial({ address, port, bindAddress, addressFamily }: SshTarget): Duplex {
  const socket = connectTcp({
    host: address,
    port,
    // Else each step of handshake and login waits for the server's delayed acknowledgements.
    noDelay: true,
    ...(bindAddress === undefined ? {} : { localAddress: bindAddress }),
    ...(addressFamily === undefined ? {} : { family: addressFamily }),
  });
  // Whoever connects over it listens; before and after that nobody misses its errors.
  return socket.on("error", () => undefined);
}

/** The jump host opens no channel to the target. */
export class ForwardingRefused extends Error {
  override readonly name = "ForwardingRefused";
  /** Why, by RFC 4254, 5.1: it may not, or nobody is there. */
  readonly reason: "prohibited" | "not-reached";

  constructor(reason: ForwardingRefused["reason"], cause: Error) {
    super(cause.message.replace(/^\(SSH\) Channel open failure: /, ""), { cause });
    this.reason = reason;
  }
}

/** The connection to the jump host ended before it gave an answer. */
export class JumpLost extends Error {
  override readonly name = "JumpLost";
}

const administrativelyProhibited = 1;

function forward(client: Client, { address, port }: SshTarget): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    try {
      // The source is the one that OpenSSH's own client names; servers only log it.
      client.forwardOut("127.0.0.1", 65535, address, port, (error, channel) => {
        if (!error) {
          resolve(channel);
          return;
        }
        // ssh2 gives an error without a reason when the connection is gone.
        const { reason } = error as Error & { readonly reason?: unknown };
        if (typeof reason === "number") {
          const isProhibited = reason === administrativelyProhibited;
          reject(new ForwardingRefused(isProhibited ? "prohibited" : "not-reached", error));
        } else {
          reject(new JumpLost(error.message, { cause: error }));
        }
      });
    } catch (error) {
      reject(new JumpLost("the connection is closed", { cause: error }));
    }
  });
}
