import assert from "node:assert/strict";
import { Cancelled } from "../../src/core/errors.ts";
import type { Host } from "../../src/core/spec/clusterSpec.ts";
import { Secret } from "../../src/core/shell/secret.ts";
import { createSessions } from "../../src/ssh/sessions.ts";
import { hostSessionContract } from "./hostSession.contract.ts";
import { createCollector } from "./support/collector.ts";
import { freePort } from "./support/freePort.ts";
import { careful, createOpensshClient, free, nobody, users } from "./support/opensshClient.ts";
import { breakConnections, startPrivateSshd, whyNoSshd } from "./support/privateSshd.ts";
import { processesThatShow } from "./support/processes.ts";
import { testTarget } from "./support/testTarget.ts";
import { createTestPrompts } from "./support/prompts.ts";
import { describeOnOpenssh } from "./support/onOpenssh.ts";

const whySkipped = whyNoSshd();

for (const [user, name] of [
  ["root", "root"],
  [free.name, "sudo without a password"],
  [careful.name, "sudo with a password"],
] as const) {
  hostSessionContract(
    `OpenSSH, ${name}`,
    async () => {
      const sshd = await startPrivateSshd(users);
      const { session } = createOpensshClient(sshd, { user });
      return {
        session,
        breakLink: () => breakConnections(sshd),
        stop: async () => {
          await session.close();
          await sshd.stop();
        },
      };
    },
    whySkipped,
  );
}

describeOnOpenssh("OpenSSH", ({ sshd, client }) => {
  describe("sudo", () => {
    it("gets the right password after a wrong one", async () => {
      const { session, prompts } = client(
        { user: careful.name },
        {
          sudoPassword: ({ attempt }) =>
            Promise.resolve(new Secret(attempt === 1 ? "wrong" : careful.password)),
        },
      );
      const output = createCollector();
      await session.run("id -un", { onOutput: output.onOutput });
      assert.equal(output.text(), "root\n");
      assert.deepEqual(prompts.asked.slice(1), ["sudoPassword 1", "sudoPassword 2"]);
    });

    it("is given up after three wrong passwords", async () => {
      const { session, prompts } = client(
        { user: careful.name },
        { sudoPassword: () => Promise.resolve(new Secret("wrong")) },
      );
      await assert.rejects(session.run("true"), { code: "sudo-password", host: "cp-1" });
      assert.deepEqual(prompts.asked.slice(1), ["sudoPassword 1", "sudoPassword 2", "sudoPassword 3"]);
    });

    it("is given up when no password is given", async () => {
      const { session } = client({ user: careful.name }, { sudoPassword: () => Promise.resolve(undefined) });
      await assert.rejects(session.run("true"), { code: "sudo-password", message: /no password was given/ });
    });

    it("is refused to a user who may not use it", async () => {
      const { session } = client(
        { user: nobody.name },
        { sudoPassword: () => Promise.resolve(new Secret(nobody.password)) },
      );
      await assert.rejects(session.run("true"), {
        code: "sudo-refused",
        message: /kubeadm-t-none may not become root: kubeadm-t-none is not in the sudoers file/,
      });
    });

    it("never shows its password to other processes, nor in the output", async () => {
      const { session } = client({ user: careful.name });
      const output = createCollector();
      const seen: number[] = [];
      await session.run("ps -ef; cat /proc/$$/environ; echo done", {
        onOutput: (chunk) => {
          output.onOutput(chunk);
          seen.push(...processesThatShow(careful.password));
        },
      });
      assert.match(output.text(), /done/);
      assert.ok(!output.text().includes(careful.password));
      assert.deepEqual(seen, []);
    });

    it("leaves nothing behind when it is cancelled while it asks, and asks again the next time", async () => {
      const abort = new AbortController();
      const { session, prompts } = client(
        { user: careful.name },
        {
          sudoPassword: () => {
            if (abort.signal.aborted) {
              return Promise.resolve(new Secret(careful.password));
            }
            abort.abort();
            return new Promise(() => undefined);
          },
        },
      );
      await assert.rejects(session.run("true", { signal: abort.signal }), Cancelled);
      await session.run("true");
      assert.deepEqual(prompts.asked.slice(1), ["sudoPassword 1", "sudoPassword 1"]);
      assert.deepEqual(processesThatShow(`SUDO_USER=${careful.name}`), []);
    });

    it("asks for one password at a time when scripts start together", async () => {
      let asking = 0;
      const { session } = client(
        { user: careful.name },
        {
          sudoPassword: async () => {
            assert.equal(++asking, 1);
            await Promise.resolve();
            asking--;
            return new Secret(careful.password);
          },
        },
      );
      await Promise.all(Array.from({ length: 6 }, () => session.run("true")));
    });
  });

  it("cannot be reached at a port where nothing listens", async () => {
    const { session } = client({ port: await freePort() });
    await assert.rejects(session.run("true"), {
      code: "host-unreachable",
      message: /nothing accepts connections/,
    });
  });

  it("makes do with a MaxSessions of 1", async () => {
    const narrow = await startPrivateSshd([], ["MaxSessions 1"]);
    try {
      const { session } = createOpensshClient(narrow);
      await Promise.all(Array.from({ length: 5 }, () => session.run("true")));
      await session.close();
    } finally {
      await narrow.stop();
    }
  });

  it("opens a terminal as the user, with its size", async () => {
    const output = createCollector();
    const { session } = client({ user: free.name });
    const shell = await session.openShell({
      cols: 91,
      rows: 17,
      term: "xterm-256color",
      onData: output.onOutput,
    });
    shell.write("echo $TERM $(stty size) $(id -un) $((40+2))\n");
    await output.seen(`xterm-256color 17 91 ${free.name} 42`);
    shell.resize(100, 20);
    shell.write("exit 3\n");
    assert.equal(await shell.exit, 3);
  });

  it("is one connection for all that a cluster's hosts are used for", async () => {
    const activities: string[] = [];
    const host: Host = {
      name: "cp-1",
      role: "control-plane",
      ssh: { address: "127.0.0.1", port: sshd().port, user: "root" },
      labels: {},
      line: 0,
    };
    let hosts = [host];
    const cluster = createSessions({
      hosts: () => hosts,
      resolveTarget: ({ name, ssh: { port = 22, user = "root" } }) =>
        Promise.resolve(testTarget({ host: name, port, user, identityFile: sshd().keyFile })),
      idleMs: 60_000,
      prompts: createTestPrompts(),
      onActivity: ({ kind, host: name }) => activities.push(`${kind} ${name}`),
    });
    await assert.rejects(cluster.open("cp-2"), { code: "host-unknown", host: "cp-2" });
    const [first, second] = await Promise.all([cluster.open("cp-1"), cluster.open("cp-1")]);
    await Promise.all([first.run("true"), second.run("true")]);
    const shell = await cluster.shell("cp-1", { cols: 80, rows: 24, term: "xterm", onData: () => undefined });
    shell.close();
    assert.deepEqual(activities, ["connection cp-1", "exec cp-1", "exec cp-1", "shell cp-1"]);

    hosts = [{ ...host, ssh: { ...host.ssh, user: free.name } }];
    const output = createCollector();
    await (await cluster.open("cp-1")).run('echo "$SUDO_USER"', { onOutput: output.onOutput });
    assert.equal(output.text(), `${free.name}\n`);
    await cluster.dispose();
  });
});
