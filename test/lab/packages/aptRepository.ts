import { createHash } from "node:crypto";
import { copyFile, link, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { stopAgent } from "../machine/keys.ts";
import type { LabKeys } from "../machine/keys.ts";
import { run } from "../machine/run.ts";
import { parseControl, renderControl } from "./debControl.ts";
import type { ControlFields } from "./debControl.ts";

/** A .deb and where it lies below its repository. */
export interface RepositoryPackage {
  readonly control: ControlFields;
  /** Relative to the repository's root. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** The text of a `Packages` index: wiki.debian.org/DebianRepository/Format#A.22Packages.22_Indices */
export function renderPackages(packages: readonly RepositoryPackage[]): string {
  return packages
    .map(({ control, file, size, sha256 }) =>
      renderControl(new Map([...control, ["Filename", file], ["Size", String(size)], ["SHA256", sha256]])),
    )
    .join("\n");
}

/** The text of a `Release` file over `indexes`: their paths beside it and contents. */
export function renderRelease(
  fields: Readonly<Record<string, string>>,
  indexes: ReadonlyMap<string, Uint8Array>,
): string {
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`);
  const sums = [...indexes].map(([path, content]) => ` ${sha256(content)} ${content.byteLength} ${path}\n`);
  return `${head.join("")}SHA256:\n${sums.join("")}`;
}

/** Where a repository's indexes lie, relative to its root. */
export interface RepositoryLayout {
  /** Folder of Release and InRelease: "" for a flat repository, else such as `dists/bookworm`. */
  readonly releaseFolder: string;
  /** Folder of Packages below that: "" or such as `main/binary-amd64`. */
  readonly indexFolder: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Makes a signed repository of `debs` (paths on this machine) at `root`; the files go to `root/poolFolder`. */
export async function writeAptRepository(
  root: string,
  poolFolder: string,
  debs: readonly string[],
  layout: RepositoryLayout,
  keys: LabKeys,
): Promise<void> {
  const packages: RepositoryPackage[] = [];
  for (const deb of [...debs].sort()) packages.push(await addPackage(root, poolFolder, deb));
  const index = Buffer.from(renderPackages(packages));
  const indexes = new Map<string, Uint8Array>([
    [join(layout.indexFolder, "Packages"), index],
    [join(layout.indexFolder, "Packages.gz"), gzipSync(index)],
  ]);
  const releaseFolder = join(root, layout.releaseFolder);
  for (const [path, content] of indexes) await writeInto(join(releaseFolder, path), content);
  const release = renderRelease({ ...layout.fields, Date: new Date().toUTCString() }, indexes);
  const releaseFile = join(releaseFolder, "Release");
  await writeInto(releaseFile, Buffer.from(release));
  const gpg = ["gpg", "--homedir", keys.gnupgHome, "--batch", "--yes", "--digest-algo", "SHA512"];
  await run([...gpg, "--clearsign", "--output", join(releaseFolder, "InRelease"), releaseFile]);
  await run([
    ...gpg,
    "--armor",
    "--detach-sign",
    "--output",
    join(releaseFolder, "Release.gpg"),
    releaseFile,
  ]);
  await stopAgent(keys.gnupgHome);
}

async function addPackage(root: string, poolFolder: string, deb: string): Promise<RepositoryPackage> {
  const control = parseControl(await run(["dpkg-deb", "--field", deb]));
  const file = join(root, poolFolder, basename(deb));
  await placeFile(deb, file);
  const content = await readFile(file);
  return { control, file: relative(root, file), size: (await stat(file)).size, sha256: sha256(content) };
}

/** Puts a file at another path without a copy where the file system allows it. */
export async function placeFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await link(from, to).catch(() => copyFile(from, to));
}

async function writeInto(file: string, content: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
