import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Layout of a tree that the hub serves:
 *  `files/<host>/<path>`                  a file at https://<host>/<path>
 *  `registry/tags/<host>/<repository>/<tag>`  digest of the manifest with that tag, such as `sha256:…`
 *  `registry/blobs/<hex>`                 a blob or manifest by its SHA-256 */
export const treeFolders = { files: "files", tags: "registry/tags", blobs: "registry/blobs" };

/** Registries that are one and the same under several names. */
const registryNames: Readonly<Record<string, string>> = {
  "docker.io": "docker.io",
  "index.docker.io": "docker.io",
  "registry-1.docker.io": "docker.io",
  "k8s.gcr.io": "registry.k8s.io", // frozen in 2023 and redirected since
  "registry.k8s.io": "registry.k8s.io",
};

/** The name under which a tree keeps the images of registry `host`. */
export function registryFolder(host: string): string {
  return registryNames[host] ?? host;
}

/** Hosts that the hub stands in for: those with files or images in a tree, under all their names. */
export function servedHosts(trees: readonly string[]): Set<string> {
  const hosts = new Set<string>();
  for (const tree of trees) {
    for (const folder of [treeFolders.files, treeFolders.tags]) {
      const path = join(tree, folder);
      if (existsSync(path)) for (const host of readdirSync(path)) hosts.add(host);
    }
  }
  for (const [name, folder] of Object.entries(registryNames)) if (hosts.has(folder)) hosts.add(name);
  return hosts;
}

/** The file that https://`host``path` names, or undefined. `path` is decoded and starts with a slash. */
export function findFile(trees: readonly string[], host: string, path: string): string | undefined {
  return firstFile(trees, treeFolders.files, host, path);
}

/** Digest of a tag, or undefined. */
export function findTag(
  trees: readonly string[],
  host: string,
  repository: string,
  tag: string,
): string | undefined {
  const file = firstFile(trees, treeFolders.tags, registryFolder(host), repository, tag);
  return file === undefined ? undefined : readFileSync(file, "utf8").trim();
}

/** The file of a blob or manifest by its digest, or undefined. */
export function findBlob(trees: readonly string[], digest: string): string | undefined {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  return hex === undefined ? undefined : firstFile(trees, treeFolders.blobs, hex);
}

function firstFile(trees: readonly string[], ...parts: readonly string[]): string | undefined {
  if (parts.some((part) => part.split("/").includes(".."))) return undefined;
  return trees
    .map((tree) => join(tree, ...parts))
    .find((file) => existsSync(file) && statSync(file).isFile());
}
