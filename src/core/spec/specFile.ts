import { type Parse, parseDocuments, type PlacedPart } from "./chunkedYaml.ts";
import { offsetOfDepth } from "./depth.ts";
import { type DiagnosticCode, type FieldPath, formatField, type SpecDiagnostic } from "./diagnostic.ts";
import { linePositions } from "./linePositions.ts";
import {
  type AtPlace,
  type Found,
  parseYaml,
  type Place,
  type YamlPart,
  type YamlProblem,
} from "./yamlPart.ts";

/** A spec of thousands of hosts is a megabyte; beyond this the file is something else. */
const maxCharacters = 5_000_000;

/** Entries of the parser's stack: two for each level. kubeadm's own documents have fewer than ten levels. */
const maxDepth = 100;

/** One YAML document of a spec file. */
export interface SpecDocument {
  /** Plain data; undefined while a problem of syntax keeps it from being read. */
  readonly value: unknown;
  /** Where a field is, or the nearest one above it that is in the file. */
  readonly find: (path: FieldPath) => Found;
  /** The key or scalar at a place of the file; undefined when there is none in this document. */
  readonly at: (line: number, column: number) => AtPlace | undefined;
  /** Builds a diagnostic at the place of a field. */
  readonly report: Report;
  /** Line of a field's value, from 0. */
  readonly lineOf: (path: FieldPath) => number;
  /** A scalar as it is written in the file: 1.30 rather than 1.3. */
  readonly sourceOf: (path: FieldPath) => string | undefined;
  /** Its first line and the line after its last, from 0. */
  readonly line: number;
  readonly endLine: number;
}

export type Report = (
  code: DiagnosticCode,
  path: FieldPath,
  message: string,
  options?: {
    /** "key" points at the key instead of the value. */
    readonly at?: "key" | "value";
    readonly severity?: SpecDiagnostic["severity"];
    /** Stands before the field: the kind of a pass-through document. */
    readonly prefix?: string;
  },
) => SpecDiagnostic;

export interface SpecFile {
  /** Without the empty ones. When there are syntax errors, as much of them as can be read. */
  readonly documents: readonly SpecDocument[];
  /** Without problems of syntax, so that the documents' values are what the file says. */
  readonly isReadable: boolean;
  readonly diagnostics: readonly SpecDiagnostic[];
}

/** Reads the YAML documents of a spec file. Never throws: what YAML forbids becomes a diagnostic. */
export type ReadSpecFile = (source: string, path: string) => SpecFile;

/** Reads a file by itself. */
export function readSpecFile(source: string, path: string): SpecFile {
  return createSpecFileReader()(source, path);
}

/**
 * A reader for a file that changes a little at a time: hosts and documents whose text is as it was are not parsed
 * again. What it gives is what a fresh reading gives. `parseText` is the YAML parser; tests count what it gets.
 */
export function createSpecFileReader(parseText: Parse = parseYaml): ReadSpecFile {
  let known: ReadonlyMap<string, readonly YamlPart[]> = new Map();
  return (source, path) => {
    const used = new Map<string, readonly YamlPart[]>();
    const parse = (text: string): readonly YamlPart[] => {
      const parts = used.get(text) ?? known.get(text) ?? parseText(text);
      used.set(text, parts);
      return parts;
    };
    const file = readWith(parse, source.replace(/^\uFEFF/, ""), path);
    known = used;
    return file;
  };
}

function readWith(parse: Parse, text: string, path: string): SpecFile {
  const refuse = (message: string, offset: number): SpecFile => {
    const { line, column } = linePositions(text)(offset);
    const problem = { severity: "error", code: "too-large", message, path, field: "" } as const;
    return {
      documents: [],
      isReadable: false,
      diagnostics: [{ ...problem, line, column, endLine: line, endColumn: column }],
    };
  };
  if (text.length > maxCharacters) {
    return refuse("a spec file has at most 5,000,000 characters", 0);
  }
  const tooDeep = offsetOfDepth(text, maxDepth);
  if (tooDeep !== undefined) {
    return refuse(`nested too deeply; at most ${maxDepth} levels are allowed`, tooDeep);
  }
  const documents = parseDocuments(parse, text);
  const problems = documents.flatMap(({ problems }) => worthTelling(problems));
  const syntax = problems.filter(({ kind }) => kind === "syntax");
  const aliases = problems.filter(({ kind }) => kind === "alias");
  const blocking = syntax.length > 0 ? syntax : aliases;
  const told = blocking.length > 0 ? blocking : problems;
  return {
    documents: documents.filter(({ isEmpty }) => !isEmpty).map((document) => specDocument(document, path)),
    isReadable: blocking.length === 0,
    diagnostics: told.map((problem) => diagnosticOf(problem, path)),
  };
}

/** Every key that is there twice, and of the other errors the first: what follows is mostly its consequence. */
function worthTelling(problems: readonly YamlProblem[]): readonly YamlProblem[] {
  const syntax = problems.filter(({ kind }) => kind === "syntax");
  const other = syntax.find(({ code }) => code !== "DUPLICATE_KEY");
  return other === undefined ? problems : [other];
}

function diagnosticOf(problem: YamlProblem, path: string): SpecDiagnostic {
  const codes = { syntax: "yaml-syntax", alias: "yaml-alias", warning: "yaml-tag" } as const;
  return {
    severity: problem.kind === "warning" ? "warning" : "error",
    code: codes[problem.kind],
    message: problem.kind === "syntax" ? yamlMessage(problem) : problem.message,
    path,
    field: "",
    ...problem.place,
  };
}

/** What the library says, in words for someone who has not read the YAML specification. */
function yamlMessage({ code, message }: YamlProblem): string {
  switch (code) {
    case "TAB_AS_INDENT":
      return "a tab is used to indent; YAML allows only spaces";
    case "DUPLICATE_KEY":
      return "the key is there twice; each may occur once";
    case "MULTILINE_IMPLICIT_KEY":
      return 'expected "key: value"; a ":" or a "- " is missing here, or the indentation differs from the line above';
    default:
      return `not valid YAML: ${message}`;
  }
}

function specDocument(document: PlacedPart, file: string): SpecDocument {
  const nowhere: Place = { line: 0, column: 0, endLine: 0, endColumn: 0 };
  const placeOf = (path: FieldPath, what: "key" | "value"): Place => {
    const { key, value, isBlock } = document.find(path);
    // Underlining a whole map or list would drown the file in red: its key says it as well.
    const place = what === "key" || isBlock ? (key ?? value) : (value ?? key);
    return place ?? nowhere;
  };
  return {
    value: document.value,
    line: document.line,
    endLine: document.endLine,
    find: document.find,
    at: document.at,
    report: (code, path, message, options = {}) => ({
      severity: options.severity ?? "error",
      code,
      message,
      path: file,
      field: formatField(options.prefix === undefined ? path : [options.prefix, ...path]),
      ...oneLine(placeOf(path, options.at ?? "value")),
    }),
    lineOf: (path) => document.find(path).value?.line ?? 0,
    sourceOf: (path) => document.find(path).source,
  };
}

/** A block list's item without a key begins with a whole map: only its first line is marked. */
function oneLine(place: Place): Place {
  return place.endLine === place.line
    ? place
    : { ...place, endLine: place.line, endColumn: place.column + 1 };
}
