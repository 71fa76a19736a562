import assert from "node:assert/strict";
import type { AuthContext } from "ssh2";
import type { HostQuestion } from "../../src/core/run/sshPrompts.ts";
import { Secret } from "../../src/core/shell/secret.ts";
import { createLinks } from "../../src/ssh/links.ts";
import type { SshSession } from "../../src/ssh/sshSession.ts";
import {
  createMemoryClient,
  type MemoryClient,
  password,
  whyNoMemoryServer,
} from "./support/memoryClient.ts";
import { startMemoryServer, type MemoryServer } from "./support/memoryServer.ts";
import { createTestPrompts } from "./support/prompts.ts";
import { testTarget } from "./support/testTarget.ts";

const code = "123456";

/** A server with one-time codes: it asks for the password, and in a second round for the code. */
function askForCode(context: AuthContext): void {
  if (context.method !== "keyboard-interactive") {
    // As sshd with PAM, whose second question has nobody to answer it.
    context.reject(["password", "keyboard-interactive"]);
    return;
  }
  context.prompt([{ prompt: "Password: ", echo: false }], ([given]) => {
    if (given !== password) {
      context.reject(["password", "keyboard-interactive"]);
      return;
    }
    context.prompt([{ prompt: "Verification code: ", echo: true }], ([second]) => {
      if (second === code) {
        context.accept();
      } else {
        context.reject(["password", "keyboard-interactive"]);
      }
    });
  });
}

describe(`SSH questions${whyNoMemoryServer === undefined ? "" : ` (skipped: ${whyNoMemoryServer})`}`, () => {
  let server: MemoryServer;
  const sessions: SshSession[] = [];

  before(function () {
    if (whyNoMemoryServer !== undefined) {
      this.skip();
    }
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.close()));
    await server.stop();
  });

  const start = async (authenticate: (context: AuthContext) => void): Promise<void> => {
    server = await startMemoryServer({ authenticate });
  };

  function client(
    ...parameters: Parameters<typeof createMemoryClient> extends [number, ...infer R] ? R : never
  ): MemoryClient {
    const created = createMemoryClient(server.port, ...parameters);
    sessions.push(created.session);
    return created;
  }

  const codes = (...given: readonly string[]): ((question: HostQuestion) => Promise<Secret>) => {
    let next = 0;
    return () => Promise.resolve(new Secret(given[next++] ?? "none left"));
  };

  it("come in several rounds, each answered by whom it is for", async () => {
    await start(askForCode);
    const { session, prompts } = client(
      { answer: codes(code) },
      { loginMethods: ["keyboard-interactive", "password"] },
    );
    await session.connect();
    assert.deepEqual(prompts.asked.slice(1), ["password 1", "answer Verification code: "]);
  });

  it("are shown with what the host says before them, in plain text", async () => {
    await start((context) => {
      if (context.method !== "keyboard-interactive") {
        context.reject(["keyboard-interactive"]);
        return;
      }
      const questions = [
        { prompt: "\u001b]0;Evil\u0007Token:", echo: true },
        { prompt: "PIN:", echo: false },
      ];
      context.prompt(questions, "A title", "First line\r\nsecond line\u0007", (given) => {
        if (given.join() === "token,pin") {
          context.accept();
        } else {
          context.reject();
        }
      });
    });
    const questions: HostQuestion[] = [];
    const { session } = client({
      answer: (question) => {
        questions.push(question);
        return Promise.resolve(new Secret(question.echo ? "token" : "pin"));
      },
    });
    await session.connect();
    const instructions = "A title\nFirst line second line";
    assert.deepEqual(questions, [
      { host: "memory", user: "root", question: " ]0;Evil Token:", echo: true, instructions },
      { host: "memory", user: "root", question: "PIN:", echo: false, instructions },
    ]);
  });

  it("are reached with the password that the password method refused, without asking for it again", async () => {
    await start(askForCode);
    const { session, prompts } = client(
      { answer: codes(code) },
      { loginMethods: ["password", "keyboard-interactive"], passwordPrompts: 2 },
    );
    await session.connect();
    assert.deepEqual(prompts.asked.slice(1), ["password 1", "password 2", "answer Verification code: "]);
  });

  it("are asked again after a wrong code, the password only when the code is wrong twice", async () => {
    await start(askForCode);
    const { session, prompts } = client(
      { answer: codes("wrong", "wrong too", code) },
      { loginMethods: ["keyboard-interactive"] },
    );
    await session.connect();
    assert.deepEqual(prompts.asked.slice(1), [
      "password 1",
      "answer Verification code: ",
      "answer Verification code: ",
      "password 2",
      "answer Verification code: ",
    ]);
  });

  it("end the login when the password is wrong as often as it may be asked for", async () => {
    await start(askForCode);
    const { session, prompts } = client(
      { password: () => Promise.resolve(new Secret("wrong")) },
      { loginMethods: ["keyboard-interactive", "password"], passwordPrompts: 2 },
    );
    await assert.rejects(session.connect(), {
      code: "host-authentication",
      message: /refused keyboard-interactive; the host accepts password, keyboard-interactive/,
    });
    assert.deepEqual(prompts.asked.slice(1), ["password 1", "password 2"]);
  });

  it("give an error that says so when the password has expired", async () => {
    await start((context) => {
      if (context.method === "password") {
        context.requestChange("Change it now", () => undefined);
      } else {
        context.reject(["password"]);
      }
    });
    const { session } = client();
    await assert.rejects(session.connect(), {
      code: "host-authentication",
      message: /the password of root@127.0.0.1:\d+ has expired, and the host wants a new one/,
      next: /Log in with ssh in a terminal/,
    });
  });

  it("are not asked again for a password that was accepted, until it has changed or is forgotten", async () => {
    let current = password;
    await start((context) => {
      if (context.method === "password" && context.password === current) {
        context.accept();
      } else {
        context.reject(["password"]);
      }
    });
    const prompts = createTestPrompts({ password: () => Promise.resolve(new Secret(current)) });
    const links = createLinks({ prompts, idleMs: 60_000 });
    const target = testTarget({ port: server.port });
    const connect = async (): Promise<void> => (await links.get(target)).discard();
    try {
      await connect();
      await connect();
      assert.deepEqual(prompts.asked.slice(1), ["password 1"]);
      current = "another";
      await connect();
      assert.deepEqual(prompts.asked.slice(2), ["password 2"]);
      await connect();
      links.forgetSecrets();
      await connect();
      assert.deepEqual(prompts.asked.slice(3), ["password 1"]);
    } finally {
      links.dispose();
    }
  });
});
