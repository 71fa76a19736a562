import type { ClusterSpec } from "../spec/clusterSpec.ts";
import { imageRegistry } from "./commonOptions.ts";
import { containerOf, editManifest, pinImages, setFlag, setRegistry } from "./manifest.ts";
import type { OptionDefinitions, PodNetwork } from "./podNetwork.ts";
import { podSubnetForNodes } from "./podSubnet.ts";
import { readOptions } from "./validateOptions.ts";
import { versionOf } from "./version.ts";

const title = "kube-router";
const defaultVersion = "v2.11.1";
const source = "https://github.com/cloudnativelabs/kube-router/blob/master/docs/user-guide.md";

const options = {
  overlay: {
    type: "string",
    values: ["subnet", "full", "none"],
    default: "subnet",
    description: "Which packets travel in IP-in-IP tunnels: those between subnets, all, or none.",
  },
  encapsulation: {
    type: "string",
    values: ["ipip", "fou"],
    default: "ipip",
    description: "Kind of tunnel; fou (UDP 5555) for clouds that drop IP-in-IP, such as Azure.",
  },
  networkPolicy: {
    type: "boolean",
    default: true,
    description: "Enforce NetworkPolicy objects.",
  },
  imageRegistry,
} as const satisfies OptionDefinitions;

/** kube-router: routes by BGP. Pods get addresses from the range that Kubernetes gave their node, so the pod
 *  subnet reaches it through kubeadm and nothing of it is put into the manifest. */
export const kubeRouter: PodNetwork = {
  plugin: "kube-router",
  title,
  defaultVersion,
  homepage: "https://www.kube-router.io",
  manifestUrl: (version) =>
    `https://raw.githubusercontent.com/cloudnativelabs/kube-router/${version}/daemonset/kubeadm-kuberouter.yaml`,
  daemonSets: ["kube-system/kube-router"],
  ports: (spec) => {
    const { overlay, encapsulation } = readOptions(title, options, spec);
    const base = { from: ["nodes"], source } as const;
    return [
      { ...base, protocol: "tcp", ports: [179, 179], required: true, why: "kube-router's BGP" },
      encapsulation === "fou"
        ? {
            ...base,
            protocol: "udp",
            ports: [5555, 5555],
            required: overlay !== "none",
            why: "kube-router's tunnels",
          }
        : {
            ...base,
            protocol: "ip",
            ports: [4, 4],
            required: overlay !== "none",
            why: "kube-router's IP in IP",
          },
      {
        ...base,
        protocol: "tcp",
        ports: [20244, 20244],
        from: ["self"],
        required: false,
        why: "kube-router's health",
      },
    ];
  },
  options,
  configure: (manifest, spec) => {
    const { imageRegistry: registry } = readOptions(title, options, spec);
    podSubnet(spec);
    return editManifest(title, manifest, (editor) => {
      const container = containerOf(title, editor.object("DaemonSet", "kube-router"), "kube-router");
      for (const [flag, value] of flags(spec)) {
        setFlag(container, flag, value);
      }
      // The manifest of every release names the image without a tag, which means the newest one.
      pinImages(editor, "cloudnativelabs/kube-router", versionOf(spec, defaultVersion));
      setRegistry(editor, registry);
    });
  },
  explainConfigure: (spec) =>
    [
      `pods get addresses from the node's part of ${podSubnet(spec)}`,
      `image tag ${versionOf(spec, defaultVersion)}`,
      ...flags(spec).map(([flag, value]) => `${flag}=${value}`),
    ].join(", "),
};

function podSubnet(spec: ClusterSpec): string {
  return podSubnetForNodes(title, spec, 24);
}

/** Only what differs from kube-router's own defaults and from what its manifest says. */
function flags(spec: ClusterSpec): readonly (readonly [flag: string, value: string])[] {
  const { overlay, encapsulation, networkPolicy } = readOptions(title, options, spec);
  const all = [
    ["--run-firewall", "false", !networkPolicy],
    ["--enable-overlay", "false", overlay === "none"],
    ["--overlay-type", "full", overlay === "full"],
    ["--overlay-encap", "fou", encapsulation === "fou"],
  ] as const;
  return all.filter(([, , isWanted]) => isWanted).map(([flag, value]) => [flag, value]);
}
