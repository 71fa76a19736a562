import type { Rule } from "./rule.ts";

export const reservedLabel: Rule = {
  severity: "error",
  title: "Labels are ones that a node may give itself",
  check: ({ hosts }) =>
    hosts.flatMap(({ host, path }) =>
      Object.keys(host.labels)
        .filter(isReservedLabel)
        .map((label) => ({
          path: [...path, "labels", label],
          at: "key" as const,
          message: label.startsWith("node-role.kubernetes.io/")
            ? `expected a label of your own, got ${label}, which a node may not give itself; set it when the node has joined: kubectl label node ${host.name} ${label}=`
            : `expected a label of your own, got ${label}; under kubernetes.io and k8s.io a node may only give itself labels of node.kubernetes.io and kubelet.kubernetes.io`,
        })),
    ),
};

/**
 * Labels under kubernetes.io and k8s.io that a kubelet may give itself; with any other it refuses to start.
 * Source: kubernetes/kubernetes, staging/src/k8s.io/kubelet/pkg/apis/well_known_labels.go
 */
const kubeletLabels: ReadonlySet<string> = new Set([
  "kubernetes.io/hostname",
  "kubernetes.io/arch",
  "kubernetes.io/os",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "node.kubernetes.io/instance-type",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "beta.kubernetes.io/instance-type",
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/os",
]);

function isReservedLabel(label: string): boolean {
  const slash = label.indexOf("/");
  const namespace = slash === -1 ? "" : label.slice(0, slash);
  const isUnder = (domain: string): boolean => namespace === domain || namespace.endsWith(`.${domain}`);
  return (
    (isUnder("kubernetes.io") || isUnder("k8s.io")) &&
    !kubeletLabels.has(label) &&
    !isUnder("node.kubernetes.io") &&
    !isUnder("kubelet.kubernetes.io")
  );
}
