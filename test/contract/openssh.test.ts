import assert from "node:assert/strict";
import type { Host } from "../../src/core/spec/clusterSpec.ts";
import { createSessions } from "../../src/ssh/sessions.ts";
import { hostSessionContract } from "./hostSession.contract.ts";
import { createCollector } from "./support/collector.ts";
import { freePort } from "./support/freePort.ts";
import { careful, createOpensshClient, free, users } from "./support/opensshClient.ts";
import { breakConnections, startPrivateSshd, whyNoSshd } from "./support/privateSshd.ts";
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
