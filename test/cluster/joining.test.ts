import assert from "node:assert/strict";
import { bootstrap, joining, phaseOf } from "../../src/core/phases/phases.ts";
import type { NodeFacts } from "../../src/core/facts/hostFacts.ts";
import { watchNodes } from "../../src/kube/nodeWatch.ts";
import { join } from "node:path";
import { ClusterLab } from "./support/clusterLab.ts";
import { describeOnLab } from "./support/describeOnLab.ts";
import { assertEnded, assertFailedBy } from "./support/expectations.ts";
import { beforeScriptsOf } from "./support/interference.ts";
import { useSharedLab } from "./support/sharedLab.ts";

const kubectl = "kubectl --kubeconfig /etc/kubernetes/admin.conf";

describeOnLab(
  "A cluster of a lab in the long run",
  () => {
    let clusterLab: ClusterLab;
    const cluster = (): ReturnType<ClusterLab["cluster"]> => clusterLab.cluster();

    before(async () => {
      clusterLab = await useSharedLab();
      await clusterLab.bring("prepared");
      assertEnded(await cluster().run({ phases: bootstrap }), "succeeded");
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

    it("explains a join token that the cluster does not know any more", async () => {
      assertEnded(await cluster().run({ phases: [phaseOf("reset")], hosts: ["worker-2"] }), "succeeded");
      const running = cluster();
      const deleteTokens = async (): Promise<void> => {
        await clusterLab.shell(
          "cp-1",
          `${kubectl} -n kube-system delete secrets --field-selector type=bootstrap.kubernetes.io/token`,
        );
      };
      const ended = await running.run(
        { phases: joining, hosts: ["worker-2"] },
        { openSession: beforeScriptsOf(running, "worker-2", /kubeadm' 'join|kubeadm join/, deleteTokens) },
      );
      assertFailedBy(ended, {
        code: "step-failed",
        host: "worker-2",
        phase: "Join workers",
        message: /the cluster does not know the join token, or it has expired/,
        next: /Run the join again/,
      });
      assertEnded(await cluster().run({ phases: joining, hosts: ["worker-2"] }), "succeeded");
    });
  },
  "full",
);
