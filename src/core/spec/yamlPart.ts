import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  visit,
  type YAMLParseError,
} from "yaml";
import type { FieldPath } from "./diagnostic.ts";
import { linePositions } from "./linePositions.ts";

/** A stretch of a text. Lines and columns count from 0; the end is exclusive. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** What YAML itself says against a text. */
export interface YamlProblem {
  readonly kind: "syntax" | "alias" | "warning";
  /** The library's code: "DUPLICATE_KEY". */
  readonly code: string;
  readonly message: string;
  readonly place: Place;
}

/** Where a path leads: to a node, or to the nearest one above it that is in the file. */
export interface Found {
  /** The key that holds the node; absent for a list's item and for the whole document. */
  readonly key?: Place | undefined;
  /** The node; of a map or list written over lines the first character alone. Absent when nothing is written. */
  readonly value?: Place | undefined;
  readonly isExact: boolean;
  /** A map or list written over lines: underlining it would drown the file. */
  readonly isBlock: boolean;
  /** A scalar as it is written, without quotes: 1.30 rather than 1.3. */
  readonly source?: string | undefined;
}

/** What stands at a place: a key, or a value. */
export interface AtPlace {
  readonly path: FieldPath;
  readonly what: "key" | "value";
  readonly place: Place;
}

/** One YAML document, or a piece of one, its places counted from its own first line. */
export interface YamlPart {
  /** Plain data; undefined when the document is empty, or a problem of syntax or aliases keeps it from being read. */
  readonly value: unknown;
  readonly isEmpty: boolean;
  readonly problems: readonly YamlProblem[];
  /** Without anchors, aliases and tags: it means the same wherever it stands. */
  readonly isPlain: boolean;
  readonly find: (path: FieldPath) => Found;
  /** The innermost key or scalar at a place; undefined between them. */
  readonly at: (line: number, column: number) => AtPlace | undefined;
}

/** How often one anchor may be expanded, all in all, before a file counts as an attack on memory. */
const maxAliasCount = 100;

/** Aliases in a document; the time to resolve them grows with the square of their number. */
const maxAliases = 1000;

/** The documents of a text. Never throws. */
export function parseYaml(text: string): readonly YamlPart[] {
  const position = linePositions(text);
  const placeOf = (from: number, to: number): Place => {
    const start = position(from);
    const end = position(Math.max(from, to));
    return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  };
  return [...parseAllDocuments(text, { prettyErrors: false, merge: true, logLevel: "error" })].map(
    (document) => yamlPart(document, placeOf),
  );
}

type PlaceOf = (from: number, to: number) => Place;

function yamlPart(document: Document.Parsed, placeOf: PlaceOf): YamlPart {
  const problem = (
    kind: YamlProblem["kind"],
    { code, message, pos }: Pick<YAMLParseError, "code" | "message" | "pos">,
  ): YamlProblem => ({
    kind,
    code,
    message,
    place: placeOf(pos[0], pos[1]),
  });
  const syntax = document.errors.map((error) => problem("syntax", error));
  const warnings = document.warnings.map((warning) => problem("warning", warning));
  const { problems: aliases, isPlain } = aliasProblems(document, placeOf);
  const read = syntax.length + aliases.length > 0 ? {} : valueOf(document);
  return {
    value: read.value,
    isEmpty: isEmpty(document),
    problems: [...syntax, ...aliases, ...(read.problem === undefined ? [] : [read.problem]), ...warnings],
    isPlain,
    find: (path) => find(document, path, placeOf),
    at: (line, column) => at(document, line, column, placeOf),
  };
}

function valueOf(document: Document.Parsed): { readonly value?: unknown; readonly problem?: YamlProblem } {
  try {
    return { value: document.toJS({ maxAliasCount }) };
  } catch {
    // Aliases that multiply: the library counts them only while building values, and throws.
    return {
      problem: {
        kind: "alias",
        code: "ALIAS_COUNT",
        message: `its aliases (*name) expand to too much data; at most ${maxAliasCount} are allowed`,
        place: { line: 0, column: 0, endLine: 0, endColumn: 0 },
      },
    };
  }
}

