import type { Role } from "../spec/clusterSpec.ts";

/** Who must be able to reach a port of a host. `self`: the host itself only, so never open it and never probe
 *  it from elsewhere. `clients`: whoever uses the cluster from outside. */
export type PortPeer = "nodes" | "control-planes" | "clients" | "self";

/** One thing that a firewall has to let through to a host. */
export interface PortNeed {
  /** `ip` is a bare IP protocol (4 is IP in IP): `ports` then holds its number twice. ICMP is `ip` 1. */
  readonly protocol: "tcp" | "udp" | "ip";
  /** First and last port, both included; the same twice for a single port. */
  readonly ports: readonly [first: number, last: number];
  readonly from: readonly PortPeer[];
  /** false: useful, but the cluster comes up without it. */
  readonly required: boolean;
  /** What listens there, for people: "API server". */
  readonly why: string;
  /** Address of the documentation that says so. */
  readonly source: string;
}

const source = "https://kubernetes.io/docs/reference/networking/ports-and-protocols/";

/**
 * What Kubernetes itself needs to be let through to a host of `role`, without the pod network, by port.
 * `apiServerPort` is the bind port of the API servers. The old insecure ports 10251, 10252 and 10255 are not
 * among them: nothing listens there since Kubernetes 1.24, and they must never be opened.
 */
export function kubernetesPorts(role: Role, apiServerPort = 6443): readonly PortNeed[] {
  const everyNode: readonly PortNeed[] = [
    need("tcp", [10250, 10250], ["control-planes", "self"], true, "kubelet API"),
    need("tcp", [10256, 10256], ["clients", "self"], false, "kube-proxy health, asked by load balancers"),
    need("tcp", [30000, 32767], ["clients"], false, "NodePort services"),
    need("udp", [30000, 32767], ["clients"], false, "NodePort services"),
  ];
  if (role === "worker") {
    return everyNode;
  }
  return byPort([
    need("tcp", [apiServerPort, apiServerPort], ["nodes", "clients"], true, "API server"),
    need("tcp", [2379, 2380], ["control-planes"], true, "etcd clients and peers"),
    need("tcp", [10257, 10257], ["self"], true, "controller manager, on localhost only"),
    need("tcp", [10259, 10259], ["self"], true, "scheduler, on localhost only"),
    ...everyNode,
  ]);
}

/** All that must be let through to a host of `role`: Kubernetes and the pod network, sorted by port. */
export function portNeeds(
  role: Role,
  podNetworkPorts: readonly PortNeed[],
  apiServerPort = 6443,
): readonly PortNeed[] {
  return byPort([...kubernetesPorts(role, apiServerPort), ...podNetworkPorts]);
}

/** How people write it: "6443/tcp", "2379-2380/tcp", "IP protocol 4". */
export function describePort(need: Pick<PortNeed, "protocol" | "ports">): string {
  const [first, last] = need.ports;
  if (need.protocol === "ip") {
    return `IP protocol ${first}`;
  }
  return `${first === last ? first : `${first}-${last}`}/${need.protocol}`;
}

function need(
  protocol: PortNeed["protocol"],
  ports: PortNeed["ports"],
  from: readonly PortPeer[],
  required: boolean,
  why: string,
): PortNeed {
  return { protocol, ports, from, required, why, source };
}

function byPort(needs: readonly PortNeed[]): readonly PortNeed[] {
  return [...needs].sort((a, b) => a.ports[0] - b.ports[0] || a.protocol.localeCompare(b.protocol));
}
