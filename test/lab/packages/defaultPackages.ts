import { cp, readFile, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { machineSources } from "../machine/aptSources.ts";
import { cached } from "../machine/cache.ts";
import type { Progress } from "../machine/progress.ts";
import { buildImage } from "./imageBuilder.ts";
import type { ImageRecipe } from "./imageBuilder.ts";
import { controlPlaneImages, standInImages } from "./imageRecipes.ts";
import { kubernetesVersion, writeKubernetesDebs } from "./kubernetesDebs.ts";
import { ToolRoot, toolPackages } from "./toolRoot.ts";

const here = import.meta.dirname;
const standIns = join(here, "..", "standins");

/** Two folders in the form that `--packages` takes. */
export interface DefaultPackages {
  /** Kubernetes from Debian's source package. */
  readonly kubernetes: string;
  /** Pod network stand-ins and workload images, for any Kubernetes. */
  readonly standIns: string;
}

/** Makes what is not in the cache: minutes the first time, nothing later. */
export async function defaultPackages(progress: Progress): Promise<DefaultPackages> {
  const tools = new ToolRoot(progress);
  try {
    return {
      standIns: await standInPackages(tools, progress),
      kubernetes: await kubernetesPackages(tools, progress),
    };
  } finally {
    await tools.dispose();
  }
}

/** Only the stand-ins: with `--packages` Kubernetes itself comes from elsewhere. */
export async function standInsOnly(progress: Progress): Promise<string> {
  const tools = new ToolRoot(progress);
  try {
    return await standInPackages(tools, progress);
  } finally {
    await tools.dispose();
  }
}

async function kubernetesPackages(tools: ToolRoot, progress: Progress): Promise<string> {
  const programs = await kubernetesPrograms(tools, progress);
  const inputs = [
    programs,
    await readFile(join(here, "kubernetesDebs.ts"), "utf8"),
    await readFile(join(here, "imageRecipes.ts"), "utf8"),
    await readFile(join(here, "imageBuilder.ts"), "utf8"),
    await readFile(join(here, "toolRoot.ts"), "utf8"),
  ];
  return cached("packages", inputs, async (directory) => {
    const root = await tools.ready();
    await progress.step("Kubernetes packages and images", async () => {
      await writeKubernetesDebs(programs, root, join(directory, "debs"));
      const recipes = controlPlaneImages(programs, await libraryFolder(tools), kubernetesVersion);
      await buildImages(tools, recipes, join(directory, "images"));
    });
  });
}

/** Kubernetes' programs and the stand-ins that its images need, compiled. */
async function kubernetesPrograms(tools: ToolRoot, progress: Progress): Promise<string> {
  const script = join(here, "buildKubernetes.sh");
  const inputs = [
    kubernetesVersion,
    await readFile(script, "utf8"),
    ...(await sourceTexts(standIns, ["crictl", "dns", "kubeapi", "pause"])),
    ...toolPackages,
    ...(await machineSources()),
  ];
  return cached("programs", inputs, async (directory) => {
    const root = await tools.ready();
    await progress.step(`Kubernetes ${kubernetesVersion} from Debian's source`, async () => {
      await cp(standIns, join(root, "standins"), { recursive: true });
      await cp(script, join(root, "buildKubernetes.sh"));
      const env = [`VERSION=${kubernetesVersion}`, "OUT=/out", "CRICTL=/standins/crictl"];
      await tools.run(["env", ...env, "bash", "/buildKubernetes.sh"], { show: true });
      await tools.run(["gcc", "-Os", "-static", "-s", "-o", "/out/pause", "/standins/pause/pause.c"]);
      await compileStandIn(tools, "dns", "/out/dns");
      for (const program of await readdir(join(root, "out")))
        await rename(join(root, "out", program), join(directory, program));
    });
  });
}

async function standInPackages(tools: ToolRoot, progress: Progress): Promise<string> {
  const inputs = [
    await readFile(join(here, "imageRecipes.ts"), "utf8"),
    await readFile(join(here, "imageBuilder.ts"), "utf8"),
    ...(await sourceTexts(standIns, ["kubeapi", "manifests", "podnetwork"])),
    ...toolPackages,
    ...(await machineSources()),
  ];
  return cached("standins", inputs, async (directory) => {
    const root = await tools.ready();
    await progress.step("Stand-ins for pod networks", async () => {
      await cp(standIns, join(root, "standins"), { recursive: true });
      await compileStandIn(tools, "podnetwork", "/podnetwork");
      const recipes = standInImages(join(root, "podnetwork"), await libraryFolder(tools));
      await buildImages(tools, recipes, join(directory, "images"));
      await cp(join(standIns, "manifests"), join(directory, "manifests"), { recursive: true });
    });
  });
}

function compileStandIn(tools: ToolRoot, name: string, output: string): Promise<string> {
  const settings = ["CGO_ENABLED=0", "GOCACHE=/build/gocache-standins", "GOFLAGS="];
  const build = ["go", "build", "-ldflags", "-s -w", "-o", output, `./${name}`];
  return tools.run(["env", "--chdir=/standins", ...settings, ...build]);
}

async function buildImages(
  tools: ToolRoot,
  recipes: Readonly<Record<string, ImageRecipe>>,
  directory: string,
): Promise<void> {
  for (const [name, recipe] of Object.entries(recipes))
    await buildImage(tools, recipe, join(directory, `${name}.tar`));
}

/** Such as /usr/lib/x86_64-linux-gnu. */
async function libraryFolder(tools: ToolRoot): Promise<string> {
  return `/usr/lib/${(await tools.run(["gcc", "-print-multiarch"])).trim()}`;
}

/** Paths and contents of all files below some folders, in a fixed order. */
async function sourceTexts(root: string, folders: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  for (const folder of folders) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    for (const file of files.sort()) texts.push(file.slice(root.length), await readFile(file, "utf8"));
  }
  return texts;
}
