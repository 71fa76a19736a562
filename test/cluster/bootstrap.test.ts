import assert from "node:assert/strict";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bootstrap, joining, phaseOf } from "../../src/core/phases/phases.ts";
import type { NodeFacts } from "../../src/core/facts/hostFacts.ts";
import { watchNodes } from "../../src/kube/nodeWatch.ts";
import { runResult } from "../lab/machine/run.ts";
import { assertPodsInside } from "./support/assertPodsInside.ts";
import { ClusterLab, podSubnet } from "./support/clusterLab.ts";
import { describeOnLab, wantsAll } from "./support/describeOnLab.ts";
import { assertEnded, assertFailedBy, hostsThat } from "./support/expectations.ts";
import { beforeScriptsOf, endApiServer } from "./support/interference.ts";
import { processesOf } from "./support/processes.ts";
import { useSharedLab } from "./support/sharedLab.ts";
import { until } from "./support/until.ts";

const everybody = ["cp-1", "worker-1", "worker-2"];
const reset = { phases: [phaseOf("reset")] };

const otherContext = `apiVersion: v1
kind: Config
current-context: mine
contexts:
  - { name: mine, context: { cluster: mine, user: me } }
clusters:
  - { name: mine, cluster: { server: "https://192.0.2.1:6443" } }
users:
  - { name: me, user: { token: not-a-real-one } }
`;

