/** Stable codes of what can be wrong with a spec file: quick fixes and tests refer to them. */
export type DiagnosticCode =
  | "yaml-syntax"
  | "yaml-alias"
  | "yaml-tag"
  | "too-large"
  | "not-a-cluster"
  | "missing-field"
  | "unknown-field"
  | "invalid-value"
  | "duplicate-host"
  | "duplicate-address"
  | "no-control-plane"
  | "unusable-address"
  | "subnet-overlap"
  | "reserved-label"
  | "unknown-document"
  | "document-version"
  | "owned-field";

/** Something that is wrong in a spec file, with its place. Lines and columns count from 0; the end is exclusive. */
export interface SpecDiagnostic {
  readonly severity: "error" | "warning";
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
  const parts = [place, severity === "warning" && "warning", problemText(diagnostic)];
  return parts.filter(Boolean).join(": ");
}
