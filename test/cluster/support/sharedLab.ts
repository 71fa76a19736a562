import { ClusterLab } from "./clusterLab.ts";

let shared: Promise<ClusterLab> | undefined;

/** The lab of one control plane and two workers that the suites of this folder use one after another. */
export function useSharedLab(): Promise<ClusterLab> {
  shared ??= ClusterLab.start();
  return shared;
}

// A root hook of mocha: after the last suite of all.
after(async function () {
  this.timeout(120_000);
  await (await shared)?.stop();
});
