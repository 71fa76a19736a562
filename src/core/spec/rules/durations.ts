import { durationFields } from "../../kubernetes/durationFields.ts";
import { formatGoDuration, isGoDuration, toGoDuration } from "../../kubernetes/goDuration.ts";
import { show } from "../describeIssue.ts";
import type { FieldPath } from "../diagnostic.ts";
import type { Fix } from "../fix.ts";
import { isRecord } from "../record.ts";
import type { Finding, Rule } from "./rule.ts";

export const duration: Rule = {
  severity: "error",
  title: "Durations are written as Go reads them",
  check: ({ kubeadmDocuments, sourceOf }) =>
    kubeadmDocuments.flatMap(({ document, kind, value }) =>
      (Object.hasOwn(durationFields, kind) ? (durationFields[kind] ?? []) : [])
        .flatMap((field) => valuesAt(value, field.split(".")))
        .flatMap((found) => findingFor(found, document, sourceOf(found.path, document))),
    ),
};

interface FoundValue {
  readonly path: FieldPath;
  readonly value: unknown;
}

function valuesAt(value: unknown, [part, ...rest]: readonly string[]): readonly FoundValue[] {
  if (part === undefined) {
    return [{ path: [], value }];
  }
  if (!isRecord(value)) {
    return [];
  }
  const keys = part === "*" ? Object.keys(value) : Object.hasOwn(value, part) ? [part] : [];
  return keys.flatMap((key) =>
    valuesAt(value[key], rest).map((found) => ({ ...found, path: [key, ...found.path] })),
  );
}

/** null is the default to Go; what is neither text nor number is of a wrong type, which is told as such. */
function findingFor(
  { path, value }: FoundValue,
  document: number,
  source: string | undefined,
): readonly Finding[] {
  const isSound = typeof value === "string" ? isGoDuration(value) : typeof value !== "number";
  if (isSound) {
    return [];
  }
  const meanings = meantBy(value);
  const fixes = meanings.map((text): Fix => ({
    title: `Change it to ${text}`,
    isPreferred: meanings.length === 1,
    edits: [{ kind: "set", document, path, value: text }],
  }));
  const units = "numbers with the units h, m, s or ms, and nothing between";
  const message = `expected a duration such as 5m0s (${units}), got ${show(value, source)}`;
  return [{ document, path, message, ...(fixes.length > 0 && { fixes }) }];
}

/** A number without its unit may be seconds or minutes. */
function meantBy(value: unknown): readonly string[] {
  if (typeof value === "string") {
    const digits = /^\d{1,9}$/.test(value) ? Number(value) : undefined;
    const meant = toGoDuration(value);
    return digits === undefined ? (meant === undefined ? [] : [meant]) : meantBy(digits);
  }
  return typeof value === "number" && Number.isInteger(value) && value > 0
    ? [formatGoDuration(value), formatGoDuration(value * 60)]
    : [];
}
