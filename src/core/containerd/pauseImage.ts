import { minorOf } from "../spec/clusterSpec.ts";

/**
 * Version of the pause image that kubeadm of each minor names, newest last; a minor newer than the table has the
 * last one. Source: PauseVersion in kubernetes/kubernetes cmd/kubeadm/app/constants/constants.go of the minor's
 * releases, read back from what `kubeadm config images list` printed for each.
 */
const pauseVersions: readonly (readonly [sinceMinor: number, version: string])[] = [
  [18, "3.2"],
  [21, "3.4.1"],
  [22, "3.5"],
  [23, "3.6"],
  [24, "3.7"],
  [25, "3.8"],
  [26, "3.9"],
  [31, "3.10"],
  [34, "3.10.1"],
  [36, "3.10.2"],
];

/** First patch of each minor before 1.25 whose kubeadm names registry.k8s.io instead of k8s.gcr.io. */
const patchesWithNewRegistry: Readonly<Record<number, number>> = { 22: 17, 23: 15, 24: 9 };

/**
 * The pause image that kubeadm of a version wants as the runtime's sandbox image, such as
 * registry.k8s.io/pause:3.10.1, to be known before kubeadm is installed. `kubernetesVersion` is "1.36" or
 * "1.36.2"; a minor alone means its newest patch. Once kubeadm is there, `pauseImageFrom` is the truth.
 */
export function pauseImage(kubernetesVersion: string, imageRepository?: string): string {
  const minor = minorOf(kubernetesVersion);
  const known = pauseVersions.filter(([since]) => since <= minor).at(-1) ?? pauseVersions[0];
  return `${imageRepository ?? defaultRepository(kubernetesVersion)}/pause:${known?.[1]}`;
}

/** The pause line of what `kubeadm config images list` printed; undefined when there is none. */
export function pauseImageFrom(imagesList: string): string | undefined {
  const lines = imagesList.split("\n").map((line) => line.trim());
  return lines.find((line) => /^\S+\/pause(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/.test(line));
}

function defaultRepository(version: string): string {
  const minor = minorOf(version);
  const patch = Number(version.split(".")[2] ?? Infinity);
  const firstPatch = minor >= 25 ? 0 : (patchesWithNewRegistry[minor] ?? Infinity);
  return patch >= firstPatch && firstPatch !== Infinity ? "registry.k8s.io" : "k8s.gcr.io";
}
