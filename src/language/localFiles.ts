import { statSync } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { IdentityFile } from "../core/spec/rules/rule.ts";
import type { LocalFiles } from "./environment.ts";

/** The files of this machine. */
export const localFiles: LocalFiles = { identityFile, privateKeys };

function identityFile(path: string): IdentityFile | undefined {
  try {
    const { mode } = statSync(path);
    // Windows has no such bits; there ssh looks at access lists, which are not told here.
    return { kind: "file", isPrivate: process.platform === "win32" || (mode & 0o077) === 0 };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? { kind: "missing" } : undefined;
  }
}

async function privateKeys(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
    const isKey = await Promise.all(names.map((name) => beginsLikePrivateKey(join(folder, name))));
    return names.filter((_, index) => isKey[index]).sort();
  } catch {
    return [];
  }
}

/** Reads no further than the first line: whose key it is stays in the file. */
async function beginsLikePrivateKey(path: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    const [line = ""] = buffer.toString("latin1", 0, bytesRead).split("\n");
    return /^(-----BEGIN ([A-Z0-9]+ )?PRIVATE KEY-----|PuTTY-User-Key-File-\d)/.test(line);
  } catch {
    return false;
  }
}
