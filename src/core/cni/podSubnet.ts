import { KubeadmError } from "../errors.ts";
import { formatSubnet, parseSubnet } from "../network/cidr.ts";
import type { Subnet } from "../network/cidr.ts";
import type { ClusterSpec } from "../spec/clusterSpec.ts";

/** The pod subnet of a spec, with its host bits zeroed. The manifests of the pod networks are made for IPv4, so
 *  throws KubeadmError "spec-invalid" for an IPv6 one. */
export function ipv4PodSubnet(title: string, spec: Pick<ClusterSpec, "networking">): string {
  return formatSubnet(ipv4Subnet(title, spec));
}

/** As `ipv4PodSubnet`, and big enough to give each node a subnet of `nodePrefix` bits. */
export function podSubnetForNodes(
  title: string,
  spec: Pick<ClusterSpec, "networking">,
  nodePrefix: number,
): string {
  const subnet = ipv4Subnet(title, spec);
  if (subnet.prefix > nodePrefix) {
    throw new KubeadmError({
      code: "spec-invalid",
      message: `spec.networking.podSubnet ${formatSubnet(subnet)} is too small: ${title} gives each node a /${nodePrefix}.`,
      next: "Choose a larger subnet, such as 10.244.0.0/16.",
    });
  }
  return formatSubnet(subnet);
}

function ipv4Subnet(title: string, spec: Pick<ClusterSpec, "networking">): Subnet {
  const subnet = parseSubnet(spec.networking.podSubnet);
  if (subnet?.family !== 4) {
    throw new KubeadmError({
      code: "spec-invalid",
      message: `${title} is installed for IPv4 here; spec.networking.podSubnet is ${spec.networking.podSubnet}.`,
      next: "Choose an IPv4 subnet, such as 10.244.0.0/16.",
    });
  }
  return subnet;
}
