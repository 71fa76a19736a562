import { isLoopback, splitHostPort } from "../address.ts";
import type { Finding, Rule } from "./rule.ts";

export const noControlPlane: Rule = {
  severity: "error",
  title: "At least one host is a control plane",
  check: ({ hosts, hasAllHosts }) =>
    !hasAllHosts || hosts.some(({ host }) => host.role === "control-plane")
      ? []
      : [{ path: ["spec", "hosts"], message: 'expected at least one host with role "control-plane"' }],
};

export const unusableAddress: Rule = {
  severity: "error",
  title: "Hosts reach each other and the API server by the addresses given",
  check: ({ spec, hosts }) => {
    const findings: Finding[] = [];
    const loopback = hosts.find(
      ({ host }) => host.privateAddress !== undefined && isLoopback(host.privateAddress),
    );
    if (loopback !== undefined) {
      findings.push({
        path: [...loopback.path, "privateAddress"],
        message: `expected the address by which the other hosts reach it, got ${loopback.host.privateAddress}, which reaches only the machine itself`,
      });
    }
    const first = hosts.find(({ host }) => host.role === "control-plane");
    const { host, port } = splitHostPort(spec.controlPlaneEndpoint);
    const path = ["spec", "controlPlaneEndpoint"];
    if (first === undefined) {
      return findings;
    }
    if (port === undefined || port < 1 || port > 65535) {
      findings.push({ path, message: `expected a port from 1 to 65535, got ${port}` });
    }
    if (isLoopback(host)) {
      findings.push({
        path,
        message: `expected an address under which all hosts reach the API server, got ${host}; write it here, or as privateAddress of host ${first.host.name}`,
      });
    }
    return findings;
  },
};
