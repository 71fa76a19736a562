import type * as z from "zod";
import { checkSpec } from "./checks.ts";
import type { ClusterSpec } from "./clusterSpec.ts";
import { withDefaults } from "./defaults.ts";
import { expectation, knownFields, nearestWord, show } from "./describeIssue.ts";
import type { FieldPath, SpecDiagnostic } from "./diagnostic.ts";
import { readPassThrough } from "./passThrough.ts";
import { isRecord } from "./record.ts";
import { apiVersion, type ClusterDocument, clusterSchema, kubernetesVersionPattern } from "./schema.ts";
import { readSpecFile, type SpecDocument } from "./specFile.ts";

/** What a spec file has to begin with. */
const clusterHeader = `apiVersion: ${apiVersion}, kind: Cluster`;

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
export function parseSpec(text: string, path: string): ParsedSpec {
  const file = readSpecFile(text, path);
  const [first, ...others] = file.documents;
  if (!file.isReadable) {
    return { diagnostics: file.diagnostics };
  }
  if (first === undefined) {
    return { diagnostics: [...file.diagnostics, emptyFile(path)] };
  }
  if (!isRecord(first.value) || first.value.kind !== "Cluster" || first.value.apiVersion !== apiVersion) {
    return { diagnostics: [...file.diagnostics, notACluster(first)] };
  }

  const cluster = readCluster(first);
  const { passThrough, diagnostics } = readPassThrough(others, writtenVersion(first.value));
  const spec =
    cluster.document &&
    withDefaults(cluster.document, passThrough, (index) => first.lineOf(["spec", "hosts", index]));
  const all = [
    ...file.diagnostics,
    ...cluster.diagnostics,
    ...(spec === undefined ? [] : checkSpec(spec, first.report)),
    ...diagnostics,
  ].sort((one, other) => one.line - other.line || one.column - other.column);
  const isSound = all.every((diagnostic) => diagnostic.severity !== "error");
  return spec !== undefined && isSound ? { spec, diagnostics: all } : { diagnostics: all };
}

function emptyFile(path: string): SpecDiagnostic {
  return {
    severity: "error",
    code: "not-a-cluster",
    message: `the file is empty; a spec begins with ${clusterHeader}`,
    path,
    line: 0,
    column: 0,
    endLine: 0,
    endColumn: 0,
    field: "",
  };
}

function notACluster({ value, report }: SpecDocument): SpecDiagnostic {
  const wrong = isRecord(value) && value.kind === "Cluster" ? "apiVersion" : "kind";
  const found = isRecord(value) ? value[wrong] : value;
  return report(
    "not-a-cluster",
    isRecord(value) ? [wrong] : [],
    `expected the file to begin with a cluster (${clusterHeader}), got ${show(found)}`,
  );
}

/** The version as far as other documents depend on it, also while something else in the spec is wrong. */
function writtenVersion(value: Record<string, unknown>): string | undefined {
  const version = isRecord(value.spec) ? value.spec.kubernetesVersion : undefined;
  return typeof version === "string" && kubernetesVersionPattern.test(version)
    ? version.replace(/^v/, "")
    : undefined;
}

function readCluster(document: SpecDocument): {
  readonly document?: ClusterDocument;
  readonly diagnostics: readonly SpecDiagnostic[];
} {
  const result = clusterSchema.safeParse(withoutEmptyFields(document.value), {
    reportInput: true,
    error: expectation,
  });
  return result.success
    ? { document: result.data, diagnostics: [] }
    : { diagnostics: result.error.issues.flatMap((issue) => diagnosticsOf(issue, document)) };
}

/** A key with nothing but comments below it means the default, as if the key were a comment too. */
function withoutEmptyFields(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutEmptyFields);
  }
  if (!isRecord(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([key, field]) => [key, withoutEmptyFields(field)]),
  );
}

function diagnosticsOf(issue: z.core.$ZodIssue, document: SpecDocument): readonly SpecDiagnostic[] {
  const { report, sourceOf } = document;
  const path = issue.path.filter((part) => typeof part !== "symbol");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownField(key, path, document));
  }
  if (issue.code === "invalid_key") {
    const expected = issue.issues[0]?.message ?? issue.message;
    return [report("invalid-value", path, `expected ${expected}, got ${show(issue.input)}`, { at: "key" })];
  }
  if (issue.input === undefined) {
    return [report("missing-field", path, `missing; expected ${issue.message}`)];
  }
  const got = show(issue.input, sourceOf(path));
  return [
    report("invalid-value", path, `expected ${issue.message}, got ${got}${hintFor(issue, sourceOf(path))}`),
  ];
}

/** How to repair a wrong value, where that can be told. */
function hintFor(issue: z.core.$ZodIssue, source: string | undefined): string {
  if (issue.code === "invalid_type" && issue.expected === "string" && typeof issue.input !== "object") {
    return `; put it in quotes: "${source ?? JSON.stringify(issue.input)}"`;
  }
  if (issue.code === "invalid_value" && typeof issue.input === "string") {
    const meant = nearestWord(issue.input, issue.values.map(String));
    return meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`;
  }
  return "";
}

function unknownField(key: string, path: FieldPath, document: SpecDocument): SpecDiagnostic {
  const known = knownFields(clusterSchema, path);
  const meant = nearestWord(key, known);
  const hint =
    meant === undefined ? `known here: ${known.join(", ")}` : `did you mean ${JSON.stringify(meant)}?`;
  return document.report("unknown-field", [...path, key], `unknown field; ${hint}`, { at: "key" });
}
