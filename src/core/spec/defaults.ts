import { isIpAddress, isLoopback, joinHostPort, splitHostPort } from "./address.ts";
import type { ClusterSpec, Host, PassThrough } from "./clusterSpec.ts";
import type { ClusterDocument } from "./schema.ts";

/** Port of the API server unless the spec says otherwise. */
export const defaultApiServerPort = 6443;

/** The spec with every default filled in. `lineOfHost` gives a host's line in the file, from 0. */
export function withDefaults(
  document: ClusterDocument,
  passThrough: readonly PassThrough[],
  lineOfHost: (index: number) => number,
): ClusterSpec {
  const { spec } = document;
  const hosts = spec.hosts.map((host, index) => hostWithDefaults(host, lineOfHost(index)));
  return {
    name: document.metadata.name,
    kubernetesVersion: spec.kubernetesVersion.replace(/^v/, ""),
    controlPlaneEndpoint:
      spec.controlPlaneEndpoint === undefined ? derivedEndpoint(hosts) : endpoint(spec.controlPlaneEndpoint),
    isEndpointWritten: spec.controlPlaneEndpoint !== undefined,
    networking: spec.networking,
    podNetwork: spec.podNetwork,
    containerRuntime: spec.containerRuntime,
    packageSource: spec.packageSource,
    hosts,
    passThrough,
  };
}

function hostWithDefaults(host: ClusterDocument["spec"]["hosts"][number], line: number): Host {
  const address = host.ssh.address ?? host.name;
  // A forwarded port on this machine says nothing about how the hosts reach each other.
  const reachableByOthers = isIpAddress(address) && !isLoopback(address) ? address : undefined;
  return {
    ...host,
    ssh: { ...host.ssh, address },
    privateAddress: host.privateAddress ?? reachableByOthers,
    line,
  };
}

/** In lower case, as kubeadm refuses names with capital letters. */
function endpoint(written: string): string {
  const { host, port } = splitHostPort(written.toLowerCase());
  return joinHostPort(host, port ?? defaultApiServerPort);
}

/** The endpoint of a spec that names none: the first control plane. */
export function derivedEndpoint(hosts: readonly Host[]): string {
  const first = hosts.find((host) => host.role === "control-plane");
  const address = first?.privateAddress ?? first?.ssh.address ?? "";
  return joinHostPort(address.toLowerCase(), defaultApiServerPort);
}
