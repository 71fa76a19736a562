import * as vscode from "vscode";
import { commands } from "../../contributions.ts";
import { KubeadmError } from "../../core/errors.ts";
import type { InventoryItem } from "../inventory/inventoryModel.ts";
import { registerCommand } from "../showError.ts";
import { clusterFor, type CommandContext } from "./context.ts";

/** Commands on the user's kubeconfig, and on what is kept about runs and secrets. */
export function registerKubeconfigCommands(context: CommandContext): readonly vscode.Disposable[] {
  const { runs, plans, services, log } = context;
  return [
    registerCommand(commands.revealKubeconfig, log, async (item?: InventoryItem) => {
      const cluster = await clusterFor(context, item);
      const { path, entry } = await (await runs.kubeconfig(cluster)).facts();
      if (entry === undefined) {
        throw new KubeadmError({ code: "cluster-missing", message: `${path} has no context ${cluster.spec.name} yet.`, next: "Bootstrap the cluster first." });
      }
      await vscode.window.showTextDocument(vscode.Uri.file(path));
    }),

    registerCommand(commands.useContext, log, async (item?: InventoryItem) => {
      const cluster = await clusterFor(context, item);
      const kubeconfig = await runs.kubeconfig(cluster);
      await kubeconfig.use();
      void vscode.window.showInformationMessage(`kubectl's current context is now ${cluster.spec.name}.`);
    }),

    registerCommand(commands.openJournal, log, async () => {
      const journals = await services.journals();
      const [latest] = journals;
      if (latest === undefined) {
        throw new KubeadmError({ code: "cluster-missing", message: "no run has been made yet.", next: "Bootstrap a cluster; every run keeps a journal." });
      }
      const { journalText } = await import("../runs/journalText.ts");
      const { readJournal } = await import("../../files/journal.ts");
      await plans.showReport("/Journal of the last run.md", journalText(await readJournal(latest)));
    }),

    registerCommand(commands.forgetSecrets, log, async () => {
      await services.forgetSecrets();
      void vscode.window.showInformationMessage("All kept passwords and passphrases are forgotten.");
    }),
  ];
}
