import { minorOf, type ClusterSpec } from "../spec/clusterSpec.ts";

/** The repository of one Kubernetes minor: pkgs.k8s.io, or the mirror that the spec names. */
export interface Repository {
  readonly url: string;
  readonly key: string;
}

const official = "https://pkgs.k8s.io/core:/stable:/{minor}";

/** Source: kubernetes.io, "pkgs.k8s.io: introducing Kubernetes community-owned package repositories". */
export function repositoryOf(spec: ClusterSpec, format: "apt" | "rpm"): Repository {
  const folder = format === "apt" ? "deb" : "rpm";
  const key = format === "apt" ? "Release.key" : "repodata/repomd.xml.key";
  const mirror = spec.packageSource[format] ?? { url: `${official}/${folder}/`, key: `${official}/${folder}/${key}` };
  const minor = `v1.${minorOf(spec.kubernetesVersion)}`;
  return {
    url: mirror.url.replaceAll("{minor}", minor),
    key: mirror.key.replaceAll("{minor}", minor),
  };
}

/**
 * Whether an entry of a repository file names a place that Kubernetes' packages came from before 2024-03, and that
 * answers no more. Google's host has other packages, too; comments do not count.
 */
export function isLegacy(entry: string): boolean {
  const settings = entry.replace(/^\s*#.*$/gm, "");
  return (
    settings.includes("apt.kubernetes.io") ||
    (settings.includes("packages.cloud.google.com") && settings.includes("kubernetes"))
  );
}
