import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs a test with a directory of its own, which is removed afterwards. */
export function inDirectory(test: (dir: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const dir = await mkdtemp(join(tmpdir(), "kubeadm-files-"));
    try {
      await test(dir);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  };
}

/** Permission bits of a file, as four octal digits. */
export async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o7777).toString(8).padStart(4, "0");
}

/** Names in a directory, hidden ones included, sorted. */
export async function namesIn(dir: string): Promise<readonly string[]> {
  return (await readdir(dir)).toSorted();
}
