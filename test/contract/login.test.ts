import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import type { AuthContext } from "ssh2";
import { Cancelled } from "../../src/core/errors.ts";
import { Secret } from "../../src/core/shell/secret.ts";
import type { SshSession } from "../../src/ssh/sshSession.ts";
import {
  acceptPassword,
  createMemoryClient,
  password,
  whyNoMemoryServer,
  type MemoryClient,
} from "./support/memoryClient.ts";
import { startMemoryServer, type MemoryServer } from "./support/memoryServer.ts";

/** As servers with PAM do: the password by their own question, then a code. */
function askQuestions(context: AuthContext): void {
  if (context.method !== "keyboard-interactive") {
    context.reject(["keyboard-interactive"]);
    return;
  }
  context.prompt(
    [
      { prompt: "Password: ", echo: false },
      { prompt: "Code: ", echo: true },
    ],
    (answers) => {
      if (answers[0] === password && answers[1] === "123456") {
        context.accept();
      } else {
        context.reject(["keyboard-interactive"]);
      }
    },
  );
}

describe(`SSH login${whyNoMemoryServer === undefined ? "" : ` (skipped: ${whyNoMemoryServer})`}`, function () {
  this.timeout(20_000);
  let server: MemoryServer;
  const sessions: SshSession[] = [];

  before(function () {
    if (whyNoMemoryServer !== undefined) {
      this.skip();
    }
  });
  beforeEach(async () => {
    server = await startMemoryServer({ authenticate: acceptPassword });
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.close()));
    await server.stop();
  });

  function client(
    ...parameters: Parameters<typeof createMemoryClient> extends [number, ...infer R] ? R : never
  ): MemoryClient {
    const created = createMemoryClient(server.port, ...parameters);
    sessions.push(created.session);
    return created;
  }

  describe("authentication", () => {
    it("asks again after a wrong password, three times in all", async () => {
      const given = ["wrong", "wrong too", password];
      const right = client({
        password: ({ attempt }) => Promise.resolve(new Secret(given[attempt - 1] ?? "")),
      });
      await right.session.run("true");
      assert.deepEqual(right.prompts.asked.slice(1), ["password 1", "password 2", "password 3"]);

      const wrong = client({ password: () => Promise.resolve(new Secret("wrong")) });
      await assert.rejects(wrong.session.run("true"), {
        code: "host-authentication",
        host: "memory",
        message: /refused password; the host accepts password/,
      });
      assert.equal(wrong.prompts.asked.length, 4);
    });

    it("gives up when no password is given, and asks again the next time", async () => {
      const { session, prompts } = client({ password: () => Promise.resolve(undefined) });
      await assert.rejects(session.run("true"), {
        code: "host-authentication",
        message: /no answer was given/,
      });
      await assert.rejects(session.run("true"), { code: "host-authentication" });
      assert.deepEqual(prompts.asked.slice(1), ["password 1", "password 1"]);
    });

    it("answers the host's own questions", async () => {
      server.behaviour.authenticate = askQuestions;
      const { session, prompts } = client({
        password: () => Promise.resolve(new Secret(password)),
        answer: () => Promise.resolve(new Secret("123456")),
      });
      await session.run("true");
      assert.deepEqual(prompts.asked.slice(1), ["password 1", "answer Code: "]);
    });

    it("gives up when a question of the host is not answered", async () => {
      server.behaviour.authenticate = askQuestions;
      const { session } = client({
        password: () => Promise.resolve(new Secret(password)),
        answer: () => Promise.resolve(undefined),
      });
      await assert.rejects(session.run("true"), {
        code: "host-authentication",
        message: /no answer was given/,
      });
    });

    it("takes its question away when it is cancelled, and asks afresh the next time", async () => {
      const abort = new AbortController();
      let isUnwanted = false;
      const { session, prompts } = client({
        password: ({ attempt }, unwanted) => {
          assert.equal(attempt, 1);
          if (abort.signal.aborted) {
            return Promise.resolve(new Secret(password));
          }
          return new Promise(() => {
            unwanted.addEventListener("abort", () => (isUnwanted = true));
            abort.abort();
          });
        },
      });
      await assert.rejects(session.run("true", { signal: abort.signal }), Cancelled);
      assert.equal(isUnwanted, true);
      await session.run("true");
      assert.deepEqual(prompts.asked.slice(1), ["password 1", "password 1"]);
    });

    it("goes on for the others when one of those who wait for it is cancelled", async () => {
      const abort = new AbortController();
      const { session } = client({
        password: () => {
          abort.abort();
          return Promise.resolve(new Secret(password));
        },
      });
      const cancelled = session.run("true", { signal: abort.signal });
      const other = session.run("true");
      await assert.rejects(cancelled, Cancelled);
      await other;
      assert.equal(server.connectionCount(), 1);
    });

    it("takes its question away when the host hangs up meanwhile", async () => {
      let isUnwanted = false;
      const { session } = client({
        password: (_question, unwanted) =>
          new Promise(() => {
            unwanted.addEventListener("abort", () => (isUnwanted = true));
            server.dropConnections();
          }),
      });
      await assert.rejects(session.run("true"), { code: "host-authentication", message: /during the login/ });
      assert.equal(isUnwanted, true);
    });

    it("goes on to a password when the agent is not there", async () => {
      const { session, prompts } = client(undefined, { agent: "/nonexistent/agent" });
      await session.run("true");
      assert.deepEqual(prompts.asked.slice(1), ["password 1"]);
    });
  });

  describe("a host that cannot be reached", () => {
    it("is told apart when it refuses, has no name, or says nothing", async () => {
      const silent = createServer();
      const sockets: Socket[] = [];
      silent.on("connection", (socket) => sockets.push(socket));
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      const { port } = silent.address() as { port: number };
      const timeout = client(undefined, { connectTimeoutMs: 100, port });
      await assert.rejects(timeout.session.run("true"), {
        code: "host-unreachable",
        message: /accepts connections, but its SSH server does not answer/,
      });
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => silent.close(resolve));

      await assert.rejects(client(undefined, { port }).session.run("true"), {
        code: "host-unreachable",
        host: "memory",
        message: new RegExp(`nothing accepts connections at 127.0.0.1 port ${port}`),
      });
      await assert.rejects(client(undefined, { address: "no-such-host.invalid" }).session.run("true"), {
        code: "host-unreachable",
        message: /the name no-such-host.invalid cannot be resolved/,
      });
    });

    it("may be something else than an SSH server", async () => {
      const web = createServer((socket) => socket.resume().end("HTTP/1.1 400 Bad Request\r\n\r\n"));
      await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
      const { port } = web.address() as { port: number };
      await assert.rejects(client(undefined, { port }).session.run("true"), {
        code: "host-unreachable",
        message: /during the SSH handshake/,
      });
      await new Promise((resolve) => web.close(resolve));
    });
  });
});
