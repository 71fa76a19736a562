import { createSpecAnalyzer } from "./analyzeSpec.ts";
import type { ClusterSpec } from "./clusterSpec.ts";
import type { SpecDiagnostic } from "./diagnostic.ts";
import type { SpecSurroundings } from "./rules/rule.ts";

export interface ParsedSpec {
  /** Missing when any diagnostic is an error. */
  readonly spec?: ClusterSpec;
  /** In the file's order. */
  readonly diagnostics: readonly SpecDiagnostic[];
}

/**
 * Reads a spec file: the cluster first, then kubeadm documents to pass through. `path` is only repeated in the
 * diagnostics. Never throws: everything that is wrong is a diagnostic with its place.
 */
export function parseSpec(text: string, path: string, surroundings?: SpecSurroundings): ParsedSpec {
  const { spec, diagnostics } = createSpecAnalyzer()(text, path, surroundings);
  return spec === undefined ? { diagnostics } : { spec, diagnostics };
}
