import assert from "node:assert/strict";
import { join } from "node:path";
import type { NodeFacts } from "../../src/core/facts/hostFacts.ts";
import { bootstrap, joining, phaseOf } from "../../src/core/phases/phases.ts";
import { Secret } from "../../src/core/shell/secret.ts";
import { watchNodes } from "../../src/kube/nodeWatch.ts";
import { noPrompts } from "../support/labCluster.ts";
import { ClusterLab } from "./support/clusterLab.ts";
import { describeOnLab } from "./support/describeOnLab.ts";
import { assertEnded, assertFailedBy } from "./support/expectations.ts";
import { beforeScriptsOf } from "./support/interference.ts";

const kubectl = "kubectl --kubeconfig /etc/kubernetes/admin.conf";

describeOnLab(
  "Two control planes and a worker in a lab, as a user whose sudo asks",
  () => {
    let clusterLab: ClusterLab;
    const asked = new Set<string>();
    const prompts = {
      ...noPrompts,
      sudoPassword: ({ host, attempt }: { readonly host: string; readonly attempt: number }) => {
        asked.add(host);
        return Promise.resolve(attempt === 1 ? new Secret("lab") : undefined);
      },
    };
    const cluster = (): ReturnType<ClusterLab["cluster"]> => clusterLab.cluster({ user: "pwuser", prompts });

    before(async () => {
      clusterLab = await ClusterLab.start({ name: "planes", controlPlanes: 2, workers: 1 });
    });

    after(() => clusterLab?.stop());

    it("bootstraps a cluster whose etcd has two members", async () => {
      assertEnded(await cluster().run({ phases: bootstrap }), "succeeded");
      assert.deepEqual([...asked].sort(), ["cp-1", "cp-2", "worker-1"]);
      const pods = await clusterLab.shell("cp-1", `${kubectl} -n kube-system get pods -o name`);
      for (const name of ["etcd-cp-1", "etcd-cp-2", "kube-apiserver-cp-2"]) {
        assert.ok(pods.includes(`pod/${name}`), `${name} is missing: ${pods}`);
      }
      assertEnded(await cluster().run({ phases: bootstrap }), "nothing-to-do");
    });

    it("reports a node as NotReady by its watch when its kubelet has stopped, and Ready when it is back", async () => {
      const seen: boolean[] = [];
      const states = { lost: Promise.withResolvers<true>(), back: Promise.withResolvers<true>() };
      const onNodes = (nodes: readonly NodeFacts[]): void => {
        const isReady = nodes.find(({ name }) => name === "worker-1")?.isReady;
        if (isReady !== undefined && isReady !== seen.at(-1)) {
          seen.push(isReady);
          if (!isReady) {
            states.lost.resolve(true);
          } else if (seen.length > 1) {
            states.back.resolve(true);
          }
        }
      };
      const kubeconfigPath = join(clusterLab.folder, "config");
      const watch = watchNodes({ kubeconfigPath, context: "lab", onNodes, onState: () => undefined });
      try {
        await clusterLab.shell("worker-1", "systemctl stop kubelet");
        await states.lost.promise;
        await clusterLab.shell("worker-1", "systemctl start kubelet");
        await states.back.promise;
      } finally {
        watch.dispose();
      }
      assert.deepEqual(seen, [true, false, true]);
    });

    it("explains a join token that the cluster does not know any more, and joins with a fresh one", async () => {
      assertEnded(await cluster().run({ phases: [phaseOf("reset")], hosts: ["worker-1"] }), "succeeded");
      const running = cluster();
      const deleteTokens = async (): Promise<void> => {
        await clusterLab.shell(
          "cp-1",
          `${kubectl} -n kube-system delete secrets --field-selector type=bootstrap.kubernetes.io/token`,
        );
      };
      const startedAt = performance.now();
      const ended = await running.run(
        { phases: joining, hosts: ["worker-1"] },
        { openSession: beforeScriptsOf(running, "worker-1", /kubeadm' 'join|kubeadm join/, deleteTokens) },
      );
      assertFailedBy(ended, {
        code: "step-failed",
        host: "worker-1",
        phase: "Join workers",
        message: /the cluster does not know the join token, or it has expired/,
        next: /Run the join again/,
      });
      assert.ok(performance.now() - startedAt < 150_000);
      assertEnded(await cluster().run({ phases: joining, hosts: ["worker-1"] }), "succeeded");
    });
  },
  { isLong: true },
);
