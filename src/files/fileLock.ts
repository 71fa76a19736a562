import { lstat, mkdir, open, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { KubeadmError } from "../core/errors.ts";
import { errorCode } from "./atomicWrite.ts";

export interface LockOptions {
  /** How long another's lock is waited for, milliseconds. */
  readonly waitMs?: number;
  /** Passes time between two tries. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

const defaultWaitMs = 5000;
const betweenTriesMs = 100;

/**
 * Runs `action` while no kubectl and nobody else who keeps kubectl's convention changes the files: kubectl makes
 * PATH.lock exclusively, and gives up when it is there (lockFile in client-go's tools/clientcmd/loader.go). A
 * lock of someone else is waited for and never taken away: throws file-locked, saying whose it seems to be.
 * Directories are made (0700), as a lock needs one.
 */
export async function withFileLock<T>(
  paths: readonly string[],
  action: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  // As kubectl does, so that two of us do not wait for each other.
  const sorted = [...new Set(paths)].toSorted();
  const locks: Lock[] = [];
  try {
    for (const path of sorted) {
      locks.push(await lock(path, options));
    }
    return await action();
  } finally {
    for (const held of locks.toReversed()) {
      await unlock(held);
    }
  }
}

interface Lock {
  readonly path: string;
  readonly inode: number;
}

async function lock(path: string, options: LockOptions): Promise<Lock> {
  const lockPath = `${path}.lock`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const tries = Math.ceil((options.waitMs ?? defaultWaitMs) / betweenTriesMs);
  for (let tried = 0; ; tried++) {
    const held = await tryLock(lockPath);
    if (held !== undefined) {
      return held;
    }
    if (tried >= tries) {
      throw await lockedError(path, lockPath);
    }
    await (options.pause ?? pause)(betweenTriesMs);
  }
}

async function tryLock(lockPath: string): Promise<Lock | undefined> {
  try {
    const file = await open(lockPath, "wx", 0o600);
    try {
      await file.writeFile(JSON.stringify(ourselves()));
      return { path: lockPath, inode: (await file.stat()).ino };
    } catch (error) {
      await rm(lockPath, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === "EEXIST") {
      return undefined;
    }
    throw error;
  }
}

/** Removes our lock, unless a person removed it and another program has made its own since. */
async function unlock(held: Lock): Promise<void> {
  const found = await lstat(held.path).catch(() => undefined);
  if (found?.ino === held.inode) {
    await rm(held.path, { force: true });
  }
}

/** What we write into our locks. kubectl's are empty. */
interface Holder {
  readonly program: string;
  readonly pid: number;
  readonly machine: string;
}

function ourselves(): Holder {
  return { program: "Kubeadm for VS Code", pid: process.pid, machine: hostname() };
}

async function lockedError(path: string, lockPath: string): Promise<KubeadmError> {
  const since = await lstat(lockPath).then(
    (found) => found.mtime.toISOString(),
    () => undefined,
  );
  const holder = await readHolder(lockPath);
  const who = holder === undefined ? "another program, such as kubectl" : describe(holder);
  return new KubeadmError({
    code: "file-locked",
    message: `${path} is locked by ${who}${since === undefined ? "" : `, since ${since}`}.`,
    next: `Wait until it has finished and try again. If nothing is using the file, remove ${lockPath}.`,
  });
}

function describe(holder: Holder): string {
  const process = `${holder.program} (process ${holder.pid} on ${holder.machine})`;
  return isGone(holder) ? `${process}, which is no longer running` : process;
}

function isGone(holder: Holder): boolean {
  if (holder.machine !== hostname()) {
    return false;
  }
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === "ESRCH";
  }
}

async function readHolder(lockPath: string): Promise<Holder | undefined> {
  try {
    const holder: unknown = JSON.parse(await readFile(lockPath, "utf8"));
    return isHolder(holder) ? holder : undefined;
  } catch {
    // Not ours: empty, unreadable, or just gone.
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  return (
    typeof value === "object" &&
    value !== null &&
    "program" in value &&
    typeof value.program === "string" &&
    "pid" in value &&
    typeof value.pid === "number" &&
    "machine" in value &&
    typeof value.machine === "string"
  );
}
