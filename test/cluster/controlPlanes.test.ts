import assert from "node:assert/strict";
import { bootstrap } from "../../src/core/phases/phases.ts";
import { Secret } from "../../src/core/shell/secret.ts";
import { noPrompts } from "../support/labCluster.ts";
import { ClusterLab } from "./support/clusterLab.ts";
import { describeOnLab } from "./support/describeOnLab.ts";
import { assertEnded } from "./support/expectations.ts";

describeOnLab(
  "Two control planes and a worker in a lab, as a user with sudo",
  () => {
    let clusterLab: ClusterLab;

    before(async () => {
      clusterLab = await ClusterLab.start({ name: "planes", controlPlanes: 2, workers: 1 });
    });

    after(() => clusterLab?.stop());

    it("bootstraps a cluster with two members of etcd, asking each host's password once", async () => {
      const asked: string[] = [];
      const prompts = {
        ...noPrompts,
        sudoPassword: ({ host }: { readonly host: string }) => {
          if (!asked.includes(host)) {
            asked.push(host);
          }
          return Promise.resolve(new Secret("lab"));
        },
      };
      const cluster = clusterLab.cluster({ user: "pwuser", prompts });
      assertEnded(await cluster.run({ phases: bootstrap }), "succeeded");
      assert.deepEqual(asked.sort(), ["cp-1", "cp-2", "worker-1"]);
      const pods = await clusterLab.shell(
        "cp-1",
        "kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get pods -o name",
      );
      for (const name of ["etcd-cp-1", "etcd-cp-2", "kube-apiserver-cp-2"]) {
        assert.ok(pods.includes(`pod/${name}`), `${name} is missing: ${pods}`);
      }
      assertEnded(await cluster.run({ phases: bootstrap }), "nothing-to-do");
    });
  },
  "full",
);
