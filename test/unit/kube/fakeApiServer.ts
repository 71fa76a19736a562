import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { stringify } from "yaml";

/** One request to the server, answered by the test. */
export interface ApiRequest {
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
  /** Answers with a Status of this HTTP code. */
  refuse(code: number, message: string): void;
  /** Answers a list. */
  list(resourceVersion: string, ...nodes: readonly object[]): void;
  /** Answers a watch, and keeps it open. */
  open(): void;
  /** One event of a watch, as a line. */
  send(type: string, object: object): void;
  /** Ends a watch as a server does whose time is over. */
  end(): void;
  /** Cuts the connection. */
  cut(): void;
  /** Resolves when the client has gone. */
  readonly closed: Promise<void>;
}

export interface FakeApiServer {
  readonly kubeconfig: string;
  /** The next request, in order; waits for it. */
  next(): Promise<ApiRequest>;
  /** How many requests came that no one has asked for with next(). */
  readonly waiting: number;
  close(): Promise<void>;
}

/** Speaks the API server's list and watch of nodes, as a test tells it to. TLS with this certificate, if any. */
export async function fakeApiServer(tls?: {
  readonly key: string;
  readonly cert: string;
}): Promise<FakeApiServer> {
  const requests: ApiRequest[] = [];
  const asking: ((request: ApiRequest) => void)[] = [];
  const sockets = new Set<Socket>();
  const answer = (incoming: IncomingMessage, response: ServerResponse): void => {
    const request = apiRequest(incoming, response);
    const first = asking.shift();
    if (first === undefined) {
      requests.push(request);
    } else {
      first(request);
    }
  };
  const server = tls === undefined ? createHttpServer(answer) : createHttpsServer(tls, answer);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    kubeconfig: kubeconfigFor(port, tls?.cert),
    next: () =>
      new Promise((resolve) => {
        const first = requests.shift();
        if (first === undefined) {
          asking.push(resolve);
        } else {
          resolve(first);
        }
      }),
    get waiting() {
      return requests.length;
    },
    async close() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function kubeconfigFor(port: number, cert: string | undefined): string {
  const cluster =
    cert === undefined
      ? { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true }
      : {
          server: `https://127.0.0.1:${port}`,
          "certificate-authority-data": Buffer.from(cert).toString("base64"),
        };
  return stringify({
    clusters: [{ name: "demo", cluster }],
    users: [{ name: "demo-admin", user: { token: "t" } }],
    contexts: [{ name: "demo", context: { cluster: "demo", user: "demo-admin" } }],
    "current-context": "",
  });
}

function apiRequest(incoming: IncomingMessage, response: ServerResponse): ApiRequest {
  const url = new URL(incoming.url ?? "/", "http://server");
  const reply = (code: number, body: object): void => {
    response.writeHead(code, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  return {
    query: url.searchParams,
    isWatch: url.pathname === "/api/v1/nodes" && url.searchParams.get("watch") === "true",
    refuse: (code, message) =>
      reply(code, { kind: "Status", apiVersion: "v1", status: "Failure", message, code }),
    list: (resourceVersion, ...items) =>
      reply(200, { kind: "NodeList", apiVersion: "v1", metadata: { resourceVersion }, items }),
    open: () => {
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
    },
    send: (type, object) => response.write(`${JSON.stringify({ type, object })}\n`),
    end: () => response.end(),
    cut: () => incoming.socket.destroy(),
    closed: new Promise((resolve) => response.on("close", resolve)),
  };
}
