import assert from "node:assert/strict";
import { homedir } from "node:os";
import * as vscode from "vscode";

describe("the extension host of the integration tests", () => {
  const extension = vscode.extensions.getExtension("kubeadm.kubeadm");

  it("has the extension under test", () => {
    assert.ok(extension);
  });

  it("activates the extension without an error", async () => {
    await extension?.activate();
    assert.equal(extension?.isActive, true);
  });

  it("registers every command that the manifest contributes", async () => {
    const manifest = extension?.packageJSON as {
      contributes?: { commands?: readonly { command: string }[] };
    };
    const contributed = manifest.contributes?.commands ?? [];
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      contributed.map(({ command }) => command).filter((command) => !registered.has(command)),
      [],
    );
  });

  it("opens the workspace folder that the run was given", () => {
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
  });

  it("keeps the developer's own cluster and keys out of reach", () => {
    assert.equal(process.env["KUBECONFIG"], undefined);
    assert.equal(process.env["SSH_AUTH_SOCK"], undefined);
    assert.match(homedir(), /kubeadm-vscode-/);
  });
});
