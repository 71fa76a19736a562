import type { HostFacts } from "../facts/hostFacts.ts";
import { isIpAddress, isLoopback } from "../spec/address.ts";
import type { ClusterSpec, Host } from "../spec/clusterSpec.ts";
import { derivedEndpoint } from "../spec/defaults.ts";

/**
 * The spec as if it said the addresses that names in it stand for: a host's name may be known to the user's
 * ssh_config alone, which the other hosts have not. What the spec says itself stays.
 */
export function withKnownAddresses(spec: ClusterSpec, facts: ReadonlyMap<string, HostFacts>): ClusterSpec {
  const hosts = spec.hosts.map((host) => {
    const address = addressForOthers(host, facts.get(host.name));
    return address === undefined ? host : { ...host, privateAddress: address };
  });
  return spec.isEndpointWritten
    ? { ...spec, hosts }
    : { ...spec, hosts, controlPlaneEndpoint: derivedEndpoint(hosts) };
}

/** Where other hosts reach it, when only ssh_config can tell; undefined when the spec tells, or nobody can. */
function addressForOthers(host: Host, facts: HostFacts | undefined): string | undefined {
  const connectedTo = facts?.connectedTo;
  if (host.privateAddress !== undefined || connectedTo === undefined || connectedTo === host.ssh.address) {
    return undefined;
  }
  if (isLoopback(connectedTo)) {
    // A forwarded port; the host knows better.
    return facts?.system.addresses[0];
  }
  return isIpAddress(connectedTo) ? connectedTo : undefined;
}
