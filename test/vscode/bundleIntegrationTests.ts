/**
 * Bundles every test/integration suite (*.test.ts), one CommonJS file a suite, into out/integration, and the module that runs
 * them. Suites import `vscode`, which only the extension host can give.
 *
 *     node test/vscode/bundleIntegrationTests.ts
 */
import { globSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const checkout = path.join(import.meta.dirname, "../..");

/** The empty folder that is open while the suites run, made afresh so that they may write to it. */
const workspaceFolder = "out/integration/workspace";

/** Replaces out/integration. Returns the paths written, relative to the checkout. */
export async function bundleIntegrationTests(): Promise<readonly string[]> {
  const suites = globSync("test/integration/**/*.test.ts", { cwd: checkout });
  const suiteEntries = suites.map((suite) => [
    path.relative("test/integration", suite).replace(/\.ts$/, ""),
    suite,
  ]);
  await rm(path.join(checkout, "out/integration"), { recursive: true, force: true });
  await mkdir(path.join(checkout, workspaceFolder), { recursive: true });
  const result = await build({
    absWorkingDir: checkout,
    entryPoints: { index: "test/vscode/integrationIndex.ts", ...Object.fromEntries(suiteEntries) },
    outdir: "out/integration",
    outExtension: { ".js": ".cjs" }, // the project's .js files are ES modules
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node22",
    sourcemap: "inline",
    external: ["vscode", "mocha", "cpu-features", "*.node"],
    define: { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" },
    logLevel: "warning",
    metafile: true,
  });
  return Object.keys(result.metafile.outputs);
}

if (import.meta.main) console.log((await bundleIntegrationTests()).join("\n"));
