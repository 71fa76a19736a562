import type { LabKeys } from "../machine/keys.ts";
import type { Progress } from "../machine/progress.ts";

export interface ServedTreesOptions {
  readonly packages?: string | null;
  readonly baseRoot: string;
  readonly keys: LabKeys;
  readonly progress: Progress;
}
export async function servedTrees(_options: ServedTreesOptions): Promise<string[]> {
  return [];
}
