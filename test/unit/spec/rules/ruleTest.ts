import assert from "node:assert/strict";
import type { HostFacts } from "../../../../src/core/facts/hostFacts.ts";
import type { DiagnosticCode, SpecDiagnostic } from "../../../../src/core/spec/diagnostic.ts";
import type { Fix } from "../../../../src/core/spec/fix.ts";
import { parseSpec } from "../../../../src/core/spec/parseSpec.ts";
import type { KnownHost, SpecSurroundings } from "../../../../src/core/spec/rules/rule.ts";
import { factsOf } from "../../facts/factsOf.ts";
import { fixedText } from "./fixedText.ts";

/** What a spec file gives of one code. */
export function findings(
  code: DiagnosticCode,
  text: string,
  surroundings?: SpecSurroundings,
): readonly SpecDiagnostic[] {
  return parseSpec(text, "cluster.yaml", surroundings).diagnostics.filter((found) => found.code === code);
}

/** `severity field: message` of each. */
export function messages(
  code: DiagnosticCode,
  text: string,
  surroundings?: SpecSurroundings,
): readonly string[] {
  return findings(code, text, surroundings).map(
    ({ severity, field, message }) => `${severity} ${field}: ${message}`,
  );
}

/** The one finding of a code, which the fix of this title makes go away; gives the file after that. */
export function assertRepairs(
  code: DiagnosticCode,
  text: string,
  title: string,
  surroundings?: SpecSurroundings,
): string {
  const found = findings(code, text, surroundings);
  assert.equal(found.length, 1, `expected one finding, got ${JSON.stringify(found)}`);
  const fix = fixNamed(found[0]?.fixes ?? [], title);
  const repaired = fixedText(text, fix);
  assert.deepEqual(messages(code, repaired, surroundings), []);
  return repaired;
}

function fixNamed(fixes: readonly Fix[], title: string): Fix {
  const fix = fixes.find((candidate) => candidate.title === title);
  assert.ok(fix, `there is no fix ${title}, only ${fixes.map((other) => other.title).join("; ")}`);
  return fix;
}

/** 2026-11-25, 12:00 UTC */
export const now = Date.UTC(2026, 10, 25, 12);

/** Hosts that were looked at five minutes before `now`. */
export function known(hosts: Readonly<Record<string, HostFacts>>): SpecSurroundings {
  const seen = Object.entries(hosts).map(([name, facts]): [string, KnownHost] => [
    name,
    { facts, at: now - 5 * 60_000 },
  ]);
  return { now, knownHosts: new Map(seen) };
}

type Changes = { readonly [Section in keyof HostFacts]?: Partial<HostFacts[Section]> };

/** Facts of a fixture with some of them replaced. */
export function factsWith(fixture: string, changes: Changes): HostFacts {
  const facts = factsOf(fixture);
  return {
    ...facts,
    system: { ...facts.system, ...changes.system },
    runtime: { ...facts.runtime, ...changes.runtime },
    packages: { ...facts.packages, ...changes.packages },
    kubernetes: { ...facts.kubernetes, ...changes.kubernetes },
  };
}
