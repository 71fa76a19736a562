import assert from "node:assert/strict";
import type { ClusterSpec } from "../../../src/core/spec/clusterSpec.ts";
import { formatDiagnostic } from "../../../src/core/spec/diagnostic.ts";
import { parseSpec } from "../../../src/core/spec/parseSpec.ts";

/** A spec file of a few lines. `hosts` is line 7; `spec` is put below it, on line 8, and `documents` at the end. */
export function specText(parts: {
  readonly version?: string;
  readonly hosts?: string;
  readonly spec?: string;
  readonly documents?: string;
}): string {
  return [
    "apiVersion: kubeadm-bootstrap/v1alpha1",
    "kind: Cluster",
    "metadata:",
    "  name: demo",
    "spec:",
    `  kubernetesVersion: ${parts.version ?? '"1.36"'}`,
    `  hosts: ${parts.hosts ?? "[{name: cp-1, role: control-plane}]"}`,
    ...(parts.spec === undefined ? [] : [`  ${parts.spec}`]),
    ...(parts.documents === undefined ? [] : ["---", parts.documents]),
    "",
  ].join("\n");
}

/** The diagnostics of a spec file, as text. */
export function problemsOf(text: string): readonly string[] {
  return parseSpec(text, "cluster.yaml").diagnostics.map(formatDiagnostic);
}

/** The spec of a file without errors; there may be warnings. */
export function specOf(text: string): ClusterSpec {
  const { spec, diagnostics } = parseSpec(text, "cluster.yaml");
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  assert.deepEqual(errors.map(formatDiagnostic), []);
  assert.ok(spec);
  return spec;
}
