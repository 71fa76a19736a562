import type { V1Node } from "@kubernetes/client-node";
import type { NodeFacts } from "../core/facts/hostFacts.ts";

/** kubeadm 1.20 to 1.23 set the second one. */
const controlPlaneLabels = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

/** What the API server says about a node. A field that it does not have yet, such as an address, is "". */
export function toNodeFacts(node: V1Node): NodeFacts {
  const { metadata, status } = node;
  return {
    name: metadata?.name ?? "",
    isReady: status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false,
    isControlPlane: controlPlaneLabels.some((label) => metadata?.labels?.[label] !== undefined),
    kubeletVersion: status?.nodeInfo?.kubeletVersion ?? "",
    internalAddress: status?.addresses?.find(({ type }) => type === "InternalIP")?.address ?? "",
  };
}
