import { rm } from "node:fs/promises";
import { context } from "esbuild";

const production = process.argv.includes("--production");
const watch = process.argv.includes("--watch");

/**
 * The extension is one small entry and chunks that are loaded when they are first used: ssh2, the Kubernetes
 * client, the YAML parser and the phases. The banner gives CommonJS packages inside the ES module what they expect.
 */
const extension = {
  entryPoints: { extension: "src/extension.ts" },
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  external: ["vscode", "cpu-features", "*.node"],
  minify: production,
  sourcemap: !production,
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

await rm("dist", { recursive: true, force: true });
const build = await context(extension);
if (watch) {
  await build.watch();
} else {
  await build.rebuild();
  await build.dispose();
}
