import type { PortNeed } from "../network/ports.ts";
import type { ClusterSpec } from "../spec/clusterSpec.ts";
import { imageRegistry, mtu } from "./commonOptions.ts";
import { containerOf, editManifest, removeText, setData, setEnv, setRegistry } from "./manifest.ts";
import type { OptionDefinitions, PodNetwork } from "./podNetwork.ts";
import { podSubnetForNodes } from "./podSubnet.ts";
import { readOptions } from "./validateOptions.ts";

const title = "Calico";
const source = "https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements";

const options = {
  encapsulation: {
    type: "string",
    values: ["ipip", "ipip-cross-subnet", "vxlan", "vxlan-cross-subnet", "none"],
    default: "ipip",
    description: "How packets travel between hosts. vxlan for clouds that drop IP-in-IP, such as Azure.",
  },
  addressDetection: {
    type: "string",
    pattern:
      /^(first-found|kubernetes-internal-ip|(can-reach|interface|skip-interface|cidr)=[\w.,:/*|()[\]+^$-]+)$/,
    expected: "a method such as kubernetes-internal-ip, interface=eth1 or can-reach=10.0.0.1",
    description:
      "How Calico finds the host's own address (IP_AUTODETECTION_METHOD). Default: the first found.",
  },
  mtu,
  imageRegistry,
} as const satisfies OptionDefinitions;

/** Calico by its plain manifest (not the operator). Its pool would be 192.168.0.0/16 where it finds no other. */
export const calico: PodNetwork = {
  plugin: "calico",
  title,
  defaultVersion: "v3.32.1",
  homepage: "https://docs.tigera.io/calico/latest/about/",
  manifestUrl: (version) =>
    `https://raw.githubusercontent.com/projectcalico/calico/${version}/manifests/calico.yaml`,
  daemonSets: ["kube-system/calico-node", "calico-system/calico-node"],
  ports: (spec) => portsOf(readOptions(title, options, spec).encapsulation),
  options,
  configure: (manifest, spec) => {
    const { encapsulation, mtu: bytes, imageRegistry: registry } = readOptions(title, options, spec);
    return editManifest(title, manifest, (editor) => {
      const container = containerOf(title, editor.object("DaemonSet", "calico-node"), "calico-node");
      for (const [name, value] of environment(spec)) {
        setEnv(container, name, value);
      }
      if (!usesBgp(encapsulation)) {
        // Without BGP there is no BIRD, and its probes would never succeed.
        setData(editor.object("ConfigMap", "calico-config"), "calico_backend", "vxlan");
        removeText(container, ["livenessProbe", "exec", "command"], "-bird-live");
        removeText(container, ["readinessProbe", "exec", "command"], "-bird-ready");
      }
      if (bytes !== undefined) {
        setData(editor.object("ConfigMap", "calico-config"), "veth_mtu", String(bytes));
      }
      setRegistry(editor, registry);
    });
  },
  explainConfigure: (spec) =>
    environment(spec)
      .map(([name, value]) => `${name}: ${value}`)
      .join(", "),
};

function environment(spec: ClusterSpec): readonly (readonly [name: string, value: string])[] {
  const { encapsulation, addressDetection } = readOptions(title, options, spec);
  const [kind, scope] = encapsulation.split(/-(.*)/s);
  const mode = scope === "cross-subnet" ? "CrossSubnet" : "Always";
  return [
    // Calico cuts the pool into blocks of /26, at least one for each node.
    ["CALICO_IPV4POOL_CIDR", podSubnetForNodes(title, spec, 26)],
    ["CALICO_IPV4POOL_IPIP", kind === "ipip" ? mode : "Never"],
    ["CALICO_IPV4POOL_VXLAN", kind === "vxlan" ? mode : "Never"],
    ...(addressDetection === undefined ? [] : [["IP_AUTODETECTION_METHOD", addressDetection] as const]),
  ];
}

/** VXLAN tells the hosts' routes through Kubernetes; everything else tells them by BGP. */
function usesBgp(encapsulation: string): boolean {
  return !encapsulation.startsWith("vxlan");
}

function portsOf(encapsulation: string): readonly PortNeed[] {
  const base = { from: ["nodes"], required: true, source } as const;
  const bgp: PortNeed = { ...base, protocol: "tcp", ports: [179, 179], why: "Calico's BGP" };
  const ipip: PortNeed = { ...base, protocol: "ip", ports: [4, 4], why: "Calico's IP in IP" };
  const vxlan: PortNeed = { ...base, protocol: "udp", ports: [4789, 4789], why: "Calico's VXLAN" };
  if (!usesBgp(encapsulation)) {
    return [vxlan];
  }
  return encapsulation === "none" ? [bgp] : [bgp, ipip];
}
