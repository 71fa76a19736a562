import { parse, stringify } from "smol-toml";
import type { TomlTable } from "smol-toml";

/** A value that we set in a TOML file. */
export type TomlValue = string | number | boolean | readonly string[];

/** One wanted value, by the names of its tables and its key. */
export interface TomlChange {
  readonly path: readonly string[];
  readonly value: TomlValue;
}

/** A key or a table header of the file, with the lines that it takes; `last` is included. */
interface Entry {
  readonly kind: "key" | "table" | "array-table";
  readonly path: readonly string[];
  readonly first: number;
  readonly last: number;
  readonly indent: string;
}

/**
 * The TOML text with the wanted values, changing as few lines as possible: comments, order and formatting of all
 * else stay. When a small edit cannot express it (inline tables, say), the whole file is written anew, without
 * comments. Values that are already there change nothing. Throws smol-toml's TomlError when `text` is not TOML.
 */
export function setTomlValues(text: string, changes: readonly TomlChange[]): string {
  return changes.reduce(setTomlValue, text);
}

/** Value at a path, undefined where there is none. */
export function valueAt(table: TomlTable, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) => (isTable(at) && Object.hasOwn(at, name) ? at[name] : undefined),
    table,
  );
}

export function isTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function setTomlValue(text: string, { path, value }: TomlChange): string {
  const before = parse(text);
  if (isSame(valueAt(before, path), value)) {
    return text;
  }
  const expected = withValue(before, path, value);
  const edited = editLines(text, path, value);
  return isSame(tryParse(edited), expected) ? edited : stringify(expected);
}

function editLines(text: string, path: readonly string[], value: TomlValue): string {
  const lines = text.split("\n");
  const entries = scan(lines);
  const present = entries.find((entry) => entry.kind === "key" && isSame(entry.path, path));
  const literal = literalOf(value, text.includes("'") && !text.includes('"'));
  if (present !== undefined) {
    const replaced = replaceValue(lines.slice(present.first, present.last + 1), literal);
    return lines.toSpliced(present.first, present.last - present.first + 1, replaced).join("\n");
  }
  const key = keyOf(path.at(-1) ?? "");
  const tablePath = path.slice(0, -1);
  if (tablePath.length === 0) {
    return insertAtRoot(lines, entries, `${key} = ${literal}`);
  }
  const header = entries.findIndex((entry) => entry.kind === "table" && isSame(entry.path, tablePath));
  const table = entries[header];
  if (table === undefined) {
    const added = [`[${tablePath.map(keyOf).join(".")}]`, `  ${key} = ${literal}`, ""];
    const body = text.trim() === "" ? "" : `${text.trimEnd()}\n\n`;
    return `${body}${added.join("\n")}`;
  }
  const keys = takeKeys(entries.slice(header + 1));
  const indent = keys[0]?.indent ?? `${table.indent}  `;
  return lines.toSpliced((keys.at(-1) ?? table).last + 1, 0, `${indent}${key} = ${literal}`).join("\n");
}

/** Keys outside all tables stand before the first table; ours goes behind the last of them. */
function insertAtRoot(lines: readonly string[], entries: readonly Entry[], line: string): string {
  const keys = takeKeys(entries);
  const firstHeader = entries.find((entry) => entry.kind !== "key");
  const at = keys.length > 0 ? (keys.at(-1)?.last ?? 0) + 1 : firstHeader?.first;
  if (at === undefined) {
    // Nothing but comments, or nothing at all.
    return `${lines.join("\n").trimEnd()}\n${line}\n`.trimStart();
  }
  return lines.toSpliced(at, 0, ...(keys.length > 0 ? [line] : [line, ""])).join("\n");
}

function takeKeys(entries: readonly Entry[]): readonly Entry[] {
  const end = entries.findIndex((entry) => entry.kind !== "key");
  return end === -1 ? entries : entries.slice(0, end);
}

const keyPart = String.raw`(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)`;
const keyPattern = new RegExp(String.raw`^(\s*)(${keyPart}(?:\s*\.\s*${keyPart})*)\s*=`);
const headerPattern = /^(\s*)(\[\[?)/;

/** All keys and headers of a valid file. What is not understood is skipped: the caller checks the result. */
function scan(lines: readonly string[]): readonly Entry[] {
  const entries: Entry[] = [];
  let table: readonly string[] = [];
  for (let first = 0; first < lines.length; first++) {
    const line = lines[first] ?? "";
    const [, keyIndent = "", key] = keyPattern.exec(line) ?? [];
    if (key !== undefined) {
      const last = endOfValue(lines, first);
      entries.push({
        kind: "key",
        path: [...table, ...namesIn(`${key} = 0`)],
        first,
        last,
        indent: keyIndent,
      });
      first = last;
      continue;
    }
    const [, indent = "", bracket] = headerPattern.exec(line) ?? [];
    if (bracket !== undefined) {
      table = namesIn(line);
      entries.push({
        kind: bracket === "[" ? "table" : "array-table",
        path: table,
        first,
        last: first,
        indent,
      });
    }
  }
  return entries;
}

/** A value may go on over lines (arrays, texts in triple quotes): it ends where it first parses. */
function endOfValue(lines: readonly string[], first: number): number {
  for (let last = first; last < lines.length; last++) {
    if (tryParse(lines.slice(first, last + 1).join("\n")) !== undefined) {
      return last;
    }
  }
  return first;
}

/** The names that a header or a key consists of. */
function namesIn(line: string): readonly string[] {
  const names: string[] = [];
  let at: unknown = tryParse(line);
  while (isTable(at) && Object.keys(at).length === 1) {
    const [name = ""] = Object.keys(at);
    names.push(name);
    at = at[name];
  }
  return names;
}

const simpleValue = /^(true|false|[+-]?\d+|"[^"\\]*"|'[^']*'|\[[^\]#]*\])(\s*(?:#.*)?)$/;

function replaceValue(lines: readonly string[], literal: string): string {
  const [start = ""] = keyPattern.exec(lines[0] ?? "") ?? [];
  const rest = lines.join("\n").slice(start.length);
  const space = /^\s*/.exec(rest)?.[0] ?? "";
  const [, , comment = ""] = simpleValue.exec(rest.slice(space.length)) ?? [];
  return `${start}${space}${literal}${comment}`;
}

function literalOf(value: TomlValue, singleQuotes: boolean): string {
  if (typeof value === "object") {
    return `[${value.map((item) => literalOf(item, singleQuotes)).join(", ")}]`;
  }
  const isPlain = typeof value === "string" && /^[\x20-\x26\x28-\x7e]*$/.test(value);
  return singleQuotes && isPlain ? `'${value}'` : JSON.stringify(value);
}

function keyOf(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
}

function withValue(table: TomlTable, [name = "", ...rest]: readonly string[], value: TomlValue): TomlTable {
  const inner = Object.hasOwn(table, name) ? table[name] : undefined;
  const changed = rest.length === 0 ? value : withValue(isTable(inner) ? inner : {}, rest, value);
  return { ...table, [name]: changed } as TomlTable;
}

function tryParse(text: string): TomlTable | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** Equal values, whatever the order of their keys. */
function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  }
  if (isTable(one) && isTable(other)) {
    const names = Object.keys(one);
    return (
      names.length === Object.keys(other).length &&
      names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]))
    );
  }
  if (one instanceof Date && other instanceof Date) {
    return one.toISOString() === other.toISOString();
  }
  return Object.is(one, other);
}
