import * as vscode from "vscode";
import { commands } from "../../contributions.ts";
import { KubeadmError } from "../../core/errors.ts";
import type { PhaseId } from "../../core/run/phase.ts";
import { phaseTitles } from "../inventory/hostStatusText.ts";
import type { InventoryItem } from "../inventory/inventoryModel.ts";
import { loadPhases } from "../runs/clusterRuns.ts";
import { registerCommand } from "../showError.ts";
import { openSshTerminal } from "../terminals/sshTerminal.ts";
import { phaseScope, pickPhase, planThenRun } from "./cluster.ts";
import { hostFor, type CommandContext } from "./context.ts";
import { reportRun } from "./reportRun.ts";

/** Commands on one host. */
export function registerHostCommands(context: CommandContext): readonly vscode.Disposable[] {
  const { runs, terminals, log } = context;
  return [
    registerCommand(commands.joinHost, log, async (item?: InventoryItem) => {
      const { cluster, host } = await hostFor(context, item);
      const { joining } = await loadPhases();
      await planThenRun(context, cluster, `Join ${host.name} to ${cluster.spec.name}`, "Join", { phases: joining, hosts: [host.name] });
    }),

    registerCommand(commands.prepareHost, log, async (item?: InventoryItem) => {
      const { cluster, host } = await hostFor(context, item);
      const { preparation } = await loadPhases();
      await planThenRun(context, cluster, `Prepare ${host.name}`, "Prepare", { phases: preparation, hosts: [host.name] });
    }),

    registerCommand(commands.runPhaseOnHost, log, async (item?: InventoryItem, phase?: PhaseId) => {
      const { cluster, host } = await hostFor(context, item);
      const id = phase ?? (await pickPhase());
      await planThenRun(context, cluster, `${phaseTitles[id]} on ${host.name}`, "Run", await phaseScope(id, [host.name]));
    }),

    registerCommand(commands.resetHost, log, (item?: InventoryItem) => resetHost(context, item)),

    registerCommand(commands.openSshTerminal, log, async (item?: InventoryItem) => {
      const { cluster, host } = await hostFor(context, item);
      openSshTerminal(host.name, await runs.sessions(cluster.entry.uri));
    }),

    registerCommand(commands.showRunTerminal, log, async (item?: InventoryItem) => {
      const { cluster, host } = await hostFor(context, item);
      terminals.reveal(cluster.entry.uri, host.name);
    }),

    registerCommand(commands.copyAddress, log, async (item?: InventoryItem) => {
      const { host } = await hostFor(context, item);
      await vscode.env.clipboard.writeText(host.ssh.address);
      vscode.window.setStatusBarMessage(`Copied ${host.ssh.address}`, 3000);
    }),
  ];
}

/** Says what will be lost, and wants the host's name typed before it starts. */
async function resetHost(context: CommandContext, item: InventoryItem | undefined): Promise<void> {
  const { cluster, host } = await hostFor(context, item);
  const [{ phaseOf }, { whatIsLost }] = await Promise.all([loadPhases(), import("../../core/phases/reset.ts")]);
  const scope = { phases: [phaseOf("reset")], hosts: [host.name] };
  const facts = await context.runs.context(cluster, scope);
  if (!facts.facts.has(host.name)) {
    throw new KubeadmError({ code: "host-unreachable", host: host.name, message: "it cannot be reached, so it cannot be reset.", next: "Bring it back, or delete its node with kubectl." });
  }
  const title = `Reset ${host.name}`;
  const typed = await vscode.window.showInputBox({
    title,
    prompt: `This destroys ${whatIsLost(host, facts)}. It cannot be undone. Type ${host.name} to confirm.`,
    placeHolder: host.name,
    ignoreFocusOut: true,
    validateInput: (value) => (value === "" || host.name.startsWith(value) ? undefined : `Type ${host.name}, or press Escape.`),
  });
  if (typed !== host.name) {
    return;
  }
  const result = await context.runs.run(cluster, title, scope, facts.facts);
  if (result !== undefined) {
    await reportRun(context, cluster, title, result);
  }
}
