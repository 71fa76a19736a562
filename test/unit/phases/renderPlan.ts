import type { Action } from "../../../src/core/run/phase.ts";
import type { Plan } from "../../../src/core/run/plan.ts";
import { describeStep, stepDetail } from "../../../src/core/shell/step.ts";

/** A plan as text, for goldens: everything that a person is shown, hosts with the same actions together. */
export function renderPlan(plan: Plan): string {
  const out: string[] = [];
  for (const { severity, host, message, next } of plan.findings) {
    out.push(`${severity} ${host}: ${message}. ${next}`);
  }
  for (const { phase, hosts, before, after } of plan.phases) {
    out.push("", `=== ${phase.title} (${phase.order})${hosts.length === 0 ? ": nothing to do" : ""}`);
    if (before !== undefined) {
      out.push(`--- before, on ${before.host.name}`, renderAction(before.action));
    }
    const texts = new Map<string, string[]>();
    for (const { host, actions } of hosts) {
      const text = actions.map(renderAction).join("\n");
      texts.set(text, [...(texts.get(text) ?? []), host.name]);
    }
    for (const [text, names] of texts) {
      out.push(`--- on ${names.join(", ")}`, text);
    }
    if (after !== undefined) {
      out.push(`--- after, on ${after.host.name}`, renderAction(after.action));
    }
  }
  return `${out.join("\n").trim()}\n`;
}

function renderAction({ summary, steps, isForecast, localEffect }: Action): string {
  return [
    `* ${summary}${isForecast === true ? " (forecast)" : ""}${localEffect === undefined ? "" : ` [then ${localEffect.kind} ${localEffect.name}]`}`,
    ...steps.flatMap((step) => [
      `  $ ${describeStep(step)}${"timeoutSeconds" in step ? ` (at most ${step.timeoutSeconds} s)` : ""}`,
      ...(stepDetail(step) ?? "")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => `    | ${line}`),
    ]),
  ].join("\n");
}
