import { minorOf } from "../spec/clusterSpec.ts";

export type ConfigApiVersion = "v1beta2" | "v1beta3" | "v1beta4";

/**
 * The version of kubeadm.k8s.io that a release's configuration is written in: the newest that its kubeadm reads
 * without a flag. Source: kubernetes.io/docs/reference/config-api
 */
export function configApiVersion(kubernetesVersion: string): ConfigApiVersion {
  const minor = minorOf(kubernetesVersion);
  if (minor >= 31) {
    return "v1beta4";
  }
  return minor >= 22 ? "v1beta3" : "v1beta2";
}
