import type { FieldPath } from "../../core/spec/diagnostic.ts";
import type { Draft } from "./draft.ts";
import type { OpenFlow } from "./flowScanner.ts";
import { documentAt, nodeAt, type OutlineDocument, type OutlineNode, pathOf } from "./outline.ts";
import { type Frame, scanLines } from "./scanner.ts";
import { commentColumn, endOfQuoted, isSpaceAt, keyToken, skipSpaces } from "./tokens.ts";

/** What may be typed at a place of a spec. */
export interface Cursor {
  /** A key of the map at `path`; the value at `path`; or another "-" of the list at `path`. */
  readonly kind: "key" | "value" | "item";
  readonly path: FieldPath;
  readonly style: "block" | "flow";
  /** Columns of the cursor's line that a completion replaces; the cursor lies between them. */
  readonly from: number;
  readonly to: number;
  /** Column at which it begins: what is put below it is indented from here. */
  readonly column: number;
  /** The ":" of a key is there already. */
  readonly hasColon: boolean;
  /** A blank has to come first: the cursor is right behind a ":". */
  readonly needsBlank: boolean;
  /** Keys that the map has already, without the one at the cursor. */
  readonly siblings: readonly string[];
  readonly document: OutlineDocument;
}

/**
 * What may be typed at a place: [] in comments and texts, several where lines alone cannot tell. `documents` is the
 * outline of all `lines`.
 */
export function cursorsAt(
  lines: readonly string[],
  documents: readonly OutlineDocument[],
  line: number,
  column: number,
): readonly Cursor[] {
  const document = documentAt(documents, line);
  const text = lines[line];
  if (document === undefined || text === undefined || column > text.length || /^---(\s|$)/.test(text)) {
    return [];
  }
  // What stands before the cursor says where it is, in whatever state the rest of the file may be.
  const first = document.line;
  const { frames, last } = scanLines([...lines.slice(first, line), text.slice(0, column)]);
  const at = { text, column, line, document };
  switch (last.kind) {
    case "nothing":
      return [];
    case "blank":
      return blankLine(at, frames);
    case "item":
      return [keyOf(at, last.node, "block"), valueOf(at, last.node, "block")];
    case "value":
      return [valueOf(at, last.node, "block", last.token)];
    case "word":
      return words(at, last.node, last.token);
    case "flow":
      return inFlow(at, last.open, first);
  }
}

interface At {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly document: OutlineDocument;
}

/** Only blanks stand before the cursor: its column says which map or list it belongs to. */
function blankLine(at: At, frames: readonly Frame[]): readonly Cursor[] {
  const places = at.text.trim() === "" ? blankPlaces(at, frames) : wordPlaces(at, frames);
  return places.map(({ kind, node }) => {
    switch (kind) {
      case "key":
        return keyOf(at, node, "block");
      case "value":
        return valueOf(at, node, "block");
      case "item":
        return itemOf(at, node);
    }
  });
}

/** At the beginning of a word that is there already: it may become another key. */
function wordPlaces(at: At, frames: readonly Frame[]): readonly BlankPlace[] {
  const rest = at.text.slice(at.column);
  const isWord = keyToken(rest, 0) !== undefined || /^\w[\w./-]*$/.test(rest);
  return isWord ? blankPlaces(at, frames).filter(({ kind }) => kind === "key") : [];
}

interface BlankPlace {
  readonly kind: Cursor["kind"];
  readonly node: OutlineNode;
}

