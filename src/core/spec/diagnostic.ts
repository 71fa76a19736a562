import type { Fix } from "./fix.ts";
import type { RuleCode } from "./rules/ruleCodes.ts";

/** As editors tell them apart; only an error keeps a spec from being used. */
export type Severity = "error" | "warning" | "information" | "hint";

/**
 * Stable codes of what can be wrong with a spec file: quick fixes, settings and tests refer to them, and
 * docs/rules/ has a page for each.
 */
export type DiagnosticCode = StructureCode | RuleCode;

/** What is wrong with the text or a single field; the rest is found by rules. */
export type StructureCode = (typeof structureCodes)[number];

export const structureCodes = [
  "yaml-syntax",
  "yaml-alias",
  "yaml-tag",
  "too-large",
  "not-a-cluster",
  "missing-field",
  "unknown-field",
  "invalid-value",
  "unknown-document",
  "document-version",
  "owned-field",
] as const;

/** Something that is wrong in a spec file, with its place. Lines and columns count from 0; the end is exclusive. */
export interface SpecDiagnostic {
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  /** What is expected and what was found, without place and field. */
  readonly message: string;
  /** The file, as it was given to parseSpec. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** Such as spec.hosts[1].role; "" when the whole file is meant. */
  readonly field: string;
  /** Ways to repair it, the best first. */
  readonly fixes?: readonly Fix[] | undefined;
}

/** Keys and indexes that lead to a value in a document. */
export type FieldPath = readonly (string | number)[];

/** The path as people write it: spec.hosts[1].labels["example.com/rack"]. */
export function formatField(path: FieldPath): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") {
        return `[${part}]`;
      }
      if (!/^[\w-]+$/.test(part)) {
        return `[${JSON.stringify(part)}]`;
      }
      return index === 0 ? part : `.${part}`;
    })
    .join("");
}

/** What is wrong without its place: `spec.hosts[1].role: expected ...`. */
export function problemText({ field, message }: Pick<SpecDiagnostic, "field" | "message">): string {
  return [field, message].filter(Boolean).join(": ");
}

/** One line for a terminal or a log, places counted from 1: `cluster.yaml:12:7: spec.hosts[1].role: expected ...`. */
export function formatDiagnostic(diagnostic: SpecDiagnostic): string {
  const { path, line, column, severity } = diagnostic;
  const place = `${path}:${line + 1}:${column + 1}`;
  const parts = [place, severity !== "error" && severity, problemText(diagnostic)];
  return parts.filter(Boolean).join(": ");
}
