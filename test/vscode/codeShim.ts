#!/usr/bin/env node
/**
 * Stands in for the desktop's `code` executable, so that `vscode-test` runs the same suites where VS Code cannot be
 * downloaded. It understands what the test runner passes and ignores what only a desktop window needs:
 *
 *     VSCODE_TEST_CODE=$PWD/test/vscode/codeShim.ts npx vscode-test
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { runExtensionTests } from "./runExtensionTests.ts";

const { values, positionals } = parseArgs({
  strict: false, // Electron's own switches pass through here too
  allowPositionals: true,
  options: {
    extensionTestsPath: { type: "string" },
    extensionDevelopmentPath: { type: "string", multiple: true },
    "install-extension": { type: "string" },
    "user-data-dir": { type: "string" },
    "extensions-dir": { type: "string" },
  },
});
const { extensionTestsPath, extensionDevelopmentPath } = values;
if (typeof extensionTestsPath !== "string" || values["install-extension"] !== undefined) {
  throw new Error(
    "This stand-in for `code` only runs tests: it needs --extensionTestsPath and installs nothing.",
  );
}
// vscode-test tells its runner what to load in variables of this prefix.
const environment = Object.entries(process.env).filter(([name]) => name.startsWith("VSCODE_TEST_"));
process.exitCode = await runExtensionTests({
  extensionPaths: (extensionDevelopmentPath ?? []).map(String),
  testsModule: extensionTestsPath,
  folder: positionals.find((argument) => existsSync(argument)),
  environment: Object.fromEntries(environment.map(([name, value]) => [name, value ?? ""])),
});
