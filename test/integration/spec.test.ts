import assert from "node:assert/strict";
import * as vscode from "vscode";
import { commands } from "../../src/contributions.ts";

const folder = (): vscode.Uri => {
  const uri = vscode.workspace.workspaceFolders?.[0]?.uri;
  assert.ok(uri);
  return uri;
};
const file = (name: string): vscode.Uri => vscode.Uri.joinPath(folder(), name);
const read = async (name: string): Promise<string> =>
  new TextDecoder().decode(await vscode.workspace.fs.readFile(file(name)));

/** Our diagnostics of a file, as "LINE:COLUMN-LINE:COLUMN message", counted from 1. */
function problemsOf(uri: vscode.Uri): readonly string[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ source }) => source === "kubeadm")
    .map(({ range: { start, end }, message }) => {
      const place = (position: vscode.Position): string => `${position.line + 1}:${position.character + 1}`;
      return `${place(start)}-${place(end)} ${message}`;
    });
}

/** Waits until the file's problems are as wanted; mocha's time limit ends the waiting. */
function untilProblems(
  uri: vscode.Uri,
  isWanted: (problems: readonly string[]) => boolean,
): Promise<readonly string[]> {
  return new Promise((resolve) => {
    const look = (): void => {
      const problems = problemsOf(uri);
      if (isWanted(problems)) {
        listener.dispose();
        resolve(problems);
      }
    };
    const listener = vscode.languages.onDidChangeDiagnostics(look);
    look();
  });
}

/** VS Code may still have the text of a deleted file of this name, and reads the new one a little later. */
function untilShown(document: vscode.TextDocument, text: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (document.getText() === text) {
        listener.dispose();
        resolve();
      }
    };
    const listener = vscode.workspace.onDidChangeTextDocument(look);
    look();
  });
}

async function replace(text: string, by: string): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  assert.ok(editor);
  const at = editor.document.getText().indexOf(text);
  assert.ok(at >= 0, `the spec has no ${text}`);
  const range = new vscode.Range(
    editor.document.positionAt(at),
    editor.document.positionAt(at + text.length),
  );
  const isDone = await editor.edit((edit) => {
    edit.replace(range, by);
  });
  // It is refused when the text changed meanwhile.
  await (isDone ? undefined : replace(text, by));
}

describe("a cluster spec in the editor", () => {
  beforeEach(async () => {
    await vscode.commands.executeCommand(commands.newSpec);
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document);
    await untilShown(document, await read("cluster.yaml"));
  });

  afterEach(async () => {
    await vscode.commands.executeCommand("workbench.action.files.revert");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    for (const [name] of await vscode.workspace.fs.readDirectory(folder())) {
      await vscode.workspace.fs.delete(file(name), { recursive: true });
    }
  });

  it("is made as cluster.yaml, shown, and has nothing to complain about", async () => {
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), file("cluster.yaml").toString());
    assert.match(await read("cluster.yaml"), /^apiVersion: kubeadm-bootstrap\/v1alpha1$/m);
    assert.deepEqual(problemsOf(file("cluster.yaml")), []);
  });

  it("is never overwritten by a new one", async () => {
    await replace("name: cp-1", "name: mine");
    await vscode.window.activeTextEditor?.document.save();
    const before = await read("cluster.yaml");
    await vscode.commands.executeCommand(commands.newSpec);
    await vscode.commands.executeCommand(commands.newSpec);
    assert.equal(await read("cluster.yaml"), before);
    assert.deepEqual((await vscode.workspace.fs.readDirectory(folder())).map(([name]) => name).sort(), [
      "2.cluster.yaml",
      "3.cluster.yaml",
      "cluster.yaml",
    ]);
  });

  it("shows what is wrong at its place while it is typed, and no longer once it is right", async () => {
    const uri = file("cluster.yaml");
    const line =
      (await read("cluster.yaml")).split("\n").findIndex((text) => text.includes("role: control-plane")) + 1;
    await replace("role: control-plane", "role: master");
    const [problem, ...others] = await untilProblems(uri, (problems) => problems.length > 0);
    assert.deepEqual(others, []);
    assert.match(problem ?? "", new RegExp(`^${line}:13-${line}:19 spec\\.hosts\\[0\\]\\.role: `));
    await replace("role: master", "role: control-plane");
    assert.deepEqual(await untilProblems(uri, (problems) => problems.length === 0), []);
  });

  it("reports broken YAML", async () => {
    await replace("  hosts:", "  hosts: [");
    const problems = await untilProblems(file("cluster.yaml"), (found) => found.length > 0);
    assert.ok(problems.length >= 1);
  });

  it("reports a file that another program wrote, and forgets it with the file", async () => {
    const uri = file("other.cluster.yaml");
    const text = (await read("cluster.yaml")).replace("role: worker", "role: minion");
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    const problems = await untilProblems(uri, (found) => found.length > 0);
    assert.match(problems[0] ?? "", /spec\.hosts\[1\]\.role/);
    await vscode.workspace.fs.delete(uri);
    assert.deepEqual(await untilProblems(uri, (found) => found.length === 0), []);
  });

  it("forgets a deleted file although its editor was open, and what was typed into it without saving", async () => {
    const uri = file("cluster.yaml");
    await replace("role: control-plane", "role: master");
    await untilProblems(uri, (found) => found.length > 0);
    await vscode.workspace.fs.delete(uri);
    assert.deepEqual(await untilProblems(uri, (found) => found.length === 0), []);
  });

  it("leaves a cluster.yaml of another kind alone", async () => {
    const other = file("kind.cluster.yaml");
    const ours = file("ours.cluster.yaml");
    await vscode.workspace.fs.writeFile(
      other,
      new TextEncoder().encode("kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"),
    );
    // Written later, so once it is known the other one was looked at, too.
    await vscode.workspace.fs.writeFile(
      ours,
      new TextEncoder().encode("apiVersion: kubeadm-bootstrap/v1alpha1\n"),
    );
    await untilProblems(ours, (found) => found.length > 0);
    assert.deepEqual(problemsOf(other), []);
  });
});
