import { bootstrap } from "../../src/core/phases/phases.ts";
import { assertPodsInside } from "./support/assertPodsInside.ts";
import { ClusterLab, podSubnet } from "./support/clusterLab.ts";
import { describeOnLab } from "./support/describeOnLab.ts";
import { assertEnded } from "./support/expectations.ts";
import { useSharedLab } from "./support/sharedLab.ts";

/** What the spec says under `podNetwork`. Cilium publishes no manifest; the lab serves one that is like its own. */
const podNetworks = {
  flannel: "plugin: flannel",
  calico: "plugin: calico",
  "weave-net": "plugin: weave-net",
  "kube-router": "plugin: kube-router",
  cilium: `plugin: cilium
    manifest: https://raw.githubusercontent.com/cilium/cilium/v1.20.1/install/kubernetes/quick-install.yaml`,
};

describeOnLab(
  "Each pod network, on a fresh cluster of a lab",
  () => {
    let clusterLab: ClusterLab;

    before(async () => {
      clusterLab = await useSharedLab();
    });

    beforeEach(() => clusterLab.bring("prepared"));

    for (const [plugin, podNetwork] of Object.entries(podNetworks)) {
      it(`gives pods addresses of the spec's pod subnet by ${plugin}, and nginx answers across hosts`, async () => {
        const ended = await clusterLab.cluster({ podNetwork, kubeconfig: plugin }).run({ phases: bootstrap });
        assertEnded(ended, "succeeded");
        await assertPodsInside(clusterLab, ended, podSubnet);
      });
    }
  },
  { isLong: true, isIndependent: true },
);
