// Runs the suites that test/vscode/bundleIntegrationTests.ts left in out/integration.
import { defineConfig } from "@vscode/test-cli";

// Where VS Code cannot be downloaded, VSCODE_TEST_CODE names a stand-in for its executable: test/vscode/codeShim.ts.
const standIn = process.env["VSCODE_TEST_CODE"];

export default defineConfig({
  files: "out/integration/**/*.test.cjs",
  workspaceFolder: "out/integration/workspace",
  mocha: { ui: "bdd", timeout: 30_000 },
  ...(standIn === undefined ? { version: "stable" } : { useInstallation: { fromPath: standIn } }),
});
