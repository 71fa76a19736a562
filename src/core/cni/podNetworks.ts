import { KubeadmError } from "../errors.ts";
import type { ClusterSpec, PodNetworkPlugin } from "../spec/clusterSpec.ts";
import { calico } from "./calico.ts";
import { cilium } from "./cilium.ts";
import { flannel } from "./flannel.ts";
import { kubeRouter } from "./kubeRouter.ts";
import type { PodNetwork } from "./podNetwork.ts";
import { versionOf } from "./version.ts";
import { weaveNet } from "./weaveNet.ts";

/** Every pod network by its name in the spec. One that the schema knows and this table lacks does not compile. */
export const podNetworks: Readonly<Record<PodNetworkPlugin, PodNetwork>> = {
  calico,
  cilium,
  flannel,
  "kube-router": kubeRouter,
  "weave-net": weaveNet,
};

/** The pod network that a spec names. */
export function podNetworkOf(plugin: PodNetworkPlugin): PodNetwork {
  return podNetworks[plugin];
}

/** The version that is installed, as its releases are tagged: "v0.28.9". */
export function podNetworkVersion(spec: Pick<ClusterSpec, "podNetwork">): string {
  return versionOf(spec, podNetworkOf(spec.podNetwork.plugin).defaultVersion);
}

/** Where a manifest comes from. A file's path is as written in the spec: relative to the spec's folder. */
export type ManifestSource =
  { readonly kind: "url"; readonly url: string } | { readonly kind: "file"; readonly path: string };

/**
 * Where to get the manifest of a spec's pod network. Throws KubeadmError "spec-invalid" when the plugin publishes
 * none and the spec names none; its text holds the command that makes one.
 */
export function manifestSource(spec: ClusterSpec): ManifestSource {
  const { manifest } = spec.podNetwork;
  if (manifest !== undefined) {
    return /^https?:\/\//i.test(manifest) ? { kind: "url", url: manifest } : { kind: "file", path: manifest };
  }
  const network = podNetworkOf(spec.podNetwork.plugin);
  const version = podNetworkVersion(spec);
  const url = network.manifestUrl(version);
  if (url !== undefined) {
    return { kind: "url", url };
  }
  const command = network.renderCommand?.(spec);
  throw new KubeadmError({
    code: "spec-invalid",
    message: `${network.title} ${version} is published without a manifest.`,
    next:
      command === undefined
        ? "Name one in spec.podNetwork.manifest."
        : `Make one beside the spec and name it in spec.podNetwork.manifest: ${command} > ${spec.podNetwork.plugin}.yaml`,
  });
}
