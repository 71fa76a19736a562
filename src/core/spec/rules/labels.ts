import type { Fix } from "../fix.ts";
import type { Finding, PlacedHost, Rule } from "./rule.ts";

export const reservedLabel: Rule = {
  severity: "error",
  title: "Labels are ones that a node may give itself",
  check: ({ hosts }) =>
    hosts.flatMap((placed) => Object.keys(placed.host.labels).flatMap((label) => findingFor(label, placed))),
};

function findingFor(label: string, { host, path }: PlacedHost): readonly Finding[] {
  if (!label.includes("k8s.io") && !label.includes("kubernetes.io")) {
    return [];
  }
  const field = [...path, "labels", label];
  const place = { path: field, at: "key" as const };
  const remove: Fix = { title: `Remove ${label}`, edits: [{ kind: "remove", path: field }] };
  if (isReservedLabel(label)) {
    return [{ ...place, message: reservedMessage(label, host.name), fixes: [remove] }];
  }
  if (labelsOfTheKubelet.has(label)) {
    return [
      {
        ...place,
        severity: "warning",
        message: `expected a label of your own, got ${label}, which the kubelet gives its node by itself; another value misleads the scheduler and what looks for the host by it`,
        fixes: [remove],
      },
    ];
  }
  const successor = successors[label];
  const isThere = successor === undefined || Object.hasOwn(host.labels, successor);
  return successor === undefined
    ? []
    : [
        {
          ...place,
          severity: "hint",
          message: `expected ${successor}, got ${label}, which is deprecated since 1.17`,
          fixes: isThere
            ? [remove]
            : [
                {
                  title: `Rename it to ${successor}`,
                  isPreferred: true,
                  edits: [{ kind: "rename-key", path: field, to: successor }],
                },
              ],
        },
      ];
}

function reservedMessage(label: string, host: string): string {
  return label.startsWith("node-role.kubernetes.io/")
    ? `expected a label of your own, got ${label}, which a node may not give itself; set it when the node has joined: kubectl label node ${host} ${label}=`
    : `expected a label of your own, got ${label}; under kubernetes.io and k8s.io a node may only give itself labels of node.kubernetes.io and kubelet.kubernetes.io`;
}

/** What the kubelet knows better. Source: kubernetes/kubernetes, pkg/kubelet/kubelet_node_status.go */
const labelsOfTheKubelet: ReadonlySet<string> = new Set([
  "kubernetes.io/hostname",
  "kubernetes.io/arch",
  "kubernetes.io/os",
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/os",
]);

/** Source: kubernetes.io/docs/reference/labels-annotations-taints */
const successors: Readonly<Record<string, string>> = {
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
  "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
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
