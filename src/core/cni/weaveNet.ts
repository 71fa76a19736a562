import type { ClusterSpec } from "../spec/clusterSpec.ts";
import { imageRegistry, mtu } from "./commonOptions.ts";
import { containerOf, editManifest, setEnv, setRegistry } from "./manifest.ts";
import type { OptionDefinitions, PodNetwork } from "./podNetwork.ts";
import { ipv4PodSubnet } from "./podSubnet.ts";
import { readOptions } from "./validateOptions.ts";

const title = "Weave Net";
const source = "https://github.com/weaveworks/weave/blob/v2.8.1/site/faq.md";

const options = { mtu, imageRegistry } as const satisfies OptionDefinitions;

/** Weave Net. It ignores kubeadm's pod subnet and hands out 10.32.0.0/12 unless IPALLOC_RANGE says otherwise. */
export const weaveNet: PodNetwork = {
  plugin: "weave-net",
  title,
  defaultVersion: "v2.8.1",
  homepage: "https://github.com/weaveworks/weave",
  legacy: "Weaveworks closed in 2024 and v2.8.1 is of 2021: security problems are no longer repaired.",
  manifestUrl: (version) =>
    `https://github.com/${repositoryOf(version)}/releases/download/${version}/weave-daemonset-k8s.yaml`,
  daemonSets: ["kube-system/weave-net"],
  ports: () => [
    {
      protocol: "tcp",
      ports: [6783, 6783],
      from: ["nodes"],
      required: true,
      why: "Weave Net's control connections",
      source,
    },
    {
      protocol: "udp",
      ports: [6783, 6784],
      from: ["nodes"],
      required: true,
      why: "Weave Net's data, sleeve and VXLAN",
      source,
    },
    {
      protocol: "tcp",
      ports: [6784, 6784],
      from: ["self"],
      required: false,
      why: "Weave Net's status, on localhost only",
      source,
    },
  ],
  options,
  configure: (manifest, spec) => {
    const { imageRegistry: registry } = readOptions(title, options, spec);
    return editManifest(title, manifest, (editor) => {
      const weave = containerOf(title, editor.object("DaemonSet", "weave-net"), "weave");
      for (const [name, value] of environment(spec)) {
        setEnv(weave, name, value);
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
  const { mtu: bytes } = readOptions(title, options, spec);
  const range = ["IPALLOC_RANGE", ipv4PodSubnet(title, spec)] as const;
  return bytes === undefined ? [range] : [range, ["WEAVE_MTU", String(bytes)]];
}

/** v2.8.1 was the company's last release; a community fork went on from there. */
function repositoryOf(version: string): string {
  const [major = 0, minor = 0, patch = 0] = version.replace(/^v/, "").split(".").map(Number);
  const isFork = major > 2 || (major === 2 && (minor > 8 || (minor === 8 && patch > 1)));
  return isFork ? "rajch/weave" : "weaveworks/weave";
}
