/**
 * Bundles the extension and its language server.
 *
 *     node esbuild.mjs [--production] [--watch] [--outdir dist] [--metafile FILE]
 *
 * --metafile: writes what went into each output, in esbuild's form; the test of the bundle reads it.
 */
import { rm, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { context } from "esbuild";

const {
  values: { production, watch, outdir, metafile },
} = parseArgs({
  options: {
    production: { type: "boolean" },
    watch: { type: "boolean" },
    outdir: { type: "string", default: "dist" },
    metafile: { type: "string" },
  },
});

/**
 * Two processes, which share what is common: the extension, one small entry and chunks that are loaded when they are
 * first used (ssh2, the Kubernetes client, the YAML parser and the phases), and the language server. The banner gives
 * CommonJS packages inside the ES module what they expect.
 */
const bundles = {
  entryPoints: { extension: "src/extension.ts", languageServer: "src/language/main.ts" },
  outdir,
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  external: ["vscode", "cpu-features", "*.node"],
  minify: production === true,
  sourcemap: production !== true,
  metafile: true,
  logLevel: "info",
  banner: {
    js: [
      'import { createRequire as __createRequire } from "node:module";',
      "const require = __createRequire(import.meta.url);",
      "const __dirname = import.meta.dirname;",
      "const __filename = import.meta.filename;",
    ].join(" "),
  },
};

await rm(outdir, { recursive: true, force: true });
const build = await context(bundles);
if (watch) {
  await build.watch();
} else {
  const result = await build.rebuild();
  if (metafile !== undefined) {
    await writeFile(metafile, JSON.stringify(result.metafile));
  }
  await build.dispose();
}
