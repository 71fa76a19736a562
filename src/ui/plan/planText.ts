import type { Action, HostAction } from "../../core/run/phase.ts";
import type { Plan, PhasePlan } from "../../core/run/plan.ts";
import { failureText } from "../../core/errorText.ts";
import { escapeMarkdown } from "../inventory/inventoryModel.ts";
import { describeStep, stepDetail, type Step } from "../../core/shell/step.ts";

/** A file that a plan changes, for showing as a diff. */
export interface FileChange {
  readonly host: string;
  readonly path: string;
  /** undefined: the file is new. */
  readonly before?: string | undefined;
  readonly after: string;
}

/** The whole plan as Markdown: for each phase and host the commands and file changes, in the order of the run. */
export function planText(plan: Plan): string {
  const { spec } = plan;
  const hosts = spec.hosts.map(({ name }) => name).join(", ");
  const missing = plan.phases.filter((phase) => phase.hosts.length > 0);
  const nothing = plan.phases.filter((phase) => phase.hosts.length === 0).map(({ phase }) => phase.title);
  return [
    `# Plan for cluster ${spec.name}`,
    `Kubernetes ${spec.kubernetesVersion} on ${hosts}. Nothing has been changed: this is what a bootstrap would do.`,
    ...findings(plan),
    ...(plan.isEmpty ? ["**Nothing to do**: everything is as the spec says."] : missing.map(phaseText)),
    ...(nothing.length > 0 && !plan.isEmpty ? [`Nothing to do for: ${nothing.join(", ")}.`] : []),
    "",
  ].join("\n\n");
}

/** Every file that the plan would write, in order. */
export function fileChanges(plan: Plan): readonly FileChange[] {
  return plan.phases.flatMap((phase) =>
    phase.hosts.flatMap(({ host, actions }) =>
      actions.flatMap((action) =>
        action.steps.flatMap((step) =>
          step.kind === "write"
            ? [{ host: host.name, path: step.path, before: step.before, after: stepDetail(step) ?? "" }]
            : [],
        ),
      ),
    ),
  );
}

function findings({ findings: found }: Plan): readonly string[] {
  return found.length === 0
    ? []
    : ["## Found before starting", found.map((finding) => `- ${finding.severity} — **${finding.host}**: ${escapeMarkdown(failureText(finding))}`).join("\n")];
}

function phaseText({ phase, hosts, before, after }: PhasePlan): string {
  return [
    `## ${phase.title}`,
    `*${phase.explains}*`,
    ...(before === undefined ? [] : [hostText([before.host.name], [before.action])]),
    ...grouped(hosts.map(({ host, actions }) => ({ host: host.name, actions }))),
    ...(after === undefined ? [] : [hostText([after.host.name], [after.action])]),
  ].join("\n\n");
}

/** Hosts on which exactly the same is done are shown together. */
function grouped(hosts: readonly { readonly host: string; readonly actions: readonly HostAction["action"][] }[]): readonly string[] {
  const groups = new Map<string, { readonly names: string[]; readonly actions: readonly Action[] }>();
  for (const { host, actions } of hosts) {
    const key = actions.map(actionText).join("\n");
    const group = groups.get(key) ?? { names: [], actions };
    group.names.push(host);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ names, actions }) => hostText(names, actions));
}

function hostText(names: readonly string[], actions: readonly Action[]): string {
  return [`### ${names.join(", ")}`, ...actions.map(actionText)].join("\n\n");
}

function actionText(action: Action): string {
  const note = action.isForecast === true ? " *(a forecast: planned anew when what it depends on is known)*" : "";
  return [`**${escapeMarkdown(action.summary)}**${note}`, ...action.steps.map(stepText)].join("\n\n");
}

function stepText(step: Step): string {
  const detail = stepDetail(step);
  switch (step.kind) {
    case "write":
      return [`Write \`${step.path}\` (mode ${step.mode})${step.before === undefined ? ", a new file" : ", changed"}:`, fence(fileLanguage(step.path), detail ?? "")].join("\n\n");
    case "run":
      return [fence("console", `$ ${describeStep(step)}`), ...(detail === undefined ? [] : ["with this input:", fence("yaml", detail)])].join("\n\n");
    case "script":
      return [fence("console", `$ ${describeStep(step)}`), ...(detail === undefined ? [] : [details("by this script", fence("sh", detail))])].join("\n\n");
  }
}

function fileLanguage(path: string): string {
  return path.endsWith(".toml") ? "toml" : path.endsWith(".yaml") ? "yaml" : "ini";
}

/** Folded until someone opens it. `summary` is ours; the body is Markdown that cannot end it. */
function details(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** A code block whose fence is longer than any in the text, so that the text cannot end it. */
function fence(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}${language}\n${text.replace(/\n+$/, "")}\n${ticks}`;
}
