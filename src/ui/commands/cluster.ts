import * as vscode from "vscode";
import { commands } from "../../contributions.ts";
import { Cancelled, KubeadmError } from "../../core/errors.ts";
import { phaseIds, type PhaseId } from "../../core/run/phase.ts";
import type { Plan, Scope } from "../../core/run/plan.ts";
import { sentence } from "../../core/errorText.ts";
import { phaseTitles } from "../inventory/hostStatusText.ts";
import type { InventoryItem } from "../inventory/inventoryModel.ts";
import { loadPhases, type SoundCluster } from "../runs/clusterRuns.ts";
import { registerCommand, showError } from "../showError.ts";
import { clusterFor, type CommandContext } from "./context.ts";
import { reportRun } from "./reportRun.ts";

/** Facts that a question has waited longer with are gathered again before anything is changed. */
const FRESH_MS = 60_000;

/** Commands on a whole cluster. */
export function registerClusterCommands(context: CommandContext): readonly vscode.Disposable[] {
  const { runs, store, log } = context;
  return [
    registerCommand(commands.refreshCluster, log, async (item?: InventoryItem) => {
      await store.load();
      const sound = store.entries.flatMap((entry) => (entry.spec === undefined ? [] : [{ entry, spec: entry.spec }]));
      if (item !== undefined || sound.length === 0) {
        await runs.refresh(await clusterFor(context, item));
        return;
      }
      // One that cannot be asked does not keep the others from being asked.
      const refreshed = await Promise.allSettled(sound.map((cluster) => runs.refresh(cluster)));
      refreshed.forEach((result) => {
        if (result.status === "rejected") {
          showError(result.reason, log);
        }
      });
    }),

    registerCommand(commands.planCluster, log, async (item?: InventoryItem) => {
      const cluster = await clusterFor(context, item);
      const { bootstrap } = await loadPhases();
      await showPlan(context, await runs.plan(cluster, { phases: bootstrap }));
    }),

    registerCommand(commands.bootstrapCluster, log, async (item?: InventoryItem) => {
      const cluster = await clusterFor(context, item);
      const { bootstrap } = await loadPhases();
      await planThenRun(context, cluster, `Bootstrap cluster ${cluster.spec.name}`, "Bootstrap", { phases: bootstrap });
    }),

    registerCommand(commands.runPhase, log, async (item?: InventoryItem, phase?: PhaseId) => {
      const cluster = await clusterFor(context, item);
      const id = phase ?? (await pickPhase());
      await planThenRun(context, cluster, `${phaseTitles[id]} on ${cluster.spec.name}`, "Run", await phaseScope(id));
    }),

    registerCommand(commands.cancelRun, log, () => {
      runs.runningClusters.forEach((uri) => {
        runs.cancel(uri);
      });
    }),
  ];
}

/** The phase alone, on these hosts; the preflight looks at them first. */
export async function phaseScope(id: PhaseId, hosts?: readonly string[]): Promise<Scope> {
  const { phaseOf } = await loadPhases();
  const ids: readonly PhaseId[] = id === "preflight" ? [id] : ["preflight", id];
  return { phases: ids.map(phaseOf), hosts };
}

export async function pickPhase(): Promise<PhaseId> {
  const { phaseOf } = await loadPhases();
  const items = phaseIds
    .filter((id) => id !== "reset")
    .map((id) => ({ label: phaseTitles[id], detail: phaseOf(id).explains, id }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: "Which phase?", matchOnDetail: true });
  if (picked === undefined) {
    throw new Cancelled();
  }
  return picked.id;
}

/** Asks the hosts, shows what would be done, and does it when the person says so. */
export async function planThenRun(
  context: CommandContext,
  cluster: SoundCluster,
  title: string,
  verb: string,
  scope: Scope,
): Promise<void> {
  const plan = await context.runs.plan(cluster, scope);
  const plannedAt = Date.now();
  if (plan.findings.some(({ severity }) => severity === "error")) {
    await showPlan(context, plan);
    throw firstFinding(plan);
  }
  if (plan.isEmpty) {
    void vscode.window.showInformationMessage(`${title}: nothing to do, everything is as the spec says.`);
    return;
  }
  const showIt = "Show Plan";
  const answer = await vscode.window.showInformationMessage(`${title}?`, { modal: true, detail: planSummary(plan) }, verb, showIt);
  const run = async (facts?: Plan["facts"]): Promise<void> => {
    const result = await context.runs.run(cluster, title, scope, facts);
    if (result !== undefined) {
      await reportRun(context, cluster, title, result);
    }
  };
  if (answer === showIt) {
    // Reading takes a while, so the hosts are asked again before anything is changed.
    await showPlan(context, plan, { verb, run: () => run() });
  }
  if (answer === verb) {
    await run(Date.now() - plannedAt < FRESH_MS ? plan.facts : undefined);
  }
}

/** `offer`: what can be done once the plan has been read. */
async function showPlan(
  { plans, log }: CommandContext,
  plan: Plan,
  offer?: { readonly verb: string; readonly run: () => Promise<void> },
): Promise<void> {
  await plans.show(plan);
  if (plan.isEmpty) {
    return;
  }
  const showFiles = "Show File Changes";
  const message = `The plan for ${plan.spec.name} is open. Nothing has been changed.`;
  const follow = async (answer: string | undefined): Promise<void> => {
    if (answer === showFiles) {
      await plans.showChanges(plan);
    } else if (answer !== undefined) {
      await offer?.run();
    }
  };
  vscode.window
    .showInformationMessage(message, ...(offer === undefined ? [showFiles] : [offer.verb, showFiles]))
    .then(follow)
    .then(undefined, (error: unknown) => {
      showError(error, log);
    });
}

/** One line a phase, for the question before a run. */
function planSummary(plan: Plan): string {
  const phases = plan.phases
    .filter(({ hosts }) => hosts.length > 0)
    .map(({ phase, hosts }) => `${phase.title}: ${hosts.map(({ host }) => host.name).join(", ")}`);
  const warnings = plan.findings.map(({ host, message }) => `Warning: ${host}: ${sentence(message)}`);
  return [...warnings, ...(warnings.length > 0 ? [""] : []), ...phases].join("\n");
}

function firstFinding({ findings }: Plan): KubeadmError {
  const errors = findings.filter(({ severity }) => severity === "error");
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, in the plan)` : "";
  return new KubeadmError({
    code: "preflight",
    message: `${first?.message ?? "the preflight failed"}${more}`,
    ...(first && { host: first.host, next: first.next }),
    phase: phaseTitles.preflight,
  });
}
