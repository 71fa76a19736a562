import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kernelModules } from "../../src/core/phases/kernelModules.ts";
import { bootstrap, preparation } from "../../src/core/phases/phases.ts";
import { sysctl } from "../../src/core/phases/sysctl.ts";
import { Secret } from "../../src/core/shell/secret.ts";
import type { HostKeyQuestion, PasswordQuestion } from "../../src/core/run/sshPrompts.ts";
import { run } from "../lab/machine/run.ts";
import { noPrompts } from "../support/labCluster.ts";
import { ClusterLab } from "./support/clusterLab.ts";
import { describeOnLab } from "./support/describeOnLab.ts";
import { assertEnded, assertFailedBy } from "./support/expectations.ts";
import { useSharedLab } from "./support/sharedLab.ts";

/** Written by an early phase: whoever has it was changed. */
const firstChange = "/etc/modules-load.d/k8s.conf";

describeOnLab("Reaching the hosts of a lab", () => {
  let clusterLab: ClusterLab;

  before(async () => {
    clusterLab = await useSharedLab();
    await clusterLab.bring("bare");
  });

  afterEach(() => clusterLab.disconnect());

  async function assertUntouched(): Promise<void> {
    for (const { name } of clusterLab.lab.hosts) {
      const { status } = await clusterLab.lab.exec(name, ["test", "-e", firstChange]);
      assert.notEqual(status, 0, `${name} was changed`);
    }
  }

  it("names a host at whose address nobody is, and changes none of the others", async () => {
    const { lab } = clusterLab;
    const nowhere = lab.hubAddress.replace(/\d+$/, "250");
    const hosts = lab.hosts.map((host) => (host.name === "worker-2" ? { ...host, address: nowhere } : host));
    const ended = await clusterLab.cluster({ hosts }).run({ phases: bootstrap });
    assertFailedBy(ended, {
      code: "host-unreachable",
      host: "worker-2",
      message: new RegExp(`(no route to|does not answer).*|${nowhere}`),
      next: /Check/,
    });
    const asked = ended.events.flatMap((event) => (event.kind === "facts" ? [event.host] : []));
    assert.deepEqual(asked.sort(), ["cp-1", "worker-1"]);
    await assertUntouched();
  });

  it("says that the host does not accept the key", async () => {
    const wrongKey = join(clusterLab.folder, "wrong-key");
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", wrongKey]);
    const { hosts } = clusterLab.lab;
    const cluster = clusterLab.cluster({ hosts: hosts.slice(0, 1), sshKey: wrongKey });
    const ended = await cluster.run({ phases: bootstrap });
    assertFailedBy(ended, { code: "host-authentication", host: "cp-1", message: /root@|key/, next: /./ });
    await assertUntouched();
  });

  it("asks for an unknown host key with its real fingerprint, and stops when it is refused", async () => {
    const knownHosts = join(clusterLab.folder, "empty-known-hosts");
    await writeFile(knownHosts, "");
    const asked: HostKeyQuestion[] = [];
    const prompts = {
      ...noPrompts,
      confirmHostKey: (question: HostKeyQuestion) => {
        asked.push(question);
        return Promise.resolve("cancel" as const);
      },
    };
    const hosts = clusterLab.lab.hosts.slice(0, 1);
    const ended = await clusterLab.cluster({ hosts, knownHosts, prompts }).run({ phases: bootstrap });
    assertFailedBy(ended, { code: "host-key-unknown", host: "cp-1", message: /key/, next: /./ });
    assert.ok(hosts[0]?.hostKeys.some(({ fingerprint }) => fingerprint === asked[0]?.fingerprint));
    await assertUntouched();
  });

  it("refuses a host whose key changed without asking", async () => {
    const [cp, worker] = clusterLab.lab.hosts;
    assert.ok(cp && worker);
    const knownHosts = join(clusterLab.folder, "changed-known-hosts");
    const lines = worker.hostKeys.map(({ type, key }) => `${cp.address} ${type} ${key}\n`);
    await writeFile(knownHosts, lines.join(""));
    const ended = await clusterLab.cluster({ hosts: [cp], knownHosts }).run({ phases: bootstrap });
    assertFailedBy(ended, { code: "host-key-changed", host: "cp-1", message: /key/, next: /./ });
    await assertUntouched();
  });

  it("stops clearly when nobody gives the password for sudo", async () => {
    const hosts = clusterLab.lab.hosts.slice(0, 1);
    const ended = await clusterLab.cluster({ hosts, user: "pwuser" }).run({ phases: preparation });
    assertFailedBy(ended, { code: "sudo-password", host: "cp-1", message: /password/, next: /./ });
    await assertUntouched();
  });

  it("asks for sudo's password again when it was wrong, and then no more", async () => {
    const attempts: number[] = [];
    const remembered = new Map<string, Secret>();
    const prompts = {
      ...noPrompts,
      // As a person's answers are kept: asked only for the first time, or after a wrong answer.
      sudoPassword: ({ host, attempt }: PasswordQuestion) => {
        const known = remembered.get(host);
        if (known !== undefined && attempt === 1) {
          return Promise.resolve(known);
        }
        attempts.push(attempt);
        const answer = new Secret(attempts.length === 1 ? "wrong" : "lab");
        remembered.set(host, answer);
        return Promise.resolve(answer);
      },
    };
    const hosts = clusterLab.lab.hosts.slice(0, 1);
    const cluster = clusterLab.cluster({ hosts, user: "pwuser", prompts });
    assertEnded(await cluster.run({ phases: [kernelModules, sysctl] }), "succeeded");
    assert.deepEqual(attempts, [1, 2]);
    assert.equal(await clusterLab.shell("cp-1", `stat -c '%U %a' ${firstChange}`), "root 644");
  });

  it("needs no password where sudo asks for none", async () => {
    const [, worker] = clusterLab.lab.hosts;
    assert.ok(worker);
    const cluster = clusterLab.cluster({ hosts: [{ ...worker, role: "control-plane" }], user: "kube" });
    assertEnded(await cluster.run({ phases: [kernelModules, sysctl] }), "succeeded");
    assert.equal(await clusterLab.shell(worker.name, `stat -c '%U %a' ${firstChange}`), "root 644");
  });
});
