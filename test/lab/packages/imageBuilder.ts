import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../machine/run.ts";
import type { ToolRoot } from "./toolRoot.ts";

/** One image of a single layer. */
export interface ImageRecipe {
  /** Full names with tags. */
  readonly names: readonly string[];
  /** Programs of the root with compilers, by their path there; their libraries come along. */
  readonly programs?: readonly string[];
  /** Paths of that root that are copied as they are, such as a folder of plugins. */
  readonly copies?: readonly string[];
  /** Executable files by their path in the image: where they lie on this machine. */
  readonly executables?: Readonly<Record<string, string>>;
  /** Text files by their path in the image. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Symbolic links by their path in the image. */
  readonly links?: Readonly<Record<string, string>>;
  readonly folders?: readonly string[];
  /** A shell and small tools. */
  readonly busybox?: boolean;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
}

/** Builds the image as a docker-archive tar. The same recipe over the same files gives the same bytes. */
export async function buildImage(tools: ToolRoot, recipe: ImageRecipe, tarFile: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "kubeadm-lab-build-"));
  const stage = join(await tools.ready(), "stage"); // inside the root, so that its own cp can follow its links
  try {
    await rm(stage, { recursive: true, force: true });
    await fillStage(tools, recipe, stage);
    const layer = join(work, "layer.tar");
    await packTar(stage, layer, ["."]);
    const diffId = createHash("sha256")
      .update(await readFile(layer))
      .digest("hex");
    const config = imageConfig(recipe, diffId, (await run(["dpkg", "--print-architecture"])).trim());
    const configFile = `${createHash("sha256").update(config).digest("hex")}.json`;
    await writeFile(join(work, configFile), config);
    const manifest = [{ Config: configFile, RepoTags: recipe.names, Layers: ["layer.tar"] }];
    await writeFile(join(work, "manifest.json"), JSON.stringify(manifest));
    await mkdir(dirname(tarFile), { recursive: true });
    await packTar(work, tarFile, ["manifest.json", configFile, "layer.tar"]);
  } finally {
    await rm(work, { recursive: true, force: true });
    await rm(stage, { recursive: true, force: true });
  }
}

function packTar(folder: string, tarFile: string, members: readonly string[]): Promise<string> {
  const stable = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  return run(["tar", "--create", ...stable, "--file", tarFile, "--directory", folder, ...members]);
}

function imageConfig(recipe: ImageRecipe, diffId: string, architecture: string): string {
  return JSON.stringify({
    architecture,
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config: {
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Entrypoint: recipe.entrypoint ?? null,
      Cmd: recipe.command ?? null,
      User: recipe.user ?? "",
      WorkingDir: "/",
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${diffId}`] },
  });
}

async function fillStage(tools: ToolRoot, recipe: ImageRecipe, stage: string): Promise<void> {
  const place = async (path: string): Promise<string> => {
    const file = join(stage, path);
    await mkdir(dirname(file), { recursive: true });
    return file;
  };
  for (const folder of ["tmp", ...(recipe.folders ?? [])])
    await mkdir(join(stage, folder), { recursive: true });
  await chmod(join(stage, "tmp"), 0o1777);
  if (recipe.busybox === true) await addBusybox(tools, stage);
  const programs = recipe.programs ?? [];
  const copies = recipe.copies ?? [];
  if (copies.length > 0) await tools.run(["cp", "--archive", "--parents", ...copies, "/stage"]);
  if (programs.length > 0) {
    const files = [...programs, ...(await libraries(tools, [...programs, ...copies]))];
    await tools.run(["cp", "--dereference", "--parents", ...files, "/stage"]);
  }
  for (const [path, source] of Object.entries(recipe.executables ?? {})) {
    await copyFile(source, await place(path));
    await chmod(join(stage, path), 0o755);
  }
  for (const [path, text] of Object.entries(recipe.texts ?? {})) await writeFile(await place(path), text);
  for (const [path, target] of Object.entries(recipe.links ?? {})) await symlink(target, await place(path));
}

async function addBusybox(tools: ToolRoot, stage: string): Promise<void> {
  await mkdir(join(stage, "bin"), { recursive: true });
  await mkdir(join(stage, "etc"), { recursive: true });
  await copyFile(join(await tools.ready(), "bin/busybox"), join(stage, "bin/busybox"));
  const applets = (await tools.run(["busybox", "--list"])).trim().split("\n");
  for (const applet of applets)
    if (applet !== "busybox") await symlink("busybox", join(stage, "bin", applet));
  await writeFile(
    join(stage, "etc/passwd"),
    "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n",
  );
  await writeFile(join(stage, "etc/group"), "root:x:0:\nnogroup:x:65534:\n");
  await writeFile(join(stage, "etc/nsswitch.conf"), "hosts: files dns\n");
}

/** Shared libraries (and the loader) of programs and of all files in folders, by their path in the root. */
async function libraries(tools: ToolRoot, paths: readonly string[]): Promise<string[]> {
  const root = await tools.ready();
  const files: string[] = [];
  for (const path of paths) {
    const below = await readdir(join(root, path)).catch(() => undefined);
    files.push(...(below === undefined ? [path] : below.map((name) => join(path, name))));
  }
  const listed = await tools.run(["sh", "-c", 'ldd "$@" 2>&1 || true', "sh", ...files]); // a static program is no error
  return [...new Set([...listed.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map((match) => match[1] ?? ""))];
}
