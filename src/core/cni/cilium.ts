import type { PortNeed } from "../network/ports.ts";
import type { ClusterSpec } from "../spec/clusterSpec.ts";
import { imageRegistry } from "./commonOptions.ts";
import { dataOf, editManifest, setData, setRegistry } from "./manifest.ts";
import type { OptionDefinitions, PodNetwork } from "./podNetwork.ts";
import { podSubnetForNodes } from "./podSubnet.ts";
import { readOptions } from "./validateOptions.ts";
import { versionOf } from "./version.ts";

const title = "Cilium";
const defaultVersion = "v1.20.1";
const source = "https://docs.cilium.io/en/stable/operations/system_requirements/";

const options = {
  ipam: {
    type: "string",
    values: ["cluster-pool", "kubernetes"],
    default: "cluster-pool",
    description: "Who gives nodes their ranges of the pod subnet: Cilium's operator, or Kubernetes.",
  },
  nodePrefix: {
    type: "integer",
    range: [16, 30],
    default: 24,
    description: "Size of a node's range with cluster-pool: 24 is a /24, 254 pods.",
  },
  tunnel: {
    type: "string",
    values: ["vxlan", "geneve"],
    default: "vxlan",
    description: "How packets travel between hosts.",
  },
  imageRegistry,
} as const satisfies OptionDefinitions;

/**
 * Cilium, 1.14 or newer. It ignores kubeadm's pod subnet and hands out 10.0.0.0/8 unless told otherwise. The
 * project publishes a helm chart and no manifest, so a spec has to name one that was rendered from the chart.
 */
export const cilium: PodNetwork = {
  plugin: "cilium",
  title,
  defaultVersion,
  homepage: "https://docs.cilium.io",
  manifestUrl: () => undefined,
  renderCommand: (spec) => {
    const settings = chartValues(spec).map(([name, value]) => `--set '${name}=${value}'`);
    return [
      "helm template cilium cilium --repo https://helm.cilium.io",
      `--version ${versionOf(spec, defaultVersion).slice(1)} --namespace kube-system`,
      ...settings,
    ].join(" ");
  },
  daemonSets: ["kube-system/cilium"],
  ports: (spec) => portsOf(readOptions(title, options, spec).tunnel),
  options,
  configure: (manifest, spec) => {
    const { imageRegistry: registry } = readOptions(title, options, spec);
    return editManifest(title, manifest, (editor) => {
      const configMap = editor.object("ConfigMap", "cilium-config");
      // A ConfigMap of that name without ipam is not one that Cilium's chart made.
      dataOf(title, configMap, "ipam");
      for (const [name, value] of configuration(spec)) {
        setData(configMap, name, value);
      }
      setRegistry(editor, registry);
    });
  },
  explainConfigure: (spec) =>
    `cilium-config ${configuration(spec)
      .map(([name, value]) => `${name}: ${value}`)
      .join(", ")}`,
};

function podSubnet(spec: ClusterSpec): string {
  const { ipam, nodePrefix } = readOptions(title, options, spec);
  return podSubnetForNodes(title, spec, ipam === "kubernetes" ? 24 : nodePrefix);
}

/** Entries of the ConfigMap, as the chart writes them. A list of pools is separated by blanks; here it is one. */
function configuration(spec: ClusterSpec): readonly (readonly [name: string, value: string])[] {
  const { ipam, nodePrefix, tunnel } = readOptions(title, options, spec);
  const subnet = podSubnet(spec);
  const pool = [
    ["cluster-pool-ipv4-cidr", subnet],
    ["cluster-pool-ipv4-mask-size", String(nodePrefix)],
  ] as const;
  return [["ipam", ipam], ...(ipam === "kubernetes" ? [] : pool), ["tunnel-protocol", tunnel]];
}

function chartValues(spec: ClusterSpec): readonly (readonly [name: string, value: string])[] {
  const { ipam, nodePrefix, tunnel } = readOptions(title, options, spec);
  const pool = [
    ["ipam.operator.clusterPoolIPv4PodCIDRList", `{${podSubnet(spec)}}`],
    ["ipam.operator.clusterPoolIPv4MaskSize", String(nodePrefix)],
  ] as const;
  return [["ipam.mode", ipam], ...(ipam === "kubernetes" ? [] : pool), ["tunnelProtocol", tunnel]];
}

function portsOf(tunnel: string): readonly PortNeed[] {
  const base = { from: ["nodes"], required: false, source } as const;
  const port = tunnel === "geneve" ? 6081 : 8472;
  return [
    { ...base, protocol: "udp", ports: [port, port], required: true, why: "Cilium's tunnel" },
    { ...base, protocol: "tcp", ports: [4240, 4240], why: "Cilium's health checks" },
    { ...base, protocol: "ip", ports: [1, 1], why: "Cilium's health checks by ICMP" },
    { ...base, protocol: "tcp", ports: [4244, 4244], why: "Hubble" },
    { ...base, protocol: "tcp", ports: [4245, 4245], why: "Hubble relay" },
    { ...base, protocol: "tcp", ports: [9962, 9964], why: "Cilium's metrics" },
  ];
}
