import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { access, chmod, chown, lstat, open, readFile, readlink, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** Symbolic links are followed this often, as Linux does. */
const mostLinks = 40;

/** Mode of a file that is new and of which nothing else is said. */
const newFileMode = 0o600;

export interface WriteOptions {
  /** Permission bits, whatever the umask; those of the existing file when not given, 0600 for a new one. */
  readonly mode?: number;
  /**
   * What the file must still hold (undefined: that there is none) right before it is replaced, such as what was
   * read from it before; when it does not, nothing is written.
   */
  readonly onlyIf?: { readonly content: Buffer | undefined };
}

/**
 * Writes the whole file or nothing: a temporary file beside it is written, synced to disk and moved to its place.
 * Follows symbolic links. False when `onlyIf` did not hold. Throws the file system's error, and then leaves
 * neither the temporary file nor a changed one; a file that may not be written is refused, although its
 * directory would allow to replace it.
 */
export async function atomicWrite(
  path: string,
  content: string | Buffer,
  options: WriteOptions = {},
): Promise<boolean> {
  const target = await linkTarget(path);
  const existing = await statOrUndefined(target);
  if (existing !== undefined) {
    await access(target, constants.W_OK);
  }
  const mode = options.mode ?? (existing === undefined ? newFileMode : existing.mode & 0o7777);
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await writeSynced(temporary, content);
    await chmod(temporary, mode);
    if (existing !== undefined) {
      await keepOwner(temporary, existing);
    }
    if (options.onlyIf !== undefined && !(await holds(target, options.onlyIf.content))) {
      return false;
    }
    await rename(temporary, target);
  } finally {
    // Already gone when it was moved.
    await rm(temporary, { force: true });
  }
  await syncDirectory(dirname(target));
  return true;
}

/** Writes a new file and waits until it is on disk. Throws EEXIST when there is one. */
export async function writeSynced(path: string, content: string | Buffer): Promise<void> {
  const file = await open(path, "wx", newFileMode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The bytes of a file, undefined when there is none. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

/** Such as ENOENT; undefined when it is no error of the system. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Where a path leads through symbolic links, also when there is no file at their end. */
export async function linkTarget(path: string): Promise<string> {
  let target = resolve(path);
  for (let followed = 0; followed < mostLinks; followed++) {
    const isLink = await lstat(target).then(
      (found) => found.isSymbolicLink(),
      () => false,
    );
    if (!isLink) {
      return target;
    }
    target = resolve(dirname(target), await readlink(target));
  }
  throw Object.assign(new Error(`ELOOP: too many symbolic links, open '${path}'`), { code: "ELOOP" });
}

async function statOrUndefined(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

async function holds(path: string, expected: Buffer | undefined): Promise<boolean> {
  const content = await readIfThere(path);
  return content === undefined || expected === undefined ? content === expected : content.equals(expected);
}

/** A file that root replaces stays its owner's. Others cannot give files away, and need not. */
async function keepOwner(path: string, { uid, gid }: Stats): Promise<void> {
  if (process.getuid?.() === 0) {
    await chown(path, uid, gid);
  }
}

/** Without it the move may be lost when the machine loses power. Not every system can do it. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  } catch {
    // The file is complete in either case.
  }
}
