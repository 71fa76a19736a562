import { spawn } from "node:child_process";
import ssh2, { type AuthContext, type Connection, type ServerChannel } from "ssh2";

/** How the in-process server behaves; every part may be changed between connections. */
export interface ServerBehaviour {
  /** Decides on a login attempt. */
  authenticate(context: AuthContext): void;
  /** Answers an exec request; without it the command is run by sh on this machine. */
  exec?(channel: ServerChannel, command: string): void;
  /** Channels that a connection may have open at a time. */
  maximumChannels?: number;
}

/** ssh2's own server in this process, on a loopback port. */
export interface MemoryServer {
  readonly port: number;
  readonly behaviour: ServerBehaviour;
  /** Connections that were made so far. */
  readonly connectionCount: () => number;
  /** Channels that were open at the same time on one connection, at most. */
  readonly peakChannels: () => number;
  /** Drops every connection without a word. */
  dropConnections(): void;
  /** Stops reading and answering on the connections that there are, as a host that is cut off. */
  freezeConnections(): void;
  stop(): Promise<void>;
}

export async function startMemoryServer(behaviour: ServerBehaviour): Promise<MemoryServer> {
  const hostKey = ssh2.utils.generateKeyPairSync("ed25519").private;
  const connections = new Set<Connection>();
  let connectionCount = 0;
  let peakChannels = 0;
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    connections.add(connection);
    connectionCount++;
    socketOf(connection).setNoDelay(true);
    let open = 0;
    connection
      .on("authentication", (context) => behaviour.authenticate(context))
      .on("session", (accept, reject) => {
        if (open >= (behaviour.maximumChannels ?? Infinity)) {
          reject();
          return;
        }
        open++;
        peakChannels = Math.max(peakChannels, open);
        const session = accept();
        session.on("close", () => open--);
        session.on("pty", (acceptPty) => acceptPty?.());
        session.on("exec", (acceptExec, _reject, { command }) => {
          const channel = acceptExec();
          (behaviour.exec ?? runLocally)(channel, command);
        });
        session.on("shell", (acceptShell) => runLocally(acceptShell(), "exec sh"));
      })
      .on("error", () => undefined)
      .on("close", () => connections.delete(connection));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("a TCP server has a port");
  }
  return {
    port: address.port,
    behaviour,
    connectionCount: () => connectionCount,
    peakChannels: () => peakChannels,
    dropConnections: () => connections.forEach((connection) => socketOf(connection).destroy()),
    freezeConnections: () => connections.forEach((connection) => socketOf(connection).pause()),
    stop: async () => {
      connections.forEach((connection) => socketOf(connection).destroy());
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Runs the command as sshd would: as the leader of a session of its own. */
export function runLocally(channel: ServerChannel, command: string): void {
  const child = spawn("sh", ["-c", command], { detached: true });
  channel.pipe(child.stdin);
  child.stdin.on("error", () => undefined);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  // As OpenSSH: the status when the command ends, the end of output when nobody holds it open any more.
  child.on("exit", (code, signal) => {
    if (code === null) {
      channel.exit((signal ?? "SIGKILL").replace(/^SIG/, ""));
    } else {
      channel.exit(code);
    }
  });
  child.on("close", () => channel.end());
}

interface Droppable {
  destroy(): void;
  pause(): void;
  setNoDelay(isNoDelay: boolean): void;
}

function socketOf(connection: Connection): Droppable {
  // ssh2 has no public way to a connection's socket, and its end() says goodbye first.
  return (connection as unknown as { _sock: Droppable })._sock;
}
