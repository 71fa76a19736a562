import * as vscode from "vscode";
import { commands } from "../../contributions.ts";
import type { RunResult } from "../../core/run/runner.ts";
import type { SoundCluster } from "../runs/clusterRuns.ts";
import type { CommandContext } from "./context.ts";

/** Tells how a run ended, with the next thing to do at hand. */
export async function reportRun(
  context: CommandContext,
  cluster: SoundCluster,
  title: string,
  { outcome, failures }: RunResult,
): Promise<void> {
  const name = cluster.spec.name;
  switch (outcome) {
    case "succeeded":
      offer(vscode.window.showInformationMessage, `${title}: done.`, await contextOffers(context, cluster));
      return;
    case "nothing-to-do":
      void vscode.window.showInformationMessage(`${title}: nothing to do, everything is as the spec says.`);
      return;
    case "cancelled":
      void vscode.window.showWarningMessage(`${title}: cancelled. The inventory of ${name} shows how far it got.`);
      return;
    case "failed": {
      const [first] = failures;
      const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : "";
      const offers = new Map<string, () => Thenable<unknown>>([
        ["Open Journal", () => vscode.commands.executeCommand(commands.openJournal)],
      ]);
      if (first?.host !== undefined) {
        context.terminals.reveal(cluster.entry.uri, first.host);
      }
      offer(vscode.window.showErrorMessage, `${first === undefined ? `${title} failed.` : first.message}${more}`, offers);
    }
  }
}

async function contextOffers(
  { runs }: CommandContext,
  cluster: SoundCluster,
): Promise<ReadonlyMap<string, () => Thenable<unknown>>> {
  const facts = await (await runs.kubeconfig(cluster)).facts();
  return facts.entry === undefined
    ? new Map()
    : new Map([
        ["Use Context", () => vscode.commands.executeCommand(commands.useContext)],
        ["Reveal Kubeconfig", () => vscode.commands.executeCommand(commands.revealKubeconfig)],
      ]);
}

type ShowMessage = (message: string, ...items: string[]) => Thenable<string | undefined>;

/** Shows the message without waiting for its answer: what follows the run must not hang on a notification. */
function offer(show: ShowMessage, message: string, offers: ReadonlyMap<string, () => Thenable<unknown>>): void {
  void show(message, ...offers.keys()).then((answer) => (answer === undefined ? undefined : offers.get(answer)?.()));
}
