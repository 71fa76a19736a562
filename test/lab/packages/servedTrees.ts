import { resolve } from "node:path";
import type { LabKeys } from "../machine/keys.ts";
import type { Progress } from "../machine/progress.ts";
import { debianMirror } from "./debianMirror.ts";
import { defaultPackages, standInsOnly } from "./defaultPackages.ts";
import { packagesTree } from "./packagesTree.ts";

export interface ServedTreesOptions {
  /** A folder; undefined builds Kubernetes from Debian's source; null leaves it out, with images and manifests. */
  readonly packages?: string | null;
  readonly baseRoot: string;
  readonly keys: LabKeys;
  readonly progress: Progress;
}

/** Everything that the hub serves, made or found in the cache. A file of the caller's folder hides a stand-in's. */
export async function servedTrees({
  packages,
  baseRoot,
  keys,
  progress,
}: ServedTreesOptions): Promise<string[]> {
  const mirror = await debianMirror(baseRoot, keys, progress);
  if (packages === null) return [mirror];
  const folders =
    packages === undefined
      ? await defaultPackages(progress)
      : { kubernetes: resolve(packages), standIns: await standInsOnly(progress) };
  return [
    await packagesTree(folders.kubernetes, keys, progress),
    await packagesTree(folders.standIns, keys, progress),
    mirror,
  ];
}
