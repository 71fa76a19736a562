import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  parseAllDocuments,
  Parser,
  visit,
  type YAMLParseError,
} from "yaml";
import { type DiagnosticCode, type FieldPath, formatField, type SpecDiagnostic } from "./diagnostic.ts";
import { linePositions } from "./linePositions.ts";

/** A spec is a few kilobytes; beyond this the file is something else, and parsing it would only cost time. */
const maxCharacters = 1_000_000;

/** Levels of maps and lists in each other; kubeadm's own documents have fewer than ten. */
const maxDepth = 100;

/** How often one anchor may be expanded, all in all, before a file counts as an attack on memory. */
const maxAliasCount = 100;

/** Aliases in a document; the time to resolve them grows with the square of their number. */
const maxAliases = 1000;

type PlaceOf = (from: number, to: number) => Omit<SpecDiagnostic, "code" | "message" | "field" | "severity">;

/** One YAML document of a spec file. */
export interface SpecDocument {
  /** Plain data. */
  readonly value: unknown;
  /** Builds a diagnostic at the place of a field. */
  readonly report: Report;
  /** Line of a field's value, from 0. */
  readonly lineOf: (path: FieldPath) => number;
  /** A scalar as it is written in the file: 1.30 rather than 1.3. */
  readonly sourceOf: (path: FieldPath) => string | undefined;
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
  /** Without the empty ones. Empty when there was a syntax error. */
  readonly documents: readonly SpecDocument[];
  readonly diagnostics: readonly SpecDiagnostic[];
}

/** Reads the YAML documents of a spec file. Never throws: what YAML forbids becomes a diagnostic. */
export function readSpecFile(source: string, path: string): SpecFile {
  const text = source.replace(/^\uFEFF/, "");
  const position = linePositions(text);
  const at: PlaceOf = (from, to) => {
    const start = position(from);
    const end = position(Math.max(from, to));
    return { path, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  };
  const error = (code: DiagnosticCode, message: string, from = 0, to = from): SpecDiagnostic => ({
    severity: "error",
    code,
    message,
    field: "",
    ...at(from, to),
  });
  const refuse = (...diagnostics: SpecDiagnostic[]): SpecFile => ({ documents: [], diagnostics });

  if (text.length > maxCharacters) {
    return refuse(error("too-large", "a spec file has at most 1,000,000 characters"));
  }
  const tooDeep = offsetOfDepth(text, maxDepth);
  if (tooDeep !== undefined) {
    return refuse(error("too-large", `nested too deeply; at most ${maxDepth} levels are allowed`, tooDeep));
  }
  const documents = [...parseAllDocuments(text, { prettyErrors: false, merge: true, logLevel: "error" })];
  const syntax = documents
    .flatMap(syntaxErrors)
    .map((problem) => error("yaml-syntax", yamlMessage(problem), ...problem.pos));
  if (syntax.length > 0) {
    return refuse(...syntax);
  }
  const aliases = documents
    .flatMap(aliasProblems)
    .map(({ message, from, to }) => error("yaml-alias", message, from, to));
  if (aliases.length > 0) {
    return refuse(...aliases);
  }
  const warnings = documents.flatMap((document) =>
    document.warnings.map((problem) => ({
      ...error("yaml-tag", problem.message, ...problem.pos),
      severity: "warning" as const,
    })),
  );
  try {
    return {
      documents: documents
        .filter((document) => !isEmpty(document))
        .map((document) => specDocument(document, document.toJS({ maxAliasCount }), at)),
      diagnostics: warnings,
    };
  } catch {
    // Aliases that multiply: the library counts them only while building values, and throws.
    return refuse(
      error(
        "yaml-alias",
        `its aliases (*name) expand to too much data; at most ${maxAliasCount} are allowed`,
      ),
    );
  }
}

/** Where the nesting first exceeds `depth`. The parser keeps a stack of its own; composing values recurses. */
function offsetOfDepth(text: string, depth: number): number | undefined {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _token of parser.next(lexeme)) {
      // Only the parser's state is of interest.
    }
    if (parser.stack.length > depth) {
      return parser.offset;
    }
  }
  return undefined;
}

type SyntaxProblem = Pick<YAMLParseError, "code" | "message" | "pos">;

/** Every key that is there twice, and of the other errors the first: what follows is mostly its consequence. */
function syntaxErrors(document: Document.Parsed): readonly SyntaxProblem[] {
  const isDuplicate = (problem: SyntaxProblem): boolean => problem.code === "DUPLICATE_KEY";
  const other = document.errors.find((problem) => !isDuplicate(problem));
  return other === undefined ? document.errors : [other];
}

