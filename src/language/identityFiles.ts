import { dirname, isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { SpecSurroundings } from "../core/spec/rules/rule.ts";
import type { LocalFiles } from "./environment.ts";

/**
 * Looks for the private keys that a spec names, by the rules that connecting goes by: ~ is the home folder, and what
 * is not absolute is meant from the spec's folder.
 */
export function identityFileOf(
  uri: string,
  home: string,
  files: LocalFiles,
): NonNullable<SpecSurroundings["identityFile"]> {
  const folder = folderOf(uri);
  return (written) => {
    const path = written.replace(/^~(?=$|[\\/])/, () => home);
    if (isAbsolute(path)) {
      return files.identityFile(path);
    }
    return folder === undefined ? undefined : files.identityFile(resolve(folder, path));
  };
}

/** The folder of a document on this machine; undefined for one that is not saved, or lies elsewhere. */
export function folderOf(uri: string): string | undefined {
  try {
    return uri.startsWith("file:") ? dirname(fileURLToPath(uri)) : undefined;
  } catch {
    return undefined;
  }
}
