import type { HostFacts, SystemFacts } from "../../../src/core/facts/hostFacts.ts";
import type { PlanContext } from "../../../src/core/run/phase.ts";
import type { ClusterSpec } from "../../../src/core/spec/clusterSpec.ts";
import { factsOf } from "../facts/factsOf.ts";
import { specOf, specText } from "../spec/specText.ts";

const one = (name: string, role: string, last: number): string =>
  `{name: ${name}, role: ${role}, ssh: {address: 10.0.0.${last}}}`;

/** One control plane, one worker. */
export const singleHosts = `[${one("cp-1", "control-plane", 11)}, ${one("w-1", "worker", 21)}]`;
/** Three control planes, one worker. */
export const haHosts = `[${[11, 12, 13].map((last) => one(`cp-${last - 10}`, "control-plane", last)).join(", ")}, ${one("w-1", "worker", 21)}]`;

/** A spec of these hosts; `more` are lines of its spec below `hosts`. */
export function clusterOf(version: string, hosts: string, ...more: readonly string[]): ClusterSpec {
  return specOf(
    specText({ version: `"${version}"`, hosts, ...(more.length > 0 && { spec: more.join("\n  ") }) }),
  );
}

/** What is known when each host of the spec says what `factsOfHost` gives for it. */
export function contextOf(spec: ClusterSpec, factsOfHost: (index: number) => HostFacts): PlanContext {
  return {
    spec,
    facts: new Map(spec.hosts.map(({ name }, index) => [name, asMachine(factsOfHost(index), name, index)])),
    kubeconfig: { path: "/home/me/.kube/config" },
    learned: {},
    localFiles: {},
  };
}

/** The same facts as another machine would tell them. */
function asMachine(facts: HostFacts, hostname: string, index: number): HostFacts {
  const system = {
    ...facts.system,
    hostname,
    machineId: `${facts.system.machineId}-${index}`,
    productUuid: facts.system.productUuid && `${facts.system.productUuid}-${index}`,
    macAddresses: [`52:54:00:00:00:0${index}`],
    addresses: ["10.0.0.11", "10.0.0.12", "10.0.0.13", "10.0.0.21"],
  };
  return { ...facts, system };
}

/** A CA certificate such as kubeadm makes; its key is nowhere. */
export const caCertificate = `-----BEGIN CERTIFICATE-----
MIIBgTCCASegAwIBAgIUQltLz29z82+F1enrqBIJhzMNv4wwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKa3ViZXJuZXRlczAgFw0yNjExMjMwODUwMzZaGA8yMTI2MTAz
MDA4NTAzNlowFTETMBEGA1UEAwwKa3ViZXJuZXRlczBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABJC7P0RxD7s4uwff4NeDXq5xUDNYoKuSIh2J7oY/o9A8q6pdkS/4
F+2hXRCiwYkoDv6tmabclBKB2iQCE0FSL0ejUzBRMB0GA1UdDgQWBBSZKsqJIBOL
EzccZ2uGWezXonEKUzAfBgNVHSMEGDAWgBSZKsqJIBOLEzccZ2uGWezXonEKUzAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQD8hmQLhWelQhbygihe
kEjMEJhQaPKNICArYtBn95c4yQIgVWZeoStuRzeYNi+5fIZOD9KEXApo0m6SQt0o
pZf/bpc=
-----END CERTIFICATE-----
`;

/** Facts of Kubernetes to change. */
export type Kubernetes = Partial<HostFacts["kubernetes"]>;
export interface Change {
  readonly system?: Partial<SystemFacts>;
  readonly kubernetes?: Kubernetes;
}

/** Bare Debian hosts that are fine, but for what is changed on each. */
export function contextWith(changes: Readonly<Record<string, Change>>, spec: ClusterSpec): PlanContext {
  const context = contextOf(spec, () => factsOf("debian12"));
  const facts = [...context.facts].map(([name, before]): [string, HostFacts] => [
    name,
    {
      ...before,
      system: { ...before.system, ...changes[name]?.system },
      kubernetes: { ...before.kubernetes, ...changes[name]?.kubernetes },
    },
  ]);
  return { ...context, facts: new Map(facts) };
}

/** A first control plane after `kubeadm init`. */
export const initialised: Kubernetes = {
  hasAdminConf: true,
  hasJoined: true,
  staticPods: ["kube-apiserver"],
  caCertificate,
  leftovers: ["/etc/kubernetes/admin.conf"],
  portsInUse: ["6443 kube-apiserver"],
  cluster: { nodes: [], systemPods: [], daemonSets: ["kube-system/kube-proxy"] },
};
/** A worker of the same cluster. */
export const joined: Kubernetes = {
  hasJoined: true,
  caCertificate,
  leftovers: ["/etc/kubernetes/kubelet.conf"],
  portsInUse: ["10250 kubelet"],
};
