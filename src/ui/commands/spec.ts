import * as vscode from "vscode";
import { commands } from "../../contributions.ts";
import type { InventoryItem } from "../inventory/inventoryModel.ts";
import { registerCommand } from "../showError.ts";
import { KubeadmError } from "../../core/errors.ts";
import { clusterFor, type CommandContext } from "./context.ts";

/** Commands on spec files. */
export function registerSpecCommands(context: CommandContext): readonly vscode.Disposable[] {
  const { store, log } = context;
  return [
    registerCommand(commands.newSpec, log, async () => {
      const folder = vscode.workspace.workspaceFolders?.[0];
      if (folder === undefined) {
        throw new KubeadmError({ code: "spec-invalid", message: "no folder is open.", next: "Open the folder that the spec shall be in, then try again." });
      }
      const uri = await freeName(folder.uri);
      const { newSpec } = await import("../../core/spec/newSpec.ts");
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(newSpec({ name: clusterName(folder.name) })));
      await vscode.window.showTextDocument(uri);
      // From here on the file is followed, whether the view is open or not.
      await store.load();
      await store.read(uri);
    }),

    registerCommand(commands.revealInSpec, log, async (item?: InventoryItem) => {
      const { entry } = item ?? (await clusterFor(context, undefined));
      const line = item?.kind === "host" ? item.host.line : item?.kind === "problem" ? item.line : 0;
      const position = new vscode.Position(line, 0);
      await vscode.window.showTextDocument(vscode.Uri.parse(entry.uri), { selection: new vscode.Range(position, position) });
    }),
  ];
}

/** cluster.yaml, or the first NAME.cluster.yaml that does not exist: nothing is overwritten. */
async function freeName(folder: vscode.Uri): Promise<vscode.Uri> {
  for (let index = 1; ; index++) {
    const uri = vscode.Uri.joinPath(folder, index === 1 ? "cluster.yaml" : `${index}.cluster.yaml`);
    try {
      await vscode.workspace.fs.stat(uri);
    } catch {
      return uri;
    }
  }
}

/** The folder's name as far as a cluster can be called so. */
function clusterName(folder: string): string {
  const name = folder.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40);
  return name === "" ? "demo" : name;
}
