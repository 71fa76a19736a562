import { minorOf, type PassThroughKind } from "../../spec/clusterSpec.ts";
import { newestMinor } from "../../spec/newestMinor.ts";
import { clusterConfiguration } from "./clusterConfiguration.ts";
import type { Fields } from "./fieldType.ts";
import { kubeletConfiguration } from "./kubeletConfiguration.ts";
import { kubeProxyConfiguration } from "./kubeProxyConfiguration.ts";
import { initConfiguration, joinConfiguration } from "./nodeConfigurations.ts";

/** The newest minor of Kubernetes 1 whose documents are described here. */
export const newestKnownMinor = minorOf(newestMinor);

interface ApiVersion {
  /** The minors whose documents are written in it; no `last`: all from `first` on. */
  readonly first: number;
  readonly last?: number;
}

/** As configApiVersion chooses for kubeadm; the others have had one version all along. */
const apiVersions: Readonly<Record<string, ApiVersion>> = {
  "kubeadm.k8s.io/v1beta2": { first: 0, last: 21 },
  "kubeadm.k8s.io/v1beta3": { first: 22, last: 30 },
  "kubeadm.k8s.io/v1beta4": { first: 31 },
  "kubelet.config.k8s.io/v1beta1": { first: 0 },
  "kubeproxy.config.k8s.io/v1alpha1": { first: 0 },
};

const kinds: Readonly<Record<PassThroughKind, { readonly group: string; readonly fields: Fields }>> = {
  ClusterConfiguration: { group: "kubeadm.k8s.io", fields: clusterConfiguration },
  InitConfiguration: { group: "kubeadm.k8s.io", fields: initConfiguration },
  JoinConfiguration: { group: "kubeadm.k8s.io", fields: joinConfiguration },
  KubeletConfiguration: { group: "kubelet.config.k8s.io", fields: kubeletConfiguration },
  KubeProxyConfiguration: { group: "kubeproxy.config.k8s.io", fields: kubeProxyConfiguration },
};

/** Fields of a kind's documents in every version, each with its lifetime; without apiVersion and kind. */
export function documentFields(kind: PassThroughKind): Fields {
  return kinds[kind].fields;
}

/** API versions of a kind that are described here, the oldest first: "kubeadm.k8s.io/v1beta3". */
export function apiVersionsOf(kind: PassThroughKind): readonly string[] {
  return Object.keys(apiVersions).filter((apiVersion) => apiVersion.startsWith(`${kinds[kind].group}/`));
}

/**
 * The minor by which a document is read: `kubernetesMinor`, or the nearest one whose documents are written in the
 * API version. Default: the newest known. undefined: this kind has no such API version, or it is not known here.
 */
export function minorOfDocument(
  kind: PassThroughKind,
  apiVersion: string,
  kubernetesMinor = newestKnownMinor,
): number | undefined {
  const range = apiVersionsOf(kind).includes(apiVersion) ? apiVersions[apiVersion] : undefined;
  return range && Math.min(Math.max(kubernetesMinor, range.first), range.last ?? Infinity);
}
