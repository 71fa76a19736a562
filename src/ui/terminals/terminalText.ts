import type { RunEvent } from "../../core/run/events.ts";
import { createSanitizer } from "../../core/shell/sanitizer.ts";
import { sentence } from "../../core/errorText.ts";
import { phaseTitles } from "../inventory/hostStatusText.ts";

// No faint text: it is hard to read in every theme, and in those of high contrast it defeats their purpose.
const bold = (text: string): string => `\u001b[1m${text}\u001b[22m`;
const green = (text: string): string => `\u001b[32m${text}\u001b[39m`;
const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;
const yellow = (text: string): string => `\u001b[33m${text}\u001b[39m`;

/** A mark of VS Code's shell integration: it makes commands that can be jumped to, with their success. */
const mark = (code: string): string => `\u001b]633;${code}\u0007`;

/**
 * What an event looks like in its host's terminal; "" when it says nothing there. Pure. Everything that comes
 * from outside is made harmless before it is put between our own marks.
 */
export function terminalText(event: RunEvent): string {
  switch (event.kind) {
    case "run-started":
      return `${bold(`Cluster ${safe(event.cluster)}`)} ${new Date(event.at).toLocaleString()}\r\n`;
    case "connecting":
      return "connecting ...\r\n";
    case "host-started":
      return `\r\n${bold(phaseTitles[event.phase])}\r\n${event.actions.map((action) => `  ${safe(action)}\r\n`).join("")}`;
    case "step-started":
      return `${mark("A")}${green("$")} ${mark("B")}${bold(safe(event.step))}${mark(`E;${escapeCommand(event.step)}`)}\r\n${mark("C")}`;
    case "output":
      return event.text.replace(/\r?\n/g, "\r\n");
    case "step-finished":
      return `${event.exitCode === 0 ? "" : `${red(`exit code ${event.exitCode}`)}\r\n`}${mark(`D;${event.exitCode}`)}`;
    case "host-finished":
      return hostFinished(event);
    case "host-lost":
      return `${red("lost:")} ${safe(sentence(event.failure.message))}\r\n${next(event.failure.next)}`;
    case "facts":
    case "findings":
    case "phase-started":
    case "phase-finished":
    case "kubeconfig-merged":
      return "";
    case "run-finished":
      return `\r\n${bold(runOutcome[event.outcome])}\r\n`;
  }
}

const runOutcome = {
  succeeded: "Done.",
  failed: "Stopped, as something failed.",
  cancelled: "Cancelled.",
  "nothing-to-do": "Nothing to do: everything is as the spec says.",
} as const;

function hostFinished(event: RunEvent & { readonly kind: "host-finished" }): string {
  const title = phaseTitles[event.phase];
  switch (event.outcome) {
    case "succeeded":
      return `${green(`✔ ${title}`)}\r\n`;
    case "cancelled":
      return `${yellow(`⊘ ${title}: cancelled`)}\r\n`;
    case "failed":
      return `${red(`✖ ${title}`)}: ${safe(sentence(event.failure?.message ?? "failed"))}\r\n${next(event.failure?.next)}`;
  }
}

function next(text: string | undefined): string {
  return text === undefined ? "" : `  ${safe(text)}\r\n`;
}

/** Whether the cursor is at the beginning of a line after `text`, when it was (or was not) before. */
export function isAtLineStart(text: string, before: boolean): boolean {
  const shown = text.replace(/\u001b\]633;[^\u0007]*\u0007|\u001b\[[\d;:]*m/g, "");
  return shown === "" ? before : shown.endsWith("\n");
}

/** One line that a terminal obeys in nothing. */
function safe(text: string): string {
  return createSanitizer()(text).replace(/\u001b\[[\d;:]*m/g, "").replace(/[\r\n\t]+/g, " ");
}

/** As VS Code's shell integration wants the command line in its mark: backslash, semicolon and controls escaped. */
function escapeCommand(command: string): string {
  return safe(command).replaceAll("\\", "\\\\").replaceAll(";", "\\x3b");
}
