import type { ClusterSpec } from "../../../src/core/spec/clusterSpec.ts";

/** A parsed spec with one control plane and the given pod network. */
export function specWith(
  podNetwork: Partial<ClusterSpec["podNetwork"]> = {},
  podSubnet = "10.10.0.0/16",
): ClusterSpec {
  return {
    name: "demo",
    kubernetesVersion: "1.36",
    controlPlaneEndpoint: "10.0.0.11:6443",
    isEndpointWritten: false,
    networking: { podSubnet, serviceSubnet: "10.96.0.0/12", dnsDomain: "cluster.local" },
    podNetwork: { plugin: "flannel", options: {}, ...podNetwork },
    containerRuntime: { name: "containerd" },
    packageSource: {},
    hosts: [],
    passThrough: [],
  };
}
