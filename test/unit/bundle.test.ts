import assert from "node:assert/strict";
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

/** The part of esbuild's metafile that is looked at here. */
interface Metafile {
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly bytes: number;
        readonly entryPoint?: string;
        readonly imports: readonly {
          readonly path: string;
          readonly kind: string;
          readonly external?: boolean;
        }[];
        readonly inputs: Readonly<Record<string, unknown>>;
      }
    >
  >;
}

const root = path.join(import.meta.dirname, "../..");
const KB = 1000;

describe("the bundle", function () {
  this.timeout(60_000);
  let folder: string;
  let outputs: Metafile["outputs"];
  let loadedAtStart: readonly string[];

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "kubeadm-bundle-"));
    const metafile = path.join(folder, "meta.json");
    const args = [
      "esbuild.mjs",
      "--production",
      "--outdir",
      path.join(folder, "dist"),
      "--metafile",
      metafile,
    ];
    execFileSync(process.execPath, args, { cwd: root, stdio: "pipe" });
    outputs = (JSON.parse(readFileSync(metafile, "utf8")) as Metafile).outputs;
    loadedAtStart = staticallyLoaded(outputs, "src/extension.ts");
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("loads less than 300 KB when the extension is activated", () => {
    const bytes = loadedAtStart.reduce((sum, output) => sum + (outputs[output]?.bytes ?? 0), 0);
    assert.ok(bytes > KB, "nothing was measured");
    assert.ok(bytes < 300 * KB, `${Math.round(bytes / KB)} KB`);
  });

  it("carries the big packages, and none of them is loaded before it is used", () => {
    const big = ["ssh2", "@kubernetes/client-node", "yaml", "zod", "smol-toml"];
    const packagesOf = (names: readonly string[]): ReadonlySet<string> =>
      new Set(names.flatMap((name) => Object.keys(outputs[name]?.inputs ?? {}).flatMap(packageOf)));
    const shipped = packagesOf(Object.keys(outputs));
    const atStart = packagesOf(loadedAtStart);
    assert.deepEqual(
      big.filter((name) => !shipped.has(name)),
      [],
    );
    assert.deepEqual([...atStart], []);
  });

  it("holds a language server that starts by itself, without VS Code, and ends when it is told to", async () => {
    const loaded = staticallyLoaded(outputs, "src/language/main.ts");
    const imports = loaded.flatMap((output) => outputs[output]?.imports ?? []);
    assert.deepEqual(
      imports.filter(({ path: name }) => name === "vscode"),
      [],
    );
    // The chunks are ES modules by the extension's manifest.
    writeFileSync(path.join(folder, "package.json"), '{"type":"module"}');
    const server = fork(path.join(folder, "dist/languageServer.js"), ["--node-ipc"], { silent: true });
    const errors: string[] = [];
    server.stderr?.on("data", (data: Buffer) => errors.push(data.toString()));
    const exit = once(server, "exit");
    const message = {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { processId: null, capabilities: {} },
    };
    server.send(message);
    const [answer] = (await once(server, "message")) as [
      { readonly result?: { readonly capabilities: object } },
    ];
    assert.ok(answer.result?.capabilities, JSON.stringify(answer));
    server.send({ jsonrpc: "2.0", id: 2, method: "shutdown" });
    await once(server, "message");
    server.send({ jsonrpc: "2.0", method: "exit" });
    assert.deepEqual(await exit, [0, null], errors.join(""));
  });

  it("needs nothing at run time but Node's own modules, vscode and optional natives", () => {
    const external = new Set(
      Object.values(outputs).flatMap(({ imports }) =>
        imports.filter((imported) => imported.external === true).map((imported) => imported.path),
      ),
    );
    // ws and ssh2 use the natives where they are installed, which they are not, and do without.
    const optional = [
      "./crypto/build/Release/sshcrypto.node",
      "bufferutil",
      "cpu-features",
      "utf-8-validate",
    ];
    assert.deepEqual([...external].filter((name) => !isBuiltin(name)).sort(), [...optional, "vscode"]);
  });
});

/** The output of the entry point and every output that it imports without being asked. */
function staticallyLoaded(outputs: Metafile["outputs"], entryPoint: string): readonly string[] {
  const [entry] = Object.entries(outputs).find(([, output]) => output.entryPoint === entryPoint) ?? [];
  assert.ok(entry, `no output for ${entryPoint}`);
  const found = new Set<string>();
  const waiting = [entry];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (!found.has(name)) {
      found.add(name);
      const imports = outputs[name]?.imports ?? [];
      waiting.push(
        ...imports.flatMap((imported) =>
          imported.external !== true && imported.kind !== "dynamic-import" ? [imported.path] : [],
        ),
      );
    }
  }
  return [...found];
}

/** The package that a file of node_modules is of; [] for our own files. */
function packageOf(file: string): readonly string[] {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
  return name === undefined ? [] : [name];
}