describeOnLab("The life of a cluster in a lab", () => {
  let clusterLab: ClusterLab;
  let kubeconfig: string;

  before(async () => {
    clusterLab = await useSharedLab();
    await clusterLab.bring("prepared");
    await mkdir(join(clusterLab.folder, "kube"));
    kubeconfig = join(clusterLab.folder, "kube/config");
    await writeFile(kubeconfig, otherContext, { mode: 0o600 });
  });

  const cluster = (): ReturnType<ClusterLab["cluster"]> => clusterLab.cluster({ kubeconfig: "kube/config" });

  it("stops at once when it is cancelled in the middle of kubeadm init", async () => {
    const cancelled = new AbortController();
    let cancelledAt = 0;
    const ended = await cluster().run(
      { phases: bootstrap },
      {
        signal: cancelled.signal,
        emit: (event) => {
          // kubeadm says it when it waits for the static pods: much is done, and it has most of its time before it.
          if (event.kind === "output" && event.text.includes("[wait-control-plane]") && cancelledAt === 0) {
            cancelledAt = performance.now();
            cancelled.abort();
          }
        },
      },
    );
    assertEnded(ended, "cancelled");
    assert.ok(performance.now() - cancelledAt < 5_000);
    assert.deepEqual(hostsThat(ended, "cancelled"), ["cp-1"]);
    await until("an end of kubeadm on cp-1", 10_000, async () =>
      (await processesOf(clusterLab, "cp-1", /^kubeadm/)).length === 0 ? true : undefined,
    );
  });

  it("finds what that left, before anything is done, and offers to reset the host", async () => {
    const ended = await cluster().run({ phases: bootstrap });
    assertFailedBy(ended, {
      code: "preflight",
      host: "cp-1",
      phase: "Preflight",
      message: /an earlier installation left \/etc\/kubernetes\//,
      next: /Reset node/,
    });
    assertEnded(await cluster().run({ ...reset, hosts: ["cp-1"] }), "succeeded");
    const left = await clusterLab.shell(
      "cp-1",
      "ls -A /etc/kubernetes/pki /etc/kubernetes/manifests /var/lib/etcd",
    );
    assert.doesNotMatch(left, /\.(crt|key|yaml)|member/);
  });

  it("then bootstraps, with every pod inside the spec's pod subnet", async () => {
    const running = cluster();
    const ended = await running.run({ phases: bootstrap });
    assertEnded(ended, "succeeded");
    await assertPodsInside(clusterLab, ended, podSubnet);
    const counts = everybody.map((host) => running.activity.filter((one) => one.host === host));
    for (const activity of counts) {
      assert.ok(activity.filter(({ kind }) => kind === "exec").length <= 15);
      assert.equal(activity.filter(({ kind }) => kind === "connection").length, 1);
    }
  });

  it("adds its context to the kubeconfig and leaves the others alone", async () => {
    assert.equal((await stat(kubeconfig)).mode & 0o777, 0o600);
    const text = await readFile(kubeconfig, "utf8");
    assert.ok(text.includes('{ name: mine, cluster: { server: "https://192.0.2.1:6443" } }'));
    assert.match(text, /^current-context: mine$/m);
    assert.match(text, /name: lab\b/);
  });

  it("makes a kubeconfig that kubectl can use", async function () {
    const argv = ["kubectl", "--kubeconfig", kubeconfig, "--context", "lab", "get", "nodes", "-o", "name"];
    const answer = await runResult(argv).catch(() => undefined);
    if (answer === undefined) {
      this.skip(); // this machine has no kubectl
    }
    assert.equal(answer.status, 0, answer.stderr);
    assert.deepEqual(
      answer.stdout.trim().split("\n").sort(),
      everybody.map((host) => `node/${host}`),
    );
  });

  it("reports every node as Ready by a watch", async () => {
    const ready = Promise.withResolvers<readonly NodeFacts[]>();
    const watch = watchNodes({
      kubeconfigPath: kubeconfig,
      context: "lab",
      onNodes: (nodes) => {
        if (nodes.length === everybody.length && nodes.every(({ isReady }) => isReady)) {
          ready.resolve(nodes);
        }
      },
      onState: () => undefined,
    });
    const nodes = await ready.promise.finally(() => watch.dispose());
    assert.deepEqual(nodes.map(({ name }) => name).sort(), everybody);
  });

  it("has nothing to do the second time, found out by one script a host", async () => {
    const running = cluster();
    assertEnded(await running.run({ phases: bootstrap }), "nothing-to-do");
    const did = running.activity.map(({ host, kind }) => `${host} ${kind}`).sort();
    assert.deepEqual(
      did,
      everybody.flatMap((host) => [`${host} connection`, `${host} exec`]),
    );
  });

  it("resets a worker: its node, files and links are gone, the others stay", async () => {
    assertEnded(await cluster().run({ ...reset, hosts: ["worker-2"] }), "succeeded");
    const kubectl = "kubectl --kubeconfig /etc/kubernetes/admin.conf";
    assert.equal(
      await clusterLab.shell("cp-1", `${kubectl} get nodes --no-headers -o custom-columns=:.metadata.name`),
      "cp-1\nworker-1",
    );
    const left = await clusterLab.shell(
      "worker-2",
      "ls -A /etc/kubernetes /etc/kubernetes/pki /etc/cni/net.d /sys/class/net; test ! -e /var/lib/kubeadm-bootstrap",
    );
    assert.doesNotMatch(left, /\.conf|\.crt|weave|cni0/);
  });

  it("fails fast when the API server is gone when a worker wants to join", async () => {
    const running = cluster();
    const startedAt = performance.now();
    const ended = await running.run(
      { phases: joining, hosts: ["worker-2"] },
      {
        openSession: beforeScriptsOf(running, "worker-2", /kubeadm' 'join|kubeadm join/, () =>
          endApiServer(clusterLab),
        ),
      },
    );
    assertFailedBy(ended, {
      code: "step-failed",
      host: "worker-2",
      phase: "Join workers",
      message: /the API server at \S+ cannot be reached from worker-2/,
      next: /./,
    });
    assert.ok(performance.now() - startedAt < 60_000);
    await clusterLab.shell("cp-1", "systemctl start kubelet");
    assert.equal(await clusterLab.shell("worker-2", "ls /etc/kubernetes/*.conf 2> /dev/null || :"), "");
  });

  it("joins it again once the API server is back", async () => {
    await until("an answer of the API server", 240_000, async () => {
      const { status } = await clusterLab.lab.exec("cp-1", [
        "kubectl",
        "--kubeconfig",
        "/etc/kubernetes/admin.conf",
        "get",
        "--raw=/readyz",
      ]);
      return status === 0 ? true : undefined;
    });
    assertEnded(await cluster().run({ phases: joining, hosts: ["worker-2"] }), "succeeded");
    const ended = await cluster().run({ phases: bootstrap });
    assert.deepEqual(ended.result.failures, []);
    assertEnded(await cluster().run({ phases: bootstrap }), "nothing-to-do");
  });

  it("comes back by itself after a reboot of all hosts", async function () {
    if (!wantsAll) {
      this.skip(); // It takes a minute and a half: KUBEADM_TEST_FULL=1.
    }
    const running = cluster();
    const bootIds = await Promise.all(everybody.map(bootId));
    await Promise.all(everybody.map((host) => clusterLab.lab.exec(host, ["systemctl", "reboot"])));
    await until("a new boot of every host", 60_000, async () => {
      const now = await Promise.all(everybody.map((host) => bootId(host).catch(() => "")));
      return now.every((id, index) => id !== "" && id !== bootIds[index]) ? true : undefined;
    });
    await until("a cluster that needs nothing", 240_000, async () => {
      const { result } = await running.run({ phases: bootstrap });
      return result.outcome === "nothing-to-do" ? true : undefined;
    });
  });

  it("calls workers of a cluster that was reset foreign, and offers to reset them", async () => {
    assertEnded(await cluster().run({ ...reset, hosts: ["cp-1"] }), "succeeded");
    const { result } = await cluster().run({ phases: bootstrap });
    assertEnded({ result, events: [] }, "failed");
    assert.deepEqual(
      result.failures.map(({ code, host }) => ({ code, host })),
      ["worker-1", "worker-2"].map((host) => ({ code: "preflight", host })),
    );
    assert.match(result.failures[0]?.what ?? "", /node of another cluster/);
    assert.match(result.failures[0]?.next ?? "", /Reset node/);
  });

  function bootId(host: string): Promise<string> {
    return clusterLab.shell(host, "cat /proc/sys/kernel/random/boot_id");
  }
});
