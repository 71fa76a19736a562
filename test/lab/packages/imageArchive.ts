import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { registryFolder, treeFolders } from "../hub/servedTree.ts";
import { run } from "../machine/run.ts";
import { placeFile } from "./aptRepository.ts";

const dockerTypes = {
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  config: "application/vnd.docker.container.image.v1+json",
  layer: "application/vnd.docker.image.rootfs.diff.tar",
  gzipLayer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
};

/** An image's full name in its parts. */
export interface ImageName {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

/** Completes a name as container runtimes do: `nginx` is docker.io/library/nginx:latest. */
export function parseImageName(name: string): ImageName {
  const [, path = name, tag = "latest"] = /^(.*?)(?::([^:/]+))?$/.exec(name) ?? [];
  const slash = path.indexOf("/");
  const first = path.slice(0, Math.max(slash, 0));
  if (/[.:]/.test(first) || first === "localhost")
    return { registry: first, repository: path.slice(slash + 1), tag };
  return { registry: "docker.io", repository: slash < 0 ? `library/${path}` : path, tag };
}

/** Puts the images of a tar (docker-archive, or an OCI layout) into a tree that the hub serves. */
export async function importImageArchive(tar: string, tree: string): Promise<void> {
  const unpacked = await mkdtemp(join(tmpdir(), "kubeadm-lab-image-"));
  try {
    await run(["tar", "--extract", "--no-same-owner", "--file", tar, "--directory", unpacked]);
    // A new `docker save` writes both; only its manifest.json has full names for sure.
    if (existsSync(join(unpacked, "manifest.json"))) await importDockerArchive(unpacked, tree);
    else if (existsSync(join(unpacked, "index.json"))) await importOciLayout(unpacked, tree);
    else throw new Error(`${tar}: neither a docker-archive nor an OCI layout`);
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

interface DockerArchiveEntry {
  readonly Config: string;
  readonly RepoTags: readonly string[] | null;
  readonly Layers: readonly string[];
}

async function importDockerArchive(folder: string, tree: string): Promise<void> {
  const entries = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as DockerArchiveEntry[];
  for (const entry of entries) {
    const layers = [];
    for (const layer of entry.Layers) {
      const file = join(folder, layer);
      const mediaType = (await isGzip(file)) ? dockerTypes.gzipLayer : dockerTypes.layer;
      layers.push({ mediaType, ...(await addBlob(tree, await readFile(file))) });
    }
    const config = {
      mediaType: dockerTypes.config,
      ...(await addBlob(tree, await readFile(join(folder, entry.Config)))),
    };
    const manifest = { schemaVersion: 2, mediaType: dockerTypes.manifest, config, layers };
    const { digest } = await addBlob(tree, Buffer.from(JSON.stringify(manifest)));
    for (const name of entry.RepoTags ?? []) await addTag(tree, name, digest);
  }
}

interface OciIndex {
  readonly manifests: readonly {
    readonly digest: string;
    readonly annotations?: Readonly<Record<string, string>>;
  }[];
}

async function importOciLayout(folder: string, tree: string): Promise<void> {
  const blobs = join(folder, "blobs", "sha256");
  for (const hex of await readdir(blobs))
    await placeFile(join(blobs, hex), join(tree, treeFolders.blobs, hex));
  const index = JSON.parse(await readFile(join(folder, "index.json"), "utf8")) as OciIndex;
  for (const { digest, annotations = {} } of index.manifests) {
    // containerd writes the full name here; the standard annotation may hold the tag alone, which names nothing.
    const name = annotations["io.containerd.image.name"] ?? annotations["org.opencontainers.image.ref.name"];
    if (name?.includes("/")) await addTag(tree, name, digest);
  }
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

async function addBlob(
  tree: string,
  content: Buffer,
): Promise<{ readonly digest: string; readonly size: number }> {
  const hex = createHash("sha256").update(content).digest("hex");
  const file = join(tree, treeFolders.blobs, hex);
  await mkdir(dirname(file), { recursive: true });
  if (!existsSync(file)) await writeFile(file, content);
  return { digest: `sha256:${hex}`, size: content.byteLength };
}

async function addTag(tree: string, name: string, digest: string): Promise<void> {
  const { registry, repository, tag } = parseImageName(name);
  const file = join(tree, treeFolders.tags, registryFolder(registry), repository, tag);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${digest}\n`);
}
