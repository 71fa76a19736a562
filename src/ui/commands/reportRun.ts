import * as vscode from "vscode";
import { commands } from "../../contributions.ts";
import type { RunResult } from "../../core/run/runner.ts";
import { openLine, toRunNotice, type HostPlace } from "../errorNotice.ts";
import { openPlace } from "../openPlace.ts";
import type { SoundCluster } from "../runs/clusterRuns.ts";
import { showError } from "../showError.ts";
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
      offer(
        context.log,
        vscode.window.showInformationMessage,
        `${title}: done.`,
        await contextOffers(context, cluster),
      );
      return;
    case "nothing-to-do":
      void vscode.window.showInformationMessage(`${title}: nothing to do, everything is as the spec says.`);
      return;
    case "cancelled":
      void vscode.window.showWarningMessage(
        `${title}: cancelled. The inventory of ${name} shows how far it got.`,
      );
      return;
    case "failed": {
      const [first] = failures;
      const { text, places } = toRunNotice(title, failures);
      const offers = new Map<string, () => Thenable<unknown>>([
        ...(places.length > 0 ? [[openLine, () => openOneOf(places)] as const] : []),
        ["Open Journal", () => vscode.commands.executeCommand(commands.openJournal)],
      ]);
      if (first?.host !== undefined) {
        context.terminals.reveal(cluster.entry.uri, first.host);
      }
      offer(context.log, vscode.window.showErrorMessage, text, offers);
    }
  }
}

/** Opens the only line, or the one that the person picks. */
async function openOneOf(places: readonly HostPlace[]): Promise<void> {
  const items = places.map(({ host, place }) => ({
    label: host,
    description: `${place.file}:${place.line}`,
    place,
  }));
  const picked =
    items.length === 1
      ? items[0]
      : await vscode.window.showQuickPick(items, { placeHolder: "Which host's line?" });
  if (picked !== undefined) {
    await openPlace(picked.place);
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
function offer(
  log: vscode.LogOutputChannel,
  show: ShowMessage,
  message: string,
  offers: ReadonlyMap<string, () => Thenable<unknown>>,
): void {
  show(message, ...offers.keys())
    .then((answer) => (answer === undefined ? undefined : offers.get(answer)?.()))
    .then(undefined, (error: unknown) => {
      showError(error, log);
    });
}
