import { readCluster, type ReadCluster } from "./clusterDocument.ts";
import type { ClusterSpec, PassThrough } from "./clusterSpec.ts";
import { withDefaults } from "./defaults.ts";
import { show } from "./describeIssue.ts";
import type { FieldPath, SpecDiagnostic } from "./diagnostic.ts";
import { readPassThrough } from "./passThrough.ts";
import { isRecord } from "./record.ts";
import type { KubeadmDocument, RuleContext, SpecSurroundings } from "./rules/rule.ts";
import type { RuleCode } from "./rules/ruleCodes.ts";
import { findProblems, type FindingWithSeverity } from "./rules/rules.ts";
import { apiVersion, kubernetesVersionPattern } from "./schema.ts";
import { createSpecFileReader, type SpecDocument, type SpecFile } from "./specFile.ts";

/** What a spec file has to begin with. */
const clusterHeader = `apiVersion: ${apiVersion}, kind: Cluster`;

/** All that can be told about a spec file. */
export interface SpecAnalysis {
  readonly file: SpecFile;
  /** Missing when any diagnostic is an error. */
  readonly spec?: ClusterSpec;
  /** As much of the spec as can be read, also when something is wrong; undefined: nothing. */
  readonly partialSpec?: ClusterSpec;
  /** In the file's order. */
  readonly diagnostics: readonly SpecDiagnostic[];
}

/** Analyses a spec file. `path` is only repeated in the diagnostics. Never throws. */
export type AnalyzeSpec = (text: string, path: string, surroundings?: SpecSurroundings) => SpecAnalysis;

/** An analyzer for one file that changes a little at a time; what it says is what a fresh one says. */
export function createSpecAnalyzer(): AnalyzeSpec {
  const read = createSpecFileReader();
  return (text, path, surroundings = {}) => analyze(read(text, path), path, surroundings);
}

function analyze(file: SpecFile, path: string, surroundings: SpecSurroundings): SpecAnalysis {
  const [first, ...others] = file.documents;
  if (!file.isReadable) {
    return { file, diagnostics: file.diagnostics };
  }
  if (first === undefined) {
    return { file, diagnostics: [...file.diagnostics, emptyFile(path)] };
  }
  if (!isRecord(first.value) || first.value.kind !== "Cluster" || first.value.apiVersion !== apiVersion) {
    return { file, diagnostics: [...file.diagnostics, notACluster(first)] };
  }

  const cluster = readCluster(first);
  const { passThrough, diagnostics } = readPassThrough(others, writtenVersion(first.value));
  const spec = specOf(cluster, first, passThrough);
  const found =
    spec === undefined ? [] : findProblems(ruleContext(spec, cluster, file, surroundings), report);
  const all = [...file.diagnostics, ...cluster.diagnostics, ...diagnostics, ...found]
    .map((problem) => withSeverity(problem, surroundings))
    .filter((problem) => problem !== undefined)
    .sort((one, other) => one.line - other.line || one.column - other.column);
  const isSound = all.every(({ severity }) => severity !== "error");
  return {
    file,
    ...(spec !== undefined && isSound && { spec }),
    ...(spec !== undefined && { partialSpec: spec }),
    diagnostics: all,
  };

  /** Nothing is said twice: what is below a field that is wrong waits until that is right. */
  function report(code: RuleCode, finding: FindingWithSeverity): SpecDiagnostic | undefined {
    const { path: field, document = 0, message, at, severity, isIndependent, fixes } = finding;
    const place = file.documents[document];
    const isConsequence =
      document === 0 && isIndependent !== true && cluster.wrongFields.some((wrong) => isBelow(field, wrong));
    if (place === undefined || isConsequence) {
      return undefined;
    }
    const kind = document > 0 && isRecord(place.value) ? { prefix: String(place.value.kind) } : {};
    const problem = place.report(code, field, message, { severity, ...(at && { at }), ...kind });
    return fixes === undefined ? problem : { ...problem, fixes };
  }
}

function isBelow(path: FieldPath, wrong: FieldPath): boolean {
  return wrong.every((part, index) => path[index] === part);
}

function withSeverity(problem: SpecDiagnostic, { severities }: SpecSurroundings): SpecDiagnostic | undefined {
  const chosen = severities?.[problem.code];
  return chosen === undefined ? problem : chosen === "off" ? undefined : { ...problem, severity: chosen };
}

function specOf(
  { document, hostIndexes }: ReadCluster,
  first: SpecDocument,
  passThrough: readonly PassThrough[],
): ClusterSpec | undefined {
  return (
    document &&
    withDefaults(document, passThrough, (index) => first.lineOf(["spec", "hosts", hostIndexes[index] ?? 0]))
  );
}

function ruleContext(
  spec: ClusterSpec,
  { hostIndexes, hostCount }: ReadCluster,
  { documents }: SpecFile,
  surroundings: SpecSurroundings,
): RuleContext {
  return {
    spec,
    hosts: spec.hosts.map((host, index) => ({ host, path: ["spec", "hosts", hostIndexes[index] ?? 0] })),
    hasAllHosts: hostIndexes.length === hostCount,
    written: documents[0]?.value,
    kubeadmDocuments: documents.flatMap(({ value }, document): readonly KubeadmDocument[] =>
      document > 0 &&
      isRecord(value) &&
      typeof value.kind === "string" &&
      typeof value.apiVersion === "string"
        ? [{ document, kind: value.kind, apiVersion: value.apiVersion, value }]
        : [],
    ),
    surroundings,
    isWritten: (path, document = 0) => documents[document]?.find(path).isExact ?? false,
    sourceOf: (path, document = 0) => documents[document]?.sourceOf(path),
  };
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
