import assert from "node:assert/strict";
import { Cancelled } from "../../src/core/errors.ts";
import type { SshSession } from "../../src/ssh/sshSession.ts";
import type { SshTarget } from "../../src/ssh/target.ts";
import { createCollector } from "./support/collector.ts";
import { freePort } from "./support/freePort.ts";
import { linkedSessions, type LinkedSessions } from "./support/linkedSessions.ts";
import { startPrivateSshd, whyNoSshd, type PrivateSshd, type ThrowAwayUser } from "./support/privateSshd.ts";
import { startSilentServer } from "./support/silentServer.ts";
import { testTarget } from "./support/testTarget.ts";
import { until } from "./support/until.ts";

const whySkipped = whyNoSshd();

const forced: ThrowAwayUser = { name: "kubeadm-t-forced", password: "forced", sudo: "without password" };
const terminalless: ThrowAwayUser = { name: "kubeadm-t-notty", password: "notty", sudo: "without password" };
const single: ThrowAwayUser = { name: "kubeadm-t-single", password: "single", sudo: "without password" };

describe(`Connections to OpenSSH${whySkipped === undefined ? "" : ` (skipped: ${whySkipped})`}`, function () {
  this.timeout(30_000);
  /** Takes many logins at a time, and one that takes one. */
  let sshd: PrivateSshd;
  let narrow: PrivateSshd;
  let linked: LinkedSessions;

  before(async function () {
    if (whySkipped !== undefined) {
      this.skip();
    }
    const restrictions = [
      "MaxStartups 50",
      `Match User ${forced.name}`,
      "  ForceCommand echo Only backups run here",
      `Match User ${terminalless.name}`,
      "  PermitTTY no",
      `Match User ${single.name}`,
      "  MaxSessions 1",
    ];
    [sshd, narrow] = await Promise.all([
      startPrivateSshd([forced, terminalless, single], restrictions),
      startPrivateSshd([], ["MaxStartups 1:100:2"]),
    ]);
  });
  after(async () => {
    await Promise.all([sshd, narrow].map((server) => server?.stop()));
  });
  beforeEach(() => {
    linked = linkedSessions();
  });
  afterEach(() => linked.dispose());

  function targetOf(server: PrivateSshd, changes: Partial<SshTarget> = {}): SshTarget {
    return testTarget({ port: server.port, identityFile: server.keyFile, ...changes });
  }

  async function outputOf(session: SshSession, script: string): Promise<string> {
    const output = createCollector();
    await session.run(script, { onOutput: output.onOutput });
    return output.text();
  }

  describe("opening", () => {
    it("fails at once where nothing listens, and names the place", async () => {
      const port = await freePort();
      await assert.rejects(linked.session(testTarget({ port })).run("true"), {
        code: "host-unreachable",
        host: "cp-1",
        message: `cp-1: nothing accepts connections at 127.0.0.1 port ${port}. Check the address and the port, and that the SSH server runs there.`,
      });
      assert.deepEqual(linked.opened, ["cp-1"]);
    });

    it("says so when a server accepts connections and then is silent", async () => {
      const silent = await startSilentServer();
      const session = linked.session(testTarget({ port: silent.port, connectTimeoutMs: 300 }));
      await assert.rejects(session.run("true"), {
        code: "host-unreachable",
        message: /accepts connections, but its SSH server does not answer in time/,
      });
      assert.deepEqual(linked.opened, ["cp-1"]);
      await until("an end of the connection", () => silent.openConnections() === 0);
      await silent.stop();
    });

    it("says so when an address to connect from is none of this machine", async () => {
      const session = linked.session(targetOf(sshd, { bindAddress: "192.0.2.7" }));
      await assert.rejects(session.run("true"), {
        code: "host-unreachable",
        message: /no route from 192.0.2.7 to 127.0.0.1 port \d+.*BindAddress/,
      });
    });

    it("goes by the IP version that ssh_config names", async () => {
      const byName = targetOf(sshd, { address: "localhost" });
      await linked.session({ ...byName, addressFamily: 4 }).run("true");
      // The server listens at 127.0.0.1 alone.
      await assert.rejects(linked.session({ ...byName, addressFamily: 6 }).run("true"), {
        code: "host-unreachable",
      });
    });

    it("lets all in at a server that drops handshakes which come at a time, and lowers their number", async () => {
      const sessions = Array.from({ length: 12 }, (_, index) =>
        linked.session(targetOf(narrow, { host: `host-${index}`, hostKeyAlias: `host-${index}` })),
      );
      const results = await Promise.all(sessions.map((session) => session.run("exit 7")));
      assert.deepEqual(
        results,
        sessions.map(() => ({ exitCode: 7 })),
      );
      assert.match(narrow.log(), /drop connection .* MaxStartups/);
      assert.equal((await narrow.connections()).length, 12);
    });

    it("logs in 8 at a time at one server", async () => {
      const silent = await startSilentServer();
      const abort = new AbortController();
      const targets = Array.from({ length: 12 }, (_, index) =>
        testTarget({ port: silent.port, host: `host-${index}`, hostKeyAlias: `host-${index}` }),
      );
      const done = targets.map((target) => linked.session(target).run("true", { signal: abort.signal }));
      await until("8 connections", () => silent.openConnections() === 8);
      assert.equal(linked.opened.length, 8);
      abort.abort();
      for (const one of done) {
        await assert.rejects(one, Cancelled);
      }
      await until("an end of the connections", () => silent.openConnections() === 0);
      assert.equal(linked.opened.length, 8);
      await silent.stop();
    });
  });

  describe("restrictions", () => {
    it("run as many scripts as MaxSessions allows, and the others after them", async () => {
      // OpenSSH allows ten unless told otherwise.
      for (const [user, count] of [
        ["root", 12],
        [single.name, 4],
      ] as const) {
        const session = linked.session(targetOf(sshd, { user }));
        const results = await Promise.all(Array.from({ length: count }, () => session.run("exit 3")));
        assert.deepEqual(
          results,
          results.map(() => ({ exitCode: 3 })),
        );
      }
      assert.equal(linked.opened.length, 2);
    });

    it("are told when the host runs a command of its own instead (ForceCommand)", async () => {
      await assert.rejects(linked.session(targetOf(sshd, { user: forced.name })).run("true"), {
        code: "session-protocol",
        host: "cp-1",
        message: /ran something else than it was told: Only backups run here\. Look for a ForceCommand/,
      });
    });

    it("are told when the host gives no terminal (PermitTTY), and scripts run nevertheless", async () => {
      const session = linked.session(targetOf(sshd, { user: terminalless.name }));
      const options = { cols: 80, rows: 24, term: "xterm", onData: () => undefined };
      await assert.rejects(session.openShell(options), {
        code: "session-protocol",
        host: "cp-1",
        message: /opens no terminal.*PermitTTY/,
      });
      assert.equal(await outputOf(session, "id -un"), "root\n");
    });
  });

  describe("keeping", () => {
    it("closes it when nobody uses it, and opens it again without a question", async () => {
      const brief = linkedSessions({ idleMs: 150 });
      const session = brief.session(targetOf(narrow));
      await session.run("sleep 0.4");
      assert.deepEqual(brief.opened, ["cp-1"]);
      await until("an end of the connection", async () => (await narrow.connections()).length === 0);
      const { length } = brief.prompts.asked;
      await session.run("true");
      assert.deepEqual(brief.opened, ["cp-1", "cp-1"]);
      assert.equal(brief.prompts.asked.length, length);
      await brief.dispose();
    });

    it("keeps it while a terminal is open", async () => {
      const brief = linkedSessions({ idleMs: 50 });
      const isClosed = async (): Promise<boolean> => (await narrow.connections()).length === 0;
      const session = brief.session(targetOf(narrow));
      const output = createCollector();
      const shell = await session.openShell({ cols: 80, rows: 24, term: "xterm", onData: output.onOutput });
      shell.write("sleep 0.3; echo $((40+2))\n");
      await output.seen("42");
      shell.write("exit\n");
      assert.equal(await shell.exit, 0);
      assert.deepEqual(brief.opened, ["cp-1"]);
      await until("an end of the connection", isClosed);
      const another = await session.openShell({ cols: 80, rows: 24, term: "xterm", onData: () => undefined });
      another.close();
      assert.deepEqual(brief.opened, ["cp-1", "cp-1"]);
      await brief.dispose();
    });

    it("notices a server that is frozen while a script runs, and takes it for lost", async () => {
      const session = linked.session(targetOf(narrow, { keepaliveIntervalMs: 100 }));
      const output = createCollector();
      const done = session.run("echo started; sleep 1000", { onOutput: output.onOutput });
      await output.seen("started");
      const frozen = await narrow.connections();
      frozen.forEach((pid) => process.kill(-pid, "SIGSTOP"));
      await assert.rejects(done, { code: "link-lost", host: "cp-1" });
      frozen.forEach((pid) => process.kill(-pid, "SIGKILL"));
    });

    it("waits for a server that restarts, and then goes on without a question", async () => {
      const session = linked.session(targetOf(narrow));
      await session.run("true");
      const { length } = linked.prompts.asked;
      await narrow.halt();
      const done = outputOf(session, "echo again");
      await until("a second attempt", () => linked.opened.length >= 3);
      await narrow.resume();
      assert.equal(await done, "again\n");
      assert.equal(linked.prompts.asked.length, length);
    });

    it("stops waiting for a server when it is cancelled, and when that stays away", async () => {
      const impatient = linkedSessions({ backoffMs: [50, 50, 50] });
      const session = impatient.session(targetOf(narrow));
      await session.run("true");
      await narrow.halt();
      try {
        const abort = new AbortController();
        const cancelled = session.run("true", { signal: abort.signal });
        await until("a second attempt", () => impatient.opened.length >= 3);
        abort.abort();
        await assert.rejects(cancelled, Cancelled);
        const { length } = impatient.opened;
        await assert.rejects(session.run("true"), { code: "host-unreachable", host: "cp-1" });
        assert.equal(impatient.opened.length, length + 4);
      } finally {
        await narrow.resume();
      }
      await session.run("true");
      await impatient.dispose();
    });

    it("ends with the sessions, which then run nothing", async () => {
      const session = linked.session(targetOf(narrow));
      await session.run("true");
      await linked.dispose();
      await until("an end of the connection", async () => (await narrow.connections()).length === 0);
      await assert.rejects(session.run("true"), { code: "link-lost", host: "cp-1" });
    });
  });
});
