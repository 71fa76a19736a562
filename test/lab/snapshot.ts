import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { LabState } from "./labState.ts";
import { hostPaths } from "./machine/paths.ts";
import { run } from "./machine/run.ts";

/** Copies what every host keeps over a reboot from one lab-shaped folder to another, replacing what is there.
 *  The hosts must be off. Shares blocks where the file system can. */
export async function copySnapshot(state: LabState, fromRoot: string, toRoot: string): Promise<void> {
  for (const host of state.hosts) {
    const from = hostPaths(fromRoot, host.name);
    const to = hostPaths(toRoot, host.name);
    await mkdir(to.root, { recursive: true });
    for (const folder of ["upper", "data"] as const) {
      await rm(to[folder], { recursive: true, force: true });
      await run(["cp", "--archive", "--reflink=auto", from[folder], join(to.root, folder)]);
    }
  }
}
