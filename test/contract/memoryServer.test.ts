import assert from "node:assert/strict";
import { hostSessionContract } from "./hostSession.contract.ts";
import { createCollector } from "./support/collector.ts";
import { createGate } from "./support/gate.ts";
import {
  acceptPassword,
  createMemoryClient,
  whyNoMemoryServer,
  type MemoryClient,
} from "./support/memoryClient.ts";
import { runLocally, startMemoryServer, type MemoryServer } from "./support/memoryServer.ts";
import type { SshSession } from "../../src/ssh/sshSession.ts";

hostSessionContract(
  "ssh2 server in this process",
  async () => {
    const server = await startMemoryServer({ authenticate: acceptPassword });
    const { session } = createMemoryClient(server.port);
    return {
      session,
      breakLink: () => Promise.resolve(server.dropConnections()),
      stop: async () => {
        await session.close();
        await server.stop();
      },
    };
  },
  whyNoMemoryServer,
);

describe(`SSH session${whyNoMemoryServer === undefined ? "" : ` (skipped: ${whyNoMemoryServer})`}`, function () {
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

  describe("connection", () => {
    it("is opened when first needed, and once for scripts that start together", async () => {
      const { session, prompts, activities } = client();
      assert.equal(server.connectionCount(), 0);
      await Promise.all(Array.from({ length: 20 }, () => session.run("true")));
      assert.equal(server.connectionCount(), 1);
      assert.deepEqual(prompts.asked, ["confirmHostKey ssh-ed25519", "password 1"]);
      assert.equal(activities.filter((kind) => kind === "connection").length, 1);
      assert.equal(activities.filter((kind) => kind === "exec").length, 20);
    });

    it("has at most 8 channels at a time", async () => {
      const { session } = client();
      await Promise.all(Array.from({ length: 30 }, () => session.run("sleep 0.02")));
      assert.equal(server.peakChannels(), 8);
    });

    it("makes do with a host that allows two channels", async () => {
      server.behaviour.maximumChannels = 2;
      const { session } = client();
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) => session.run(`exit ${index}`)),
      );
      assert.deepEqual(
        results.map(({ exitCode }) => exitCode),
        results.map((_, index) => index),
      );
      assert.equal(server.connectionCount(), 1);
    });

    it("counts only what is refused while nothing else of ours runs", async () => {
      const gate = await createGate();
      let asked = 0;
      // The second script is refused twice beside the first, and twice after it: sshd counts that one for a moment.
      Object.defineProperty(server.behaviour, "maximumChannels", {
        get: () => ([4, 5].includes(++asked) ? 0 : 1),
      });
      const { session } = client();
      const output = createCollector();
      const first = session.run(`echo started; ${gate.wait}`, { onOutput: output.onOutput });
      await output.seen("started");
      const second = session.run("true");
      while (asked < 3) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      await gate.open();
      await Promise.all([first, second]);
      assert.equal(asked, 6);
      await gate.remove();
    });

    it("says so when the host allows no channel at all", async () => {
      server.behaviour.maximumChannels = 0;
      await assert.rejects(client().session.run("true"), { code: "session-protocol", host: "memory" });
    });

    it("asks nothing again after a loss", async () => {
      const { session, prompts } = client();
      await session.run("true");
      server.dropConnections();
      await session.run("true");
      assert.equal(server.connectionCount(), 2);
      assert.deepEqual(prompts.asked, ["confirmHostKey ssh-ed25519", "password 1"]);
    });

    it("notices a host that is cut off while a script runs", async () => {
      const gate = await createGate();
      const output = createCollector();
      const { session } = client(undefined, { keepaliveIntervalMs: 50 });
      const done = session.run(`echo started; ${gate.wait}`, { onOutput: output.onOutput });
      await output.seen("started");
      server.freezeConnections();
      await assert.rejects(done, { code: "link-lost", host: "memory" });
      await gate.open();
      await gate.remove();
    });

    it("runs nothing any more once it is closed", async () => {
      const { session } = client();
      await session.run("true");
      await session.close();
      await assert.rejects(session.run("true"), { code: "link-lost" });
    });
  });

  describe("end of a script", () => {
    it("is 128 + signal when the host reports a signal", async () => {
      server.behaviour.exec = (channel, command) => {
        greet(channel, command);
        channel.exit("KILL");
        channel.end();
      };
      assert.deepEqual(await client().session.run("true"), { exitCode: 137 });
    });

    it("is a lost link when the host reports none", async () => {
      server.behaviour.exec = (channel, command) => {
        greet(channel, command);
        channel.end();
      };
      await assert.rejects(client().session.run("true"), { code: "link-lost" });
    });

    it("does not wait for a background process that keeps the output open", async () => {
      const gate = await createGate();
      const output = createCollector();
      const done = client().session.run(`(${gate.wait}; echo late) & echo done`, {
        onOutput: output.onOutput,
      });
      assert.deepEqual(await done, { exitCode: 0 });
      assert.equal(output.text(), "done\n");
      await gate.open();
      await gate.remove();
    });

    it("swallows what the login prints before the script", async () => {
      server.behaviour.exec = (channel, command) => {
        runLocally(channel, `echo Welcome; printf 'no line end'; echo noise >&2; ${command}`);
      };
      const output = createCollector();
      await client().session.run("echo one", { onOutput: output.onOutput });
      assert.equal(output.text(), "one\n");
    });

    it("never is an end of half a script", async () => {
      // The transfer breaks off in the middle: what arrived must not be run.
      server.behaviour.exec = (channel, command) => {
        runLocally(channel, `head -c 20 | (${command})`);
      };
      const output = createCollector();
      const result = await client().session.run(`echo one\n${": filler\n".repeat(100)}`, {
        onOutput: output.onOutput,
      });
      assert.deepEqual(result, { exitCode: 255 });
      assert.equal(output.text(), "");
    });

    it("says what a host printed that runs no command", async () => {
      server.behaviour.exec = (channel) => {
        runLocally(
          channel,
          `echo 'Please login as the user "ubuntu" rather than the user "root".'; exit 142`,
        );
      };
      await assert.rejects(client().session.run("true"), {
        code: "session-protocol",
        message: /exit code 142: Please login as the user "ubuntu"/,
      });
    });

    it("keeps the connection when whoever takes the output throws", async () => {
      const { session } = client();
      const onOutput = (): never => {
        throw new TypeError("a bug of the caller");
      };
      await assert.rejects(session.run("echo one", { onOutput }), TypeError);
      await session.run("true");
      assert.equal(server.connectionCount(), 1);
    });
  });

  describe("terminal", () => {
    it("passes input and output on, and gives the shell's exit code", async () => {
      const output = createCollector();
      const { session, activities } = client();
      const shell = await session.openShell({ cols: 80, rows: 24, term: "xterm", onData: output.onOutput });
      shell.resize(100, 30);
      shell.write("echo $((20+22))\n");
      await output.seen("42");
      shell.write("exit 5\n");
      assert.equal(await shell.exit, 5);
      assert.deepEqual(activities, ["connection", "shell"]);
    });

    it("ends with -1 when the connection is lost", async () => {
      const { session } = client();
      const shell = await session.openShell({ cols: 80, rows: 24, term: "xterm", onData: () => undefined });
      server.dropConnections();
      assert.equal(await shell.exit, -1);
    });

    it("leaves places for scripts", async () => {
      const { session } = client();
      const options = { cols: 80, rows: 24, term: "xterm", onData: () => undefined };
      const shells = await Promise.all(Array.from({ length: 4 }, () => session.openShell(options)));
      await assert.rejects(session.openShell(options), { code: "session-protocol" });
      await session.run("true");
      shells.forEach((shell) => shell.close());
      await Promise.all(shells.map((shell) => shell.exit));
      const another = await session.openShell(options);
      another.close();
    });
  });
});

/** Says what the launcher in `command` would say. */
function greet(channel: { write(text: string): unknown }, command: string): void {
  const nonce = /ready %s\\n" (\w+)/.exec(command)?.[1] ?? "";
  channel.write(`${nonce} ready 1\n`);
}