/** What the library says, in words for someone who has not read the YAML specification. */
function yamlMessage(problem: SyntaxProblem): string {
  switch (problem.code) {
    case "TAB_AS_INDENT":
      return "a tab is used to indent; YAML allows only spaces";
    case "DUPLICATE_KEY":
      return "the key is there twice; each may occur once";
    case "MULTILINE_IMPLICIT_KEY":
      return 'expected "key: value"; a ":" or a "- " is missing here, or the indentation differs from the line above';
    default:
      return `not valid YAML: ${problem.message}`;
  }
}

function isEmpty(document: Document.Parsed): boolean {
  const contents: unknown = document.contents;
  return contents === null || (isScalar(contents) && contents.value === null && !contents.source);
}

/** Aliases without an anchor, aliases inside what they name, and too many: the library is slow at these. */
function aliasProblems(
  document: Document.Parsed,
): readonly { readonly message: string; readonly from: number; readonly to: number }[] {
  const problems: { message: string; from: number; to: number }[] = [];
  const anchors = new Map<string, Node>();
  let aliases = 0;
  visit(document, {
    Value(_key, node) {
      if (node.anchor !== undefined) {
        anchors.set(node.anchor, node);
      }
    },
    Alias(_key, alias, ancestors) {
      const [from, to] = alias.range ?? [0, 0];
      const anchored = anchors.get(alias.source);
      aliases++;
      if (anchored === undefined) {
        const message = `*${alias.source} names an anchor (&${alias.source}) that is not set above`;
        problems.push({ message, from, to });
      } else if (ancestors.includes(anchored)) {
        problems.push({ message: `*${alias.source} is used inside itself`, from, to });
      } else if (aliases > maxAliases) {
        problems.push({
          message: `at most ${maxAliases} aliases (*name) are allowed in a document`,
          from,
          to,
        });
        return visit.BREAK;
      }
      return undefined;
    },
  });
  return problems;
}

function specDocument(document: Document.Parsed, value: unknown, at: PlaceOf): SpecDocument {
  const rangeOf = (path: FieldPath, what: "key" | "value"): readonly [number, number] => {
    const { key, node } = nearest(document, path);
    const [start, end] = (what === "key" ? (key ?? node) : (node ?? key))?.range ?? [0, 0];
    // Underlining a whole map or list would drown the file in red: its key says it as well.
    return what === "value" && isCollection(node) && !node.flow && key?.range
      ? [key.range[0], key.range[1]]
      : [start, end];
  };
  return {
    value,
    report: (code, path, message, options = {}) => ({
      severity: options.severity ?? "error",
      code,
      message,
      field: formatField(options.prefix === undefined ? path : [options.prefix, ...path]),
      ...oneLine(at(...rangeOf(path, options.at ?? "value"))),
    }),
    lineOf: (path) => {
      const range = nearest(document, path).node?.range ?? [0, 0];
      return at(range[0], range[1]).line;
    },
    sourceOf: (path) => {
      const { node, isExact } = nearest(document, path);
      return isExact && isScalar(node) ? node.source : undefined;
    },
  };
}

/** A block list's item without a key begins with a whole map: only its first line is marked. */
function oneLine<T extends { line: number; endLine: number; column: number; endColumn: number }>(
  range: T,
): T {
  return range.endLine === range.line
    ? range
    : { ...range, endLine: range.line, endColumn: range.column + 1 };
}

/** The node at `path`, or the nearest one above it that is in the file, with the key that holds it. */
function nearest(
  document: Document.Parsed,
  path: FieldPath,
): { readonly key?: Node; readonly node?: Node; readonly isExact: boolean } {
  let node: Node | undefined = document.contents ?? undefined;
  let key: Node | undefined;
  for (const part of path) {
    const collection: Node | undefined = isAlias(node) ? node.resolve(document) : node;
    if (isMap(collection)) {
      const pair = collection.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(part),
      );
      if (pair === undefined) {
        return { ...(key && { key }), ...(node && { node }), isExact: false };
      }
      key = pair.key as Node;
      node = (pair.value as Node | null) ?? undefined;
    } else if (isSeq(collection) && typeof part === "number") {
      key = undefined;
      node = (collection.items[part] as Node | undefined) ?? undefined;
    } else {
      return { ...(key && { key }), ...(node && { node }), isExact: false };
    }
  }
  return { ...(key && { key }), ...(node && { node }), isExact: true };
}
