import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as vscode from "vscode";
import { commands } from "../../src/contributions.ts";

/** Texts by which packages are known in a bundle. */
const marks = {
  "@kubernetes/client-node": "KUBERNETES_SERVICE_HOST",
  "smol-toml": "Invalid TOML document",
  ssh2: "ssh-connection",
  yaml: "YAMLParseError",
  zod: "invalid_union",
};

/** Runs first (suites run by name): what is loaded can be seen only once. */
describe("activation", () => {
  const extension = vscode.extensions.getExtension("kubeadm.kubeadm");
  const loaded: string[] = [];
  let hooks: { deregister(): void } | undefined;

  before(() => {
    // VS Code's own extensions have a dist folder, too, and load when they like.
    const dist = pathToFileURL(`${extension?.extensionPath ?? ""}/dist/`).href;
    hooks = registerHooks({
      load: (url, context, next) => {
        if (url.startsWith(dist)) {
          loaded.push(url);
        }
        return next(url, context);
      },
    });
  });

  after(async () => {
    hooks?.deregister();
    const uri = vscode.window.activeTextEditor?.document.uri;
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    if (uri !== undefined) {
      await vscode.workspace.fs.delete(uri);
    }
  });

  /** The packages in files, by texts of theirs that a bundle keeps, minified or not. */
  function packagesIn(urls: readonly string[]): readonly string[] {
    const texts = urls.map((url) => readFileSync(fileURLToPath(url), "utf8"));
    return Object.entries(marks).flatMap(([name, mark]) =>
      texts.some((text) => text.includes(mark)) ? [name] : [],
    );
  }

  it("could load every package", () => {
    const dist = pathToFileURL(`${extension?.extensionPath ?? ""}/dist/`);
    const urls = readdirSync(dist, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".js"))
      .map((name) => new URL(name, dist).href);
    assert.deepEqual(packagesIn(urls), Object.keys(marks));
  });

  it("waits for its first use", () => {
    assert.equal(extension?.isActive, false);
    assert.deepEqual(loaded, []);
  });

  it("loads no package, and no part of the core that needs one", async () => {
    await extension?.activate();
    assert.ok(loaded.some((url) => url.endsWith("/dist/extension.js")));
    assert.deepEqual(packagesIn(loaded), []);
  });

  it("registers every command of the extension", async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.values(commands).filter((command) => !registered.has(command)),
      [],
    );
  });

  it("loads the YAML parser, and not SSH, with the first spec", async () => {
    await vscode.commands.executeCommand(commands.newSpec);
    const packages = packagesIn(loaded);
    assert.ok(packages.includes("yaml"), packages.join(", "));
    assert.ok(!packages.includes("ssh2"));
    assert.ok(!packages.includes("@kubernetes/client-node"));
  });
});
