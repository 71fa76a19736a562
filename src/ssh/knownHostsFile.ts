import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../core/errors.ts";
import { parseKnownHosts, type KnownHost } from "./knownHosts.ts";

/** What several known_hosts files say together. */
export interface KnownHosts {
  /** Of all files, in their order. */
  readonly entries: readonly KnownHost[];
  /** Files that exist and cannot be read, with the system's words why; ssh passes over them, too. */
  readonly unread: readonly { readonly file: string; readonly why: string }[];
}

/** Reads the files; one that does not exist has no entries. Never throws. */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHosts> {
  const read = await Promise.all(files.map(readOne));
  return {
    entries: read.flatMap(({ entries }) => entries),
    unread: read.flatMap(({ unread }) => unread),
  };
}

/**
 * Appends a line to the file by one write, so that nothing is lost when others append at the same time; lines that
 * are there stay as they are, and a line end that the last of them lacks is added first. A new file gets mode 0600,
 * a new folder 0700. Throws the system's error.
 */
export async function recordHostKey(file: string, line: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, "a+", 0o600);
  try {
    const { size } = await handle.stat();
    const last = size === 0 ? undefined : (await handle.read({ position: size - 1, length: 1 })).buffer;
    const text = Buffer.from(`${last === undefined || last[0] === 0x0a ? "" : "\n"}${line}\n`);
    const { bytesWritten } = await handle.write(text);
    if (bytesWritten < text.length) {
      throw new Error("only a part of the line could be written");
    }
  } finally {
    await handle.close();
  }
}

async function readOne(file: string): Promise<KnownHosts> {
  try {
    return { entries: parseKnownHosts(await readFile(file, "utf8"), file), unread: [] };
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return { entries: [], unread: isMissing ? [] : [{ file, why: messageOf(error) }] };
  }
}
