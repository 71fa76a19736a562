import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cancelled } from "../../src/core/errors.ts";
import type { SshSession } from "../../src/ssh/sshSession.ts";
import type { SshTarget } from "../../src/ssh/target.ts";
import { createCollector } from "./support/collector.ts";
import { freePort } from "./support/freePort.ts";
import { createGate } from "./support/gate.ts";
import { linkedSessions } from "./support/linkedSessions.ts";
import { describeOnChain, restrictedUsers, through } from "./support/onChain.ts";
import { breakConnections, type PrivateSshd } from "./support/privateSshd.ts";
import { startSilentServer } from "./support/silentServer.ts";
import { testTarget } from "./support/testTarget.ts";
import { until } from "./support/until.ts";

describeOnChain("Jump hosts on OpenSSH", (suite) => {
  const { chain, linked, targetOf, outerJump, middleJump, innerJump } = suite;

  async function outputOf(session: SshSession, script: string): Promise<string> {
    const output = createCollector();
    await session.run(script, { onOutput: output.onOutput });
    return output.text();
  }

  describe("chain", () => {
    it("leads through one, two and three of them, each with a user, a port, a key and a host key of its own", async () => {
      const place = ({ host, address, port }: SshTarget): string => `${host} ${address}:${port}`;
      const jumps = [outerJump(), middleJump(), innerJump()];
      for (const [index, jump] of jumps.entries()) {
        const own = linkedSessions();
        const target = targetOf(chain().last, through(jump));
        assert.equal(await outputOf(own.session(target), "id -un"), "root\n");
        assert.deepEqual(own.askedKeys, [...jumps.slice(0, index + 1), target].map(place));
        assert.deepEqual(own.opened, [
          "cp-1",
          ...jumps
            .slice(0, index + 1)
            .map(({ host }) => host)
            .reverse(),
        ]);
        await own.dispose();
      }
    });

    it("leads nowhere when a jump host's key has changed", async () => {
      const folder = await mkdtemp(join(tmpdir(), "jump-"));
      const file = join(folder, "known_hosts");
      const other = chain().inner.hostKeys["ssh-ed25519"] ?? "";
      await writeFile(file, `[127.0.0.1]:${chain().outer.port} ${other}\n`);
      const jump = outerJump({ userKnownHostsFiles: [file] });
      await assert.rejects(
        linked()
          .session(targetOf(chain().last, through(jump)))
          .run("true"),
        {
          code: "host-key-changed",
          host: "cp-1",
          message: /^cp-1: its jump host outer: the host's key has changed/,
        },
      );
      await rm(folder, { recursive: true });
    });

    it("says at which jump host it ends", async () => {
      const port = await freePort();
      const cases: readonly (readonly [SshTarget, string, RegExp])[] = [
        [
          outerJump({ port }),
          "host-unreachable",
          new RegExp(`^cp-1: its jump host outer: nothing accepts connections at 127.0.0.1 port ${port}`),
        ],
        [
          outerJump({ identityFile: chain().outer.strangerKeyFile }),
          "host-authentication",
          new RegExp(`^cp-1: its jump host outer: the login of ${outerJump().user}@127.0.0.1:\\d+ refused`),
        ],
        [
          { ...middleJump(), ...through(outerJump({ port })) },
          "host-unreachable",
          /^cp-1: its jump host middle: its jump host outer: nothing accepts connections/,
        ],
        [
          outerJump({ user: restrictedUsers[0] }),
          "host-unreachable",
          /^cp-1: its jump host outer does not allow a connection to 127.0.0.1 port \d+ \(.*\)\. Check AllowTcpForwarding, PermitOpen/,
        ],
        [
          outerJump({ user: restrictedUsers[1] }),
          "host-unreachable",
          /^cp-1: its jump host outer does not allow a connection to 127.0.0.1 port \d+/,
        ],
      ];
      for (const [jump, code, message] of cases) {
        await assert.rejects(
          linked()
            .session(targetOf(chain().last, through(jump)))
            .run("true"),
          {
            code,
            host: "cp-1",
            message,
          },
        );
      }
    });

    it("says that the host behind it is down, at once when it was never there", async () => {
      const port = await freePort();
      const session = linked().session(testTarget({ port, ...through(outerJump()) }));
      await assert.rejects(session.run("true"), {
        code: "host-unreachable",
        host: "cp-1",
        message: new RegExp(
          `^cp-1: its jump host outer cannot connect to 127.0.0.1 port ${port} \\(.*refused.*\\)\\. Check that the host is up`,
        ),
      });
      assert.deepEqual(linked().opened, ["cp-1", "outer"]);
    });

    it("says that the host behind it does not answer, and leaves no connection there", async () => {
      const silent = await startSilentServer();
      const session = linked().session(
        testTarget({ port: silent.port, connectTimeoutMs: 300, ...through(outerJump()) }),
      );
      await assert.rejects(session.run("true"), {
        code: "host-unreachable",
        message: /accepts connections, but its SSH server does not answer in time/,
      });
      await until("an end of the connection", () => silent.openConnections() === 0);
      await silent.stop();
    });

    it("says that a jump host gets no connection in time, and closes what comes too late", async () => {
      await linked().session(outerJump()).connect();
      const stopped = await chain().outer.connections();
      stopped.forEach((pid) => process.kill(-pid, "SIGSTOP"));
      const silent = await startSilentServer();
      const target = testTarget({ port: silent.port, connectTimeoutMs: 200, ...through(outerJump()) });
      try {
        await assert.rejects(linked().session(target).run("true"), {
          code: "host-unreachable",
          message: /its jump host outer got no connection to 127.0.0.1 port \d+ in time/,
        });
      } finally {
        stopped.forEach((pid) => process.kill(-pid, "SIGCONT"));
      }
      const other = linked().session(targetOf(chain().last, through(outerJump())));
      await other.run("true");
      await until("an end of the late connection", () => silent.openConnections() === 0);
      await silent.stop();
    });

    it("is given up when it is cancelled, and leaves no connection", async () => {
      const silent = await startSilentServer();
      const session = linked().session(testTarget({ port: silent.port, ...through(outerJump()) }));
      const abort = new AbortController();
      const done = session.run("true", { signal: abort.signal });
      await until("a connection", () => silent.openConnections() === 1);
      abort.abort();
      await assert.rejects(done, Cancelled);
      await until("an end of the connection", () => silent.openConnections() === 0);
      await silent.stop();
    });
  });

  describe("connection to a jump host", () => {
    /** As many servers as far as connections go, at one sshd. */
    function hostsBehind(count: number, sshd: PrivateSshd): readonly SshSession[] {
      return Array.from({ length: count }, (_, index) =>
        linked().session(
          targetOf(sshd, { host: `host-${index}`, hostKeyAlias: `host-${index}`, ...through(outerJump()) }),
        ),
      );
    }

    it("is one for all hosts behind it", async () => {
      const sessions = hostsBehind(5, chain().inner);
      await Promise.all(sessions.map((session) => session.run("true")));
      assert.equal((await chain().outer.connections()).length, 1);
      assert.equal((await chain().inner.connections()).length, 5);
      assert.equal(linked().opened.filter((host) => host === "outer").length, 1);
      assert.equal(linked().askedKeys.filter((key) => key.startsWith("outer ")).length, 1);
    });

    it("is one for those who use it as a host, too, with errors in their own names", async () => {
      const elsewhere = linked().session(
        targetOf(chain().inner, through(outerJump({ host: "bastion.example.org" }))),
      );
      const asHost = linked().session(outerJump({ host: "worker-7" }));
      await elsewhere.run("true");
      await assert.rejects(asHost.run("true"), { code: "sudo-password", host: "worker-7" });
      assert.equal((await chain().outer.connections()).length, 1);
      assert.deepEqual(linked().opened, ["cp-1", "bastion.example.org"]);
    });

    it("lets all hosts in though the server drops handshakes that come at a time", async () => {
      const before = chain().last.log().length;
      const sessions = hostsBehind(12, chain().last);
      const results = await Promise.all(sessions.map((session) => session.run("exit 7")));
      assert.deepEqual(
        results,
        sessions.map(() => ({ exitCode: 7 })),
      );
      assert.match(chain().last.log().slice(before), /drop connection .* MaxStartups/);
      assert.equal((await chain().outer.connections()).length, 1);
    });

    it("stays while a host behind it is used, closes when nobody does, and comes again without a question", async () => {
      const brief = linkedSessions({ idleMs: 150 });
      const session = brief.session(targetOf(chain().last, through(outerJump())));
      assert.equal(await outputOf(session, "sleep 0.5; echo done"), "done\n");
      assert.deepEqual(brief.opened, ["cp-1", "outer"]);
      const isEmpty = async (sshd: PrivateSshd): Promise<boolean> => (await sshd.connections()).length === 0;
      await until("an end of the host's connection", () => isEmpty(chain().last));
      await until("an end of the jump host's connection", () => isEmpty(chain().outer));
      const asked = brief.prompts.asked.length;
      await session.run("true");
      assert.deepEqual(brief.opened, ["cp-1", "outer", "cp-1", "outer"]);
      assert.equal(brief.prompts.asked.length, asked);
      await brief.dispose();
    });

    it("is opened again after a loss, which the hosts behind it take for theirs", async () => {
      const gate = await createGate();
      const [first, second] = hostsBehind(2, chain().inner);
      assert.ok(first && second);
      const outputs = [createCollector(), createCollector()];
      const done = [first, second].map((session, index) =>
        session.run(`echo started; ${gate.wait}`, { onOutput: outputs[index]?.onOutput }),
      );
      await Promise.all(outputs.map((output) => output.seen("started")));
      await breakConnections(chain().outer);
      for (const [index, one] of done.entries()) {
        await assert.rejects(one, { code: "link-lost", host: `host-${index}` });
      }
      const asked = linked().prompts.asked.length;
      assert.equal(await outputOf(first, "echo again"), "again\n");
      assert.equal(await outputOf(second, "echo again"), "again\n");
      assert.equal((await chain().outer.connections()).length, 1);
      assert.equal(linked().prompts.asked.length, asked);
      await gate.remove();
    });

    it("outlives the loss of a host behind it, which is told at once", async () => {
      const gate = await createGate();
      const output = createCollector();
      const [session] = hostsBehind(1, chain().inner);
      assert.ok(session);
      const done = session.run(`echo started; ${gate.wait}`, { onOutput: output.onOutput });
      await output.seen("started");
      await breakConnections(chain().inner);
      await assert.rejects(done, { code: "link-lost", host: "host-0" });
      assert.equal(await outputOf(session, "echo again"), "again\n");
      assert.deepEqual(linked().opened, ["host-0", "outer", "host-0"]);
      await gate.remove();
    });

    it("is waited for when it restarts", async () => {
      const [session] = hostsBehind(1, chain().inner);
      assert.ok(session);
      await session.run("true");
      await chain().outer.halt();
      const tried = linked().opened.length;
      const done = outputOf(session, "echo again");
      await until("another attempt", () => linked().opened.length >= tried + 3);
      await chain().outer.resume();
      assert.equal(await done, "again\n");
      // The host leaves it to the jump host to be patient.
      assert.equal(
        linked()
          .opened.slice(tried)
          .filter((host) => host === "host-0").length,
        1,
      );
    });
  });
});
