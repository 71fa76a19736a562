import { readFile, rename, writeFile } from "node:fs/promises";
import type { LabPaths } from "./machine/paths.ts";

export type HostRole = "control-plane" | "worker";

export interface LabHostState {
  /** Such as `cp-1` or `worker-2`. */
  readonly name: string;
  readonly role: HostRole;
  /** IPv4 address, reachable from this machine. */
  readonly address: string;
}

/** What the processes of one lab share; written once by `up`. */
export interface LabState {
  readonly name: string;
  /** N of the lab's 10.89.N.0/24. */
  readonly subnetNumber: number;
  /** Debian root below all hosts' own changes. */
  readonly baseRoot: string;
  /** Trees that the hub serves; where two have a file, the first wins. */
  readonly servedTrees: readonly string[];
  readonly hosts: readonly LabHostState[];
}

/** There is no lab of the asked name. */
export class NoSuchLab extends Error {
  override readonly name = "NoSuchLab";
}

/** Rejects with NoSuchLab when none of that name was started, or it was removed. */
export async function readLabState(paths: LabPaths): Promise<LabState> {
  try {
    return JSON.parse(await readFile(paths.state, "utf8")) as LabState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new NoSuchLab(`There is no lab at ${paths.root}. Start one: npm run lab -- up`, { cause: error });
  }
}

export async function writeLabState(paths: LabPaths, state: LabState): Promise<void> {
  const unfinished = `${paths.state}.new`;
  await writeFile(unfinished, JSON.stringify(state, undefined, 2) + "\n");
  await rename(unfinished, paths.state);
}