function isEmpty(document: Document.Parsed): boolean {
  const contents: unknown = document.contents;
  return contents === null || (isScalar(contents) && contents.value === null && !contents.source);
}

/** Aliases without an anchor, aliases inside what they name, and too many: the library is slow at these. */
function aliasProblems(
  document: Document.Parsed,
  placeOf: PlaceOf,
): { readonly problems: readonly YamlProblem[]; readonly isPlain: boolean } {
  const problems: YamlProblem[] = [];
  const anchors = new Map<string, Node>();
  let aliases = 0;
  let isPlain = true;
  visit(document, {
    Value(_key, node) {
      if (node.anchor !== undefined) {
        anchors.set(node.anchor, node);
      }
      isPlain &&= node.anchor === undefined && node.tag === undefined;
    },
    Alias(_key, alias, ancestors) {
      const report = (message: string): void => {
        const [from, to] = alias.range ?? [0, 0];
        problems.push({ kind: "alias", code: "ALIAS", message, place: placeOf(from, to) });
      };
      const anchored = anchors.get(alias.source);
      isPlain = false;
      aliases++;
      if (anchored === undefined) {
        report(`*${alias.source} names an anchor (&${alias.source}) that is not set above`);
      } else if (ancestors.includes(anchored)) {
        report(`*${alias.source} is used inside itself`);
      } else if (aliases > maxAliases) {
        report(`at most ${maxAliases} aliases (*name) are allowed in a document`);
        return visit.BREAK;
      }
      return undefined;
    },
  });
  return { problems, isPlain };
}

function find(document: Document.Parsed, path: FieldPath, placeOf: PlaceOf): Found {
  let node: Node | undefined = document.contents ?? undefined;
  let key: Node | undefined;
  let isExact = true;
  for (const part of path) {
    const collection: Node | undefined = isAlias(node) ? node.resolve(document) : node;
    if (isMap(collection)) {
      const pair = collection.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(part),
      );
      if (pair === undefined) {
        isExact = false;
        break;
      }
      key = pair.key as Node;
      node = (pair.value as Node | null) ?? undefined;
    } else if (isSeq(collection) && typeof part === "number") {
      key = undefined;
      node = (collection.items[part] as Node | undefined) ?? undefined;
    } else {
      isExact = false;
      break;
    }
  }
  const isBlock = isCollection(node) && node.flow !== true;
  const value = placeOfNode(node, placeOf);
  return {
    key: placeOfNode(key, placeOf),
    value: isBlock ? value && beginning(value) : value,
    isExact,
    isBlock,
    source: isExact && isScalar(node) ? node.source : undefined,
  };
}

function beginning({ line, column }: Place): Place {
  return { line, column, endLine: line, endColumn: column + 1 };
}

function placeOfNode(node: Node | undefined, placeOf: PlaceOf): Place | undefined {
  return node?.range ? placeOf(node.range[0], node.range[1]) : undefined;
}

function at(document: Document.Parsed, line: number, column: number, placeOf: PlaceOf): AtPlace | undefined {
  let found: AtPlace | undefined;
  // Right behind a word is still at it; on the line behind a block scalar is not.
  const isAt = (place: Place): boolean =>
    (place.line < line || (place.line === line && place.column <= column)) &&
    (place.endLine > line ||
      (place.endLine === line && place.endColumn >= column && (column > 0 || place.line === line)));
  visit(document, {
    Scalar(key, node, ancestors) {
      const place = placeOfNode(node, placeOf);
      if (place !== undefined && isAt(place)) {
        found = { path: pathOf(key, ancestors), what: key === "key" ? "key" : "value", place };
        return visit.BREAK;
      }
      return undefined;
    },
  });
  return found;
}

type Ancestors = readonly (Document | Node | Pair)[];

function pathOf(key: number | "key" | "value" | null, ancestors: Ancestors): FieldPath {
  const path: (string | number)[] = [];
  ancestors.forEach((ancestor, index) => {
    const child = ancestors[index + 1];
    if (isPair(ancestor)) {
      path.push(isScalar(ancestor.key) ? String(ancestor.key.value) : "");
    } else if (isSeq(ancestor)) {
      path.push(child === undefined ? Number(key) : ancestor.items.indexOf(child));
    }
  });
  return path;
}
