import { createServer, type Socket } from "node:net";

/** Accepts TCP connections, and says nothing on them. */
export interface SilentServer {
  readonly port: number;
  /** Connections that are open now. */
  readonly openConnections: () => number;
  stop(): Promise<void>;
}

export async function startSilentServer(): Promise<SilentServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("a TCP server has a port");
  }
  return {
    port: address.port,
    openConnections: () => sockets.size,
    stop: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
