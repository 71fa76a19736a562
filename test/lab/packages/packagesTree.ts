import { cp, mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { treeFolders } from "../hub/servedTree.ts";
import { cached } from "../machine/cache.ts";
import type { LabKeys } from "../machine/keys.ts";
import type { Progress } from "../machine/progress.ts";
import { run } from "../machine/run.ts";
import { placeFile, writeAptRepository } from "./aptRepository.ts";
import { kubernetesMinor, parseControl, upstreamVersion } from "./debControl.ts";
import { importImageArchive } from "./imageArchive.ts";

/** Makes the tree that the hub serves from a packages folder, cached by the folder's listing:
 *  `*.deb` anywhere become https://pkgs.k8s.io/core:/stable:/vX.Y/deb/, `*.tar` anywhere become registries,
 *  `manifests/<host>/<path>` become https://<host>/<path>. */
export async function packagesTree(directory: string, keys: LabKeys, progress: Progress): Promise<string> {
  const files = await listFiles(directory);
  const manifests = join(directory, "manifests");
  const inputs = [
    await readFile(import.meta.filename, "utf8"),
    await readFile(join(import.meta.dirname, "imageArchive.ts"), "utf8"),
    await readFile(keys.releaseKey, "utf8"),
    ...(await Promise.all(files.map(fingerprint))),
  ];
  return cached("served", inputs, (tree) =>
    progress.step(`Repositories and registries from ${directory}`, async () => {
      await mkdir(join(tree, treeFolders.files), { recursive: true });
      await writeRepositories(
        files.filter((file) => file.endsWith(".deb")),
        tree,
        keys,
      );
      const images = files.filter((file) => file.endsWith(".tar") && !file.startsWith(`${manifests}/`));
      for (const tar of images) await importImageArchive(tar, tree);
      if (files.some((file) => file.startsWith(`${manifests}/`))) {
        await cp(manifests, join(tree, treeFolders.files), { recursive: true });
      }
    }),
  );
}

/** The debs of one minor version, and the newest version among them. */
export interface MinorRepository {
  /** Such as `v1.28`. */
  readonly minor: string;
  /** Such as `1.28.15`. */
  readonly newest: string;
  readonly debs: readonly string[];
}

/** Sorts debs into repositories, oldest minor first. kubeadm, kubelet and kubectl decide which minors there are;
 *  other packages, such as cri-tools, have versions of their own and go into every one. */
export function groupByMinor(
  debs: readonly { readonly name: string; readonly version: string; readonly file: string }[],
): MinorRepository[] {
  const names = new Set(["kubeadm", "kubelet", "kubectl"]);
  const others = debs.filter(({ name }) => !names.has(name)).map(({ file }) => file);
  const minors = new Map<string, { files: string[]; versions: string[] }>();
  for (const { name, version, file } of debs) {
    const minor = names.has(name) ? kubernetesMinor(version) : undefined;
    if (minor === undefined) continue;
    const group = minors.get(minor) ?? { files: [], versions: [] };
    minors.set(minor, group);
    group.files.push(file);
    group.versions.push(upstreamVersion(version));
  }
  return [...minors]
    .map(([minor, { files, versions }]) => ({
      minor,
      newest: versions.sort(compareVersions).at(-1) ?? "",
      debs: [...files, ...others],
    }))
    .sort((a, b) => compareVersions(a.newest, b.newest));
}

/** Orders dotted versions by their numbers. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map((part) => Number.parseInt(part, 10)));
  for (let i = 0; i < 3; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

async function writeRepositories(files: readonly string[], tree: string, keys: LabKeys): Promise<void> {
  const debs = await Promise.all(
    files.map(async (file) => {
      const control = parseControl(await run(["dpkg-deb", "--field", file]));
      return { file, name: control.get("Package") ?? "", version: control.get("Version") ?? "" };
    }),
  );
  const architecture = (await run(["dpkg", "--print-architecture"])).trim();
  const repositories = groupByMinor(debs);
  for (const { minor, debs: repositoryDebs } of repositories) {
    const root = join(tree, treeFolders.files, "pkgs.k8s.io", "core:", "stable:", minor, "deb");
    const fields = {
      Origin: `obs://build.opensuse.org/isv:kubernetes:core:stable:${minor}/deb`,
      Label: `isv:kubernetes:core:stable:${minor}`,
      Architectures: architecture,
    };
    await writeAptRepository(
      root,
      architecture,
      repositoryDebs,
      { releaseFolder: "", indexFolder: "", fields },
      keys,
    );
    await placeFile(keys.releaseKey, join(root, "Release.key"));
  }
  await writeStableVersions(repositories, tree);
}

/** dl.k8s.io's answers to "which version is newest": no line end, as upstream. */
async function writeStableVersions(repositories: readonly MinorRepository[], tree: string): Promise<void> {
  const answers = new Map<string, string>();
  for (const { minor, newest } of repositories) {
    answers.set(`stable-${minor.slice(1)}.txt`, newest);
    answers.set(`stable-${minor.slice(1).split(".")[0]}.txt`, newest);
    answers.set("stable.txt", newest);
  }
  for (const [name, version] of answers) {
    for (const path of [name, join("release", name)]) {
      const file = join(tree, treeFolders.files, "dl.k8s.io", path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `v${version}`);
    }
  }
}

async function listFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  return files.sort();
}

/** Changes when a file is replaced; reading gigabytes at each start would not be worth the rest of certainty. */
async function fingerprint(file: string): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  return `${dirname(file)}/${basename(file)} ${size} ${mtimeMs}`;
}
