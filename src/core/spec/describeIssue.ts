import * as z from "zod";
import type { FieldPath } from "./diagnostic.ts";

/** What the schema expects, for issues that the schema itself has no words for. Given to zod's safeParse. */
export function expectation(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return expectedType(issue.expected);
    case "invalid_value":
      return oneOf(issue.values.map((value) => JSON.stringify(value)));
    case "too_small":
      return `at least ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `at most ${issue.maximum}${unitOf(issue.origin)}`;
    case "invalid_union":
      return "another type of value";
    default:
      return "another value";
  }
}

function expectedType(type: string): string {
  switch (type) {
    case "string":
      return "text";
    case "int":
    case "number":
      return "a number";
    case "object":
    case "record":
      return "fields (key: value), indented below";
    case "array":
      return 'a list, whose items start with "-"';
    default:
      return type;
  }
}

function unitOf(origin: string): string {
  switch (origin) {
    case "string":
      return " character";
    case "array":
      return " item";
    default:
      return "";
  }
}

/** `"a" or "b"`, `"a", "b" or "c"`. */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** A value as an error shows it: short, on one line. `source` is how it is written in the file. */
export function show(value: unknown, source?: string): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? "an empty list" : "a list";
  }
  if (typeof value === "object" && value !== null) {
    return "fields";
  }
  if (value === undefined || value === null) {
    return "nothing";
  }
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : `the ${typeof value} ${source ?? JSON.stringify(value)}`;
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** The fields that the schema knows at a path, in its order; [] where it knows none. */
export function knownFields(schema: z.core.$ZodType, path: FieldPath): readonly string[] {
  const inner = unwrap(schema);
  const [part, ...rest] = path;
  if (inner instanceof z.ZodObject) {
    if (part === undefined) {
      return Object.keys(inner.shape);
    }
    const field = (inner.shape as Readonly<Record<string, z.core.$ZodType>>)[String(part)];
    return field === undefined ? [] : knownFields(field, rest);
  }
  return inner instanceof z.ZodArray && part !== undefined ? knownFields(inner.element, rest) : [];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap());
  }
  return schema;
}

/** The known word that is most like `word`, when one is like enough to be meant. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  // Of a short word too little is left after two slips to tell what was meant.
  const limit = word.length <= 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  const byDistance = known
    .filter((candidate) => Math.abs(candidate.length - word.length) <= limit)
    .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((one, other) => one.distance - other.distance);
  return byDistance[0]?.candidate;
}

/** How many slips lie between two words: a letter added, left out or replaced, or two neighbours exchanged. */
function distance(from: string, to: string): number {
  let before: readonly number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isExchanged = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const exchanged = isExchanged ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(replaced, exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[to.length] ?? 0;
}
