import type { ClusterSpec } from "../spec/clusterSpec.ts";

/** Version of the pod network as its releases are tagged, with "v" in front. */
export function versionOf(spec: Pick<ClusterSpec, "podNetwork">, defaultVersion: string): string {
  const version = spec.podNetwork.version ?? defaultVersion;
  return version.startsWith("v") ? version : `v${version}`;
}
