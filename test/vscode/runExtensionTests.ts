#!/usr/bin/env node
/**
 * Runs a tests module inside VS Code's extension host, headless, and ends with its exit code.
 *
 *     node test/vscode/runExtensionTests.ts [--extension .] [--tests out/integration/index.cjs]
 *                     [--folder out/integration/workspace] [--grep <part of a test's name>] [--logs <directory>]
 */
import { appendFileSync } from "node:fs";
import { mkdir, open, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Page } from "playwright-core";
import { launchBrowser, openPage, workbenchUrl } from "./browser.ts";
import { startServer } from "./server.ts";
import { ensureVsCode } from "./setup.ts";

export interface ExtensionTestRun {
  /** Extensions under development: directories with a package.json. */
  readonly extensionPaths: readonly string[];
  /** A CommonJS module that exports `run(): Promise<void>`, or `run(path, callback)` of older runners. */
  readonly testsModule: string;
  /** The folder or .code-workspace file that is open meanwhile. */
  readonly folder?: string | undefined;
  /** Environment of the extension host; its HOME is an empty directory unless named here. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** How long the whole run may take. Default: three minutes. */
  readonly timeoutMs?: number;
  /** Where to leave the workbench's and the extension host's own logs, if anywhere. */
  readonly logsDirectory?: string | undefined;
  /** Takes what the tests print, as it comes. Default: standard output. */
  readonly onOutput?: (text: string) => void;
}

interface LogFile {
  readonly relativePath: string;
  readonly contents: string;
}

/** Resolves with 0 when the tests module's `run` resolved, else with VS Code's exit code.
 *  Throws when VS Code does not start, crashes, or is not done in time. */
export async function runExtensionTests(run: ExtensionTestRun): Promise<number> {
  const installation = await ensureVsCode();
  await using cleanup = new AsyncDisposableStack();
  const { environment = {}, settings = {} } = run;
  const server = await startServer(installation, { settings, environment, enableTestDriver: true });
  cleanup.defer(server.stop);
  const delegate = await writeDelegate(server.dataDirectory, path.resolve(run.testsModule));
  const onOutput = run.onOutput ?? ((text: string) => process.stdout.write(text));
  let lastOutput = "";
  const output = await followFile(delegate.outputFile, (text) => {
    lastOutput = (lastOutput + text).slice(-200);
    onOutput(text);
  });
  cleanup.defer(output.stop);
  const browser = await launchBrowser(installation.browser);
  cleanup.defer(() => browser.close());

  const { page } = await openPage(browser, server);
  const problems: string[] = [];
  const exit = waitForExit(page, run.timeoutMs ?? 180_000, problems);
  exit.catch(() => undefined); // it is awaited below, but may fail while the page is still loading
  await page.exposeFunction("codeAutomationLog", (type: string, args: readonly unknown[]) => {
    if (type === "error") problems.push(args.map(String).join(" "));
  });
  const url = workbenchUrl(server, {
    folder: run.folder === undefined ? undefined : path.resolve(run.folder),
    extensionDevelopmentPaths: run.extensionPaths.map((extension) => path.resolve(extension)),
    extensionTestsPath: delegate.module,
  });
  await page.goto(url, { waitUntil: "domcontentloaded" });
  const { code, logs } = await exit;
  if (run.logsDirectory !== undefined) await saveLogs(run.logsDirectory, logs);
  await output.stop();
  const hasSummary = /\d+ passed, \d+ failed\s*$/.test(lastOutput);
  if (code !== 0 && !hasSummary) console.error(`The workbench said:\n${problems.join("\n")}`);
  return code;
}

interface Exit {
  readonly code: number;
  readonly logs: readonly LogFile[];
}

/** The workbench calls `codeAutomationExit`, if there is one, where the desktop would exit. */
async function waitForExit(page: Page, timeoutMs: number, problems: readonly string[]): Promise<Exit> {
  let timer: NodeJS.Timeout | undefined;
  const exit = new Promise<Exit>((resolve, reject) => {
    timer = setTimeout(() => {
      const seconds = String(timeoutMs / 1000);
      reject(
        new Error(`The tests were not done after ${seconds} s. The workbench said:\n${problems.join("\n")}`),
      );
    }, timeoutMs);
    page.once("crash", () => {
      reject(new Error("The workbench page crashed."));
    });
    const onExit = (code: number, logs: readonly LogFile[] = []): void => {
      resolve({ code, logs });
    };
    page.exposeFunction("codeAutomationExit", onExit).catch(reject);
  });
  return exit.finally(() => {
    clearTimeout(timer);
  });
}

/** Writes the module that VS Code loads: it sends what the tests print to a file, then runs the real tests module.
 *  (The extension host's console cannot be patched by assignment, so the whole object is replaced.) */
async function writeDelegate(
  directory: string,
  testsModule: string,
): Promise<{ module: string; outputFile: string }> {
  const outputFile = path.join(directory, "test-output.txt");
  appendFileSync(outputFile, "");
  const module = path.join(directory, "delegate.cjs");
  const source = `
const { appendFileSync } = require("node:fs");
const { format } = require("node:util");
const hostConsole = globalThis.console;
const testConsole = Object.create(hostConsole);
for (const level of ["log", "info", "warn", "error"]) {
  const value = (...args) => appendFileSync(${JSON.stringify(outputFile)}, format(...args) + "\\n");
  Object.defineProperty(testConsole, level, { value });
}

exports.run = async () => {
  globalThis.console = testConsole;
  try {
    const tests = require(${JSON.stringify(testsModule)});
    if (tests.run.length === 0) return await tests.run();
    await new Promise((resolve, reject) =>
      tests.run(${JSON.stringify(testsModule)}, (error, failures) =>
        error || failures > 0 ? reject(error ?? new Error(failures + " failed")) : resolve()));
  } finally {
    globalThis.console = hostConsole;
  }
};
`;
  await writeFile(module, source);
  return { module, outputFile };
}

interface Follower {
  /** Passes on the rest and ends. */
  readonly stop: () => Promise<void>;
}

/** Passes on what another process appends to a file. */
async function followFile(file: string, onText: (text: string) => void): Promise<Follower> {
  const handle = await open(file, "r");
  const decoder = new TextDecoder();
  const stopping = new AbortController();
  let length = 0;
  const passOn = async (): Promise<void> => {
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(65_536), position: length });
    if (bytesRead === 0) return;
    length += bytesRead;
    onText(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }));
    await passOn();
  };
  const following = (async () => {
    while (!stopping.signal.aborted) {
      await passOn();
      await delay(100, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    await passOn();
    await handle.close();
  })();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await following;
  };
  return { stop };
}

async function saveLogs(directory: string, logs: readonly LogFile[]): Promise<void> {
  for (const { relativePath, contents } of logs) {
    const file = path.join(directory, relativePath);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, contents);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      extension: { type: "string", default: "." },
      tests: { type: "string", default: "out/integration/index.cjs" },
      folder: { type: "string", default: "out/integration/workspace" },
      grep: { type: "string" },
      logs: { type: "string" },
    },
  });
  process.exitCode = await runExtensionTests({
    extensionPaths: [values.extension],
    testsModule: values.tests,
    folder: values.folder,
    environment: values.grep === undefined ? {} : { KUBEADM_TEST_GREP: values.grep },
    logsDirectory: values.logs,
  });
}
