import type { RunEvent } from "../../core/run/events.ts";
import { plainText } from "../../core/shell/sanitizer.ts";
import { failureText } from "../../core/errorText.ts";
import { phaseTitles } from "../inventory/hostStatusText.ts";
import { escapeMarkdown } from "../inventory/inventoryModel.ts";

/** A journal as a Markdown report: what was run where, how it ended, and how long it took. */
export function journalText(events: readonly RunEvent[]): string {
  const first = events[0];
  const start = first?.at ?? 0;
  const seconds = (at: number): string => `${((at - start) / 1000).toFixed(1)} s`;
  const lines = events.flatMap((event) => line(event).map((text) => `- ${seconds(event.at)} ${text}`));
  const title =
    first?.kind === "run-started"
      ? `# Run on cluster ${escapeMarkdown(first.cluster)}, ${new Date(start).toISOString()}`
      : "# Run";
  return [title, "", ...lines, ""].join("\n");
}

function line(event: RunEvent): readonly string[] {
  switch (event.kind) {
    case "phase-started":
      return [`**${phaseTitles[event.phase]}** on ${event.hosts.join(", ")}`];
    case "step-started":
      return [`${event.host}: \`${plainText(event.step).replaceAll("`", "'")}\``];
    case "step-finished":
      return event.exitCode === 0 ? [] : [`${event.host}: exit code ${event.exitCode}`];
    case "host-finished":
      return [
        `${event.host}: ${event.outcome}${event.failure === undefined ? "" : `: ${escapeMarkdown(failureText(event.failure))}`}`,
      ];
    case "host-lost":
      return [`${event.host}: lost: ${escapeMarkdown(failureText(event.failure))}`];
    case "findings":
      return event.findings.map(
        (finding) => `${finding.severity}: ${finding.host}: ${escapeMarkdown(failureText(finding))}`,
      );
    case "kubeconfig-merged":
      return [`context ${escapeMarkdown(event.context)} is in ${escapeMarkdown(event.path)}`];
    case "run-finished":
      return [`**${event.outcome}**`];
    case "run-started":
    case "connecting":
    case "facts":
    case "host-started":
    case "output":
    case "phase-finished":
      return [];
  }
}
