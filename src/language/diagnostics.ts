import { type Diagnostic, DiagnosticSeverity, DiagnosticTag } from "vscode-languageserver";
import { problemText, type Severity, type SpecDiagnostic } from "../core/spec/diagnostic.ts";

/** What stands before the code in an editor: kubeadm(unknown-field). */
export const diagnosticSource = "kubeadm";

/** Diagnostics as the protocol has them, in the same order. */
export function toDiagnostics(problems: readonly SpecDiagnostic[]): Diagnostic[] {
  return problems.map(toDiagnostic);
}

export function toDiagnostic(problem: SpecDiagnostic): Diagnostic {
  const { line, column, endLine, endColumn, severity, code } = problem;
  const tag = tags[code];
  return {
    range: { start: { line, character: column }, end: { line: endLine, character: endColumn } },
    severity: severities[severity],
    code,
    source: diagnosticSource,
    message: problemText(problem),
    ...(tag !== undefined && { tags: [tag] }),
  };
}

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** Editors strike through what is deprecated, and fade what is of no use. */
const tags: Readonly<Partial<Record<string, DiagnosticTag>>> = {
  "version-unsupported": DiagnosticTag.Deprecated,
};
