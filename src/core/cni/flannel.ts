import { KubeadmError } from "../errors.ts";
import type { PortNeed } from "../network/ports.ts";
import type { ClusterSpec } from "../spec/clusterSpec.ts";
import { imageRegistry } from "./commonOptions.ts";
import { containerOf, dataOf, editManifest, setData, setFlag, setRegistry } from "./manifest.ts";
import type { OptionDefinitions, PodNetwork } from "./podNetwork.ts";
import { podSubnetForNodes } from "./podSubnet.ts";
import { readOptions } from "./validateOptions.ts";

const title = "Flannel";
const backendSource = "https://github.com/flannel-io/flannel/blob/master/Documentation/backends.md";

const options = {
  backend: {
    type: "string",
    values: ["vxlan", "host-gw", "wireguard"],
    default: "vxlan",
    description: "How packets travel between hosts. host-gw needs all hosts in one layer 2 network.",
  },
  interface: {
    type: "string",
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/,
    expected: "a network interface such as eth1",
    description: "Network interface between the hosts. Default: the one with the default route.",
  },
  imageRegistry,
} as const satisfies OptionDefinitions;

/** Flannel: one subnet a node, carried over VXLAN. Its range is its own and must be kubeadm's pod subnet. */
export const flannel: PodNetwork = {
  plugin: "flannel",
  title,
  defaultVersion: "v0.28.9",
  homepage: "https://github.com/flannel-io/flannel",
  manifestUrl: (version) =>
    `https://github.com/flannel-io/flannel/releases/download/${version}/kube-flannel.yml`,
  // Up to v0.19 it lived in kube-system.
  daemonSets: ["kube-flannel/kube-flannel-ds", "kube-system/kube-flannel-ds"],
  ports: (spec) => [portOf(readOptions(title, options, spec).backend)].filter((port) => port !== undefined),
  options,
  configure: (manifest, spec) => {
    const {
      backend,
      interface: networkInterface,
      imageRegistry: registry,
    } = readOptions(title, options, spec);
    return editManifest(title, manifest, (editor) => {
      const configMap = editor.object("ConfigMap", "kube-flannel-cfg");
      const netConf = parseNetConf(dataOf(title, configMap, "net-conf.json"));
      const changed = { ...netConf, Network: podSubnet(spec), Backend: backendOf(netConf, backend) };
      setData(configMap, "net-conf.json", `${JSON.stringify(changed, undefined, 2)}\n`);
      if (networkInterface !== undefined) {
        const daemonSet = editor.object("DaemonSet", "kube-flannel-ds");
        setFlag(containerOf(title, daemonSet, "kube-flannel"), "--iface", networkInterface);
      }
      setRegistry(editor, registry);
    });
  },
  explainConfigure: (spec) => {
    const { backend, interface: networkInterface } = readOptions(title, options, spec);
    const parts = [`net-conf.json Network: ${podSubnet(spec)}`, `Backend: ${backend}`];
    return [...parts, ...(networkInterface === undefined ? [] : [`--iface=${networkInterface}`])].join(", ");
  },
};

/** Flannel takes each node's range from Kubernetes, which gives a /24 unless told otherwise. */
function podSubnet(spec: ClusterSpec): string {
  return podSubnetForNodes(title, spec, 24);
}

/** A backend's own settings (a port, a VNI) mean nothing to another backend. */
function backendOf(netConf: Readonly<Record<string, unknown>>, type: string): unknown {
  const present = netConf["Backend"];
  return isRecord(present) && present["Type"] === type ? present : { Type: type };
}

function portOf(backend: string): PortNeed | undefined {
  const base = { protocol: "udp", from: ["nodes"], required: true, source: backendSource } as const;
  switch (backend) {
    case "vxlan":
      return { ...base, ports: [8472, 8472], why: "Flannel's VXLAN tunnel" };
    case "wireguard":
      return { ...base, ports: [51820, 51820], why: "Flannel's WireGuard tunnel" };
    default:
      return undefined;
  }
}

function parseNetConf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) {
      return value;
    }
  } catch {
    // Said below, with what to do.
  }
  throw new KubeadmError({
    code: "step-failed",
    message: "net-conf.json in the manifest of Flannel is not a JSON object.",
    next: "Check the manifest that spec.podNetwork.manifest names.",
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
