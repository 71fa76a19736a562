import { podNetworkOf, podNetworkVersion } from "../cni/podNetworks.ts";
import { optionProblems } from "../cni/validateOptions.ts";
import { ipv4SubnetsOverlap, isLoopback, splitHostPort } from "./address.ts";
import { type ClusterSpec, type Host, minorOf } from "./clusterSpec.ts";
import type { FieldPath, SpecDiagnostic } from "./diagnostic.ts";
import type { Report } from "./specFile.ts";

/** What no single field can say: checks over the whole spec, with its defaults filled in. */
export function checkSpec(spec: ClusterSpec, report: Report): readonly SpecDiagnostic[] {
  return [
    ...versionProblems(spec, report),
    ...duplicates(spec, report),
    ...endpointProblems(spec, report),
    ...subnetProblems(spec, report),
    ...podNetworkProblems(spec, report),
    ...spec.hosts.flatMap((host, index) => labelProblems(host, index, report)),
  ];
}

/** The oldest minor whose kubeadm is known here; its configuration is written in v1beta2. */
const oldestMinor = 20;

function versionProblems(spec: ClusterSpec, report: Report): SpecDiagnostic[] {
  return minorOf(spec.kubernetesVersion) >= oldestMinor
    ? []
    : [
        report(
          "invalid-value",
          ["spec", "kubernetesVersion"],
          `expected 1.${oldestMinor} or newer, got ${spec.kubernetesVersion}`,
        ),
      ];
}

/** Options that the chosen plugin does not have, and a plugin that needs a manifest of the person's own. */
function podNetworkProblems(spec: ClusterSpec, report: Report): SpecDiagnostic[] {
  const { plugin, options, manifest } = spec.podNetwork;
  const network = podNetworkOf(plugin);
  const wrong = optionProblems(network, options).map(({ option, message }) =>
    report("invalid-value", ["spec", "podNetwork", "options", option], message),
  );
  const hasManifest = manifest !== undefined || network.manifestUrl(podNetworkVersion(spec)) !== undefined;
  const missing = report(
    "missing-field",
    ["spec", "podNetwork", "manifest"],
    `expected a manifest, as ${network.title} publishes none; make one with: ${network.renderCommand?.(spec) ?? network.homepage}`,
  );
  return hasManifest ? wrong : [...wrong, missing];
}

function duplicates(spec: ClusterSpec, report: Report): SpecDiagnostic[] {
  const names = repeats(spec.hosts, (host) => host.name).map(({ index, host, first }) =>
    report(
      "duplicate-host",
      ["spec", "hosts", index, "name"],
      `expected a name of its own, got ${JSON.stringify(host.name)}, which is the name of the host on line ${first.line + 1}`,
    ),
  );
  const ssh = repeats(spec.hosts, (host) => `${host.ssh.address} ${sshPortOf(host)}`).map(
    ({ index, host, first }) =>
      report(
        "duplicate-address",
        ["spec", "hosts", index, "ssh", "address"],
        `expected an address and port of its own, got ${host.ssh.address} port ${sshPortOf(host)}, which is host ${first.name}`,
      ),
  );
  const privateAddresses = repeats(spec.hosts, (host) => host.privateAddress)
    .filter(
      ({ host, first }) => host.ssh.address !== first.ssh.address || sshPortOf(host) !== sshPortOf(first),
    )
    .map(({ index, host, first }) =>
      report(
        "duplicate-address",
        ["spec", "hosts", index, "privateAddress"],
        `expected the address by which the other hosts reach it, got ${host.privateAddress}, which is host ${first.name}`,
      ),
    );
  return [...names, ...ssh, ...privateAddresses];
}

/** ssh_config may say another one, for both alike. */
function sshPortOf(host: Host): number {
  return host.ssh.port ?? 22;
}

/** Hosts whose key was there before, with the first that has it. Hosts without a key are left out. */
function repeats(
  hosts: readonly Host[],
  keyOf: (host: Host) => string | undefined,
): readonly { readonly index: number; readonly host: Host; readonly first: Host }[] {
  const seen = new Map<string, Host>();
  return hosts.flatMap((host, index) => {
    const key = keyOf(host);
    const first = key === undefined ? undefined : seen.get(key);
    if (key !== undefined && first === undefined) {
      seen.set(key, host);
    }
    return first === undefined ? [] : [{ index, host, first }];
  });
}

function endpointProblems(spec: ClusterSpec, report: Report): SpecDiagnostic[] {
  const first = spec.hosts.findIndex((host) => host.role === "control-plane");
  if (first === -1) {
    return [
      report("no-control-plane", ["spec", "hosts"], 'expected at least one host with role "control-plane"'),
    ];
  }
  const problems: SpecDiagnostic[] = [];
  const loopbackHost = spec.hosts.findIndex(
    (host) => host.privateAddress !== undefined && isLoopback(host.privateAddress),
  );
  if (loopbackHost !== -1) {
    problems.push(
      report(
        "unusable-address",
        ["spec", "hosts", loopbackHost, "privateAddress"],
        `expected the address by which the other hosts reach it, got ${spec.hosts[loopbackHost]?.privateAddress}, which reaches only the machine itself`,
      ),
    );
  }
  const { host, port } = splitHostPort(spec.controlPlaneEndpoint);
  const path: FieldPath = ["spec", "controlPlaneEndpoint"];
  if (port === undefined || port < 1 || port > 65535) {
    problems.push(report("invalid-value", path, `expected a port from 1 to 65535, got ${port}`));
  }
  if (isLoopback(host)) {
    problems.push(
      report(
        "unusable-address",
        path,
        `expected an address under which all hosts reach the API server, got ${host}; write it here, or as privateAddress of host ${spec.hosts[first]?.name}`,
      ),
    );
  }
  return problems;
}

function subnetProblems(spec: ClusterSpec, report: Report): SpecDiagnostic[] {
  const { podSubnet, serviceSubnet } = spec.networking;
  return ipv4SubnetsOverlap(podSubnet, serviceSubnet)
    ? [
        report(
          "subnet-overlap",
          ["spec", "networking", "podSubnet"],
          `expected a subnet apart from serviceSubnet ${serviceSubnet}, got ${podSubnet}`,
        ),
      ]
    : [];
}

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

function labelProblems(host: Host, index: number, report: Report): SpecDiagnostic[] {
  return Object.keys(host.labels)
    .filter(isReservedLabel)
    .map((label) =>
      report(
        "reserved-label",
        ["spec", "hosts", index, "labels", label],
        label.startsWith("node-role.kubernetes.io/")
          ? `expected a label of your own, got ${label}, which a node may not give itself; set it when the node has joined: kubectl label node ${host.name} ${label}=`
          : `expected a label of your own, got ${label}; under kubernetes.io and k8s.io a node may only give itself labels of node.kubernetes.io and kubelet.kubernetes.io`,
        { at: "key" },
      ),
    );
}

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
