import { paths } from "../facts/paths.ts";
import type { Phase } from "../run/phase.ts";
import { firstControlPlane } from "../spec/clusterSpec.ts";

export const kubeconfig: Phase = {
  id: "kubeconfig",
  title: "Kubeconfig",
  explains: "Brings the cluster's address and your administrator's certificate to your own machine, beside what your kubeconfig already has.",
  sections: [],
  order: "serial",
  hosts: (spec) => [firstControlPlane(spec)],
  actions: (_host, facts, { spec, kubeconfig: mine }) => {
    const digest = facts.kubernetes.adminConfDigest;
    if (digest !== undefined && mine.entry?.adminConfDigest === digest) {
      return [];
    }
    return [
      {
        id: "merge",
        summary: `Add cluster, user and context ${spec.name} to ${mine.path}; a backup is kept, and the current context stays`,
        steps: [{ kind: "run", argv: ["cat", paths.adminConf], learns: "adminConf" }],
        localEffect: { kind: "merge-kubeconfig", name: spec.name, adminConfDigest: digest },
      },
    ];
  },
};