function blankPlaces({ column, document }: At, frames: readonly Frame[]): readonly BlankPlace[] {
  const open = frames.filter((frame) => frame.column <= column);
  const frame = open.at(-1);
  if (frame === undefined) {
    const { root } = document;
    const isFirst = root.childColumn === undefined && column === 0;
    return isFirst || root.childColumn === column ? [{ kind: "key", node: root }] : [];
  }
  const above = frame.node.children.at(-1);
  if (frame.column === column) {
    const around = open.at(-2);
    const isBesideKeys = frame.holds === "list" && around?.column === column;
    return [
      { kind: frame.holds === "list" ? "item" : "key", node: frame.node },
      ...(isBesideKeys ? [{ kind: "key" as const, node: around.node }] : []),
      // Items may stand right below the key that holds them.
      ...(frame.holds === "map" && isEmpty(above) ? [{ kind: "item" as const, node: above }] : []),
    ];
  }
  if (!isEmpty(above)) {
    return [];
  }
  const whole = nodeAt(document.root, pathOf(above));
  const isElsewhere = whole?.childColumn !== undefined && whole.childColumn !== column;
  return isElsewhere ? [] : (["key", "item", "value"] as const).map((kind) => ({ kind, node: above }));
}

function isEmpty(node: OutlineNode | undefined): node is OutlineNode {
  return node !== undefined && node.value === undefined && node.children.length === 0;
}

/** A word without a ":": a key that is being typed, or a value on a line of its own. */
function words(at: At, node: Draft, token: number): readonly Cursor[] {
  const key = keyOf(at, node, "block", token);
  // A key among others, or the first one below `node`.
  return node.value === undefined || key.hasColon ? [key] : [key, valueOf(at, node, "block", token)];
}

function inFlow(at: At, open: OpenFlow, firstLine: number): readonly Cursor[] {
  if (open.kind === "nothing") {
    return [];
  }
  const { token } = open;
  if (token !== undefined && token.line + firstLine !== at.line) {
    return [];
  }
  if (open.kind === "value") {
    return [valueOf(at, open.node, "flow", token?.column)];
  }
  if (open.node.holds === "map") {
    return [keyOf(at, open.node, "flow", token?.column)];
  }
  const path = [...pathOf(open.node), open.node.children.length];
  return [{ ...valueOf(at, open.node, "flow"), path }];
}

function keyOf(at: At, node: OutlineNode, style: Cursor["style"], token = at.column): Cursor {
  const path = pathOf(node);
  const to = Math.max(at.column, endOfKey(at.text, token, style));
  return {
    kind: "key",
    path,
    style,
    from: token,
    to,
    column: token,
    hasColon: at.text[skipSpaces(at.text, to)] === ":",
    needsBlank: false,
    siblings: siblingsOf(at, path),
    document: at.document,
  };
}

function valueOf(at: At, node: OutlineNode, style: Cursor["style"], token = at.column): Cursor {
  return {
    kind: "value",
    path: pathOf(node),
    style,
    from: token,
    to: Math.max(at.column, endOfValue(at.text, token, style)),
    column: token,
    hasColon: false,
    needsBlank: at.text[token - 1] === ":",
    siblings: [],
    document: at.document,
  };
}

function itemOf(at: At, list: OutlineNode): Cursor {
  return { ...keyOf(at, list, "block"), kind: "item", to: at.column, hasColon: false, siblings: [] };
}

function siblingsOf(at: At, path: FieldPath): readonly string[] {
  const children = nodeAt(at.document.root, path)?.children ?? [];
  return children
    .filter(({ mark }) => mark.line !== at.line || mark.column > at.column || mark.endColumn < at.column)
    .map(({ step }) => String(step));
}

function endOfKey(text: string, token: number, style: Cursor["style"]): number {
  const key = style === "block" ? keyToken(text, token) : undefined;
  return key?.endColumn ?? token + (/^["']?[\w./-]*["']?/.exec(text.slice(token))?.[0].length ?? 0);
}

function endOfValue(text: string, token: number, style: Cursor["style"]): number {
  const first = text[token];
  if (first === '"' || first === "'") {
    const end = endOfQuoted(text, token);
    // A quote that is not closed yet: what is behind it in flow style is something else.
    return end ?? (style === "block" ? text.trimEnd().length : token);
  }
  if (style === "block") {
    return text.slice(0, commentColumn(text, token)).trimEnd().length;
  }
  let end = token;
  while (
    end < text.length &&
    !",[]{}".includes(text[end] ?? "") &&
    !(text[end] === ":" && isSpaceAt(text, end + 1))
  ) {
    end++;
  }
  return text.slice(0, end).trimEnd().length;
}
