import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { knownHostLine, parseKnownHosts, type KnownHost } from "./knownHosts.ts";

/** The entries of all files, in order; a file that does not exist has none. */
export async function readKnownHosts(files: readonly string[]): Promise<readonly KnownHost[]> {
  const texts = await Promise.all(files.map(async (file) => parseKnownHosts(await readOrEmpty(file), file)));
  return texts.flat();
}

/**
 * Appends the key of a host. Lines that are there stay as they are; a missing line end after the last one is
 * added first. A new file gets mode 0600, a new folder 0700.
 */
export async function recordHostKey(file: string, address: string, port: number, key: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const text = await readOrEmpty(file);
  const separator = text === "" || text.endsWith("\n") ? "" : "\n";
  await appendFile(file, `${separator}${knownHostLine(address, port, key)}\n`, { mode: 0o600 });
}

async function readOrEmpty(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return "";
    }
    throw error;
  }
}
