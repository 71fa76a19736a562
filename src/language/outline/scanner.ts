import { addChild, type Draft, draftOf, onLine, reach } from "./draft.ts";
import { type OpenFlow, scanFlow } from "./flowScanner.ts";
import type { OutlineDocument } from "./outline.ts";
import {
  commentColumn,
  endOfQuoted,
  indentOf,
  isSpaceAt,
  keyToken,
  skipProperties,
  skipSpaces,
} from "./tokens.ts";

/** A map or list in block style that the next line may go on with. */
export interface Frame {
  readonly holds: "map" | "list";
  /** Column of its keys or "-". */
  readonly column: number;
  readonly node: Draft;
}

/** What the last line holds, for finding out what is being typed there. */
export type LastLine =
  | { readonly kind: "blank" }
  /** A comment, or the inside of a block scalar: nothing is completed there. */
  | { readonly kind: "nothing" }
  /** A "- " with nothing behind it. */
  | { readonly kind: "item"; readonly node: Draft }
  /** Behind the ":" of a key. `token`: where the value begins; undefined while there is none. */
  | { readonly kind: "value"; readonly node: Draft; readonly token?: number }
  /** A word without ":": a key of `node` that is being typed, or its value on a line of its own. */
  | { readonly kind: "word"; readonly node: Draft; readonly token: number }
  | { readonly kind: "flow"; readonly open: OpenFlow };

export interface Scan {
  readonly documents: readonly OutlineDocument[];
  /** Maps and lists that are open at the end, the outermost first. */
  readonly frames: readonly Frame[];
  readonly last: LastLine;
  /** Lines inside of scalars that go over several lines, and of flow collections, but for their first. */
  readonly innerLines: ReadonlySet<number>;
}

/** Reads lines into outlines. Never throws, whatever they hold; what makes no sense is passed over. */
export function scanLines(lines: readonly string[]): Scan {
  const documents: { root: Draft; line: number; endLine: number }[] = [];
  const innerLines = new Set<number>();
  let frames: Frame[] = [];
  let root = beginDocument(0);
  let last: LastLine = { kind: "blank" };
  let line = 0;
  let text = "";

  while (line < lines.length) {
    text = lines[line] ?? "";
    last = { kind: "blank" };
    readLine();
    line++;
  }
  const end = documents.at(-1);
  if (end !== undefined) {
    end.endLine = lines.length;
  }
  return { documents, frames, last, innerLines };

  function beginDocument(at: number): Draft {
    const previous = documents.at(-1);
    if (previous !== undefined) {
      previous.endLine = at;
    }
    const begun = draftOf("", undefined, onLine(at, 0, 0));
    documents.push({ root: begun, line: at, endLine: at + 1 });
    frames = [];
    return begun;
  }

  function readLine(): void {
    const marker = /^(---|\.\.\.)(?=\s|$)/.exec(text)?.[0];
    if (marker === "---") {
      // The first "---" begins the document that is there already, unless something stands before it.
      if (line > 0 && (documents.length > 1 || root.children.length > 0 || root.value !== undefined)) {
        root = beginDocument(line);
      } else if (documents[0] !== undefined) {
        documents[0].line = line;
        frames = [];
      }
      const column = skipSpaces(text, 3);
      if (column < text.length) {
        readContent(column);
      } else {
        last = { kind: "nothing" };
      }
      return;
    }
    if (marker !== undefined || (text.startsWith("%") && root.children.length === 0)) {
      frames = [];
      last = { kind: "nothing" };
      return;
    }
    const column = indentOf(text);
    if (text[column] === "\t" && text.trim() !== "") {
      last = { kind: "nothing" };
    } else if (skipSpaces(text, column) < text.length) {
      readContent(column);
    }
  }

  /** What stands from `column` on, the first thing of its line or the first behind a "-". */
  function readContent(column: number): void {
    if (text[column] === "#") {
      last = { kind: "nothing" };
      return;
    }
    while ((frames.at(-1)?.column ?? -1) > column) {
      frames.pop();
    }
    if (text[column] === "-" && isSpaceAt(text, column + 1)) {
      readItem(column);
      return;
    }
    const key = keyToken(text, skipProperties(text, column));
    if (key === undefined) {
      readWord(column);
      return;
    }
    const node = mapAt(column);
    const child = addChild(node, "map", key.text, onLine(line, key.column, key.endColumn));
    readValue(child, key.colon + 1, column);
  }

  /** The node whose keys stand at a column; its frame is the last one then. */
  function mapAt(column: number): Draft {
    if (
      frames.at(-1)?.column === column &&
      frames.at(-1)?.holds === "list" &&
      frames.at(-2)?.column === column
    ) {
      frames.pop();
    }
    const frame = frames.at(-1);
    if (frame?.column === column && frame.holds === "map") {
      return frame.node;
    }
    const node = (frame && frame.node.children.at(-1)) ?? frame?.node ?? root;
    open("map", column, node);
    return node;
  }

  function readItem(column: number): void {
    const frame = frames.at(-1);
    let node = frame?.node ?? root;
    if (frame?.column !== column || frame.holds !== "list") {
      // Items may stand right below the key that holds them, at the same column.
      node = (frame && frame.node.children.at(-1)) ?? node;
      if (node.value !== undefined || node.holds === "map") {
        last = { kind: "nothing" };
        return;
      }
      open("list", column, node);
    }
    const item = addChild(node, "list", "", onLine(line, column, column + 1));
    const rest = skipSpaces(text, column + 1);
    if (rest >= text.length) {
      last = { kind: "item", node: item };
      return;
    }
    readContent(rest);
  }

  function open(holds: "map" | "list", column: number, node: Draft): void {
    frames.push({ holds, column, node });
    node.childColumn ??= column;
  }

  /** A line without "key:": a scalar, a collection in flow style, or a key that is being typed. */
  function readWord(column: number): void {
    const frame = frames.at(-1);
    const above = frame && frame.node.children.at(-1);
    const begin = skipProperties(text, column);
    if (begin >= text.length || text[begin] === "#") {
      last = { kind: "nothing" };
      return;
    }
    if (frame?.column === column && frame.holds === "map") {
      const end = endOfPlain(begin);
      const isWord = end >= text.length;
      addChild(frame.node, "map", text.slice(begin, end), onLine(line, begin, end), true);
      last = isWord ? { kind: "word", node: frame.node, token: begin } : { kind: "nothing" };
      return;
    }
    const owner = above ?? frame?.node ?? root;
    if (owner.value !== undefined || owner.children.length > 0) {
      // A scalar that goes on, or a word among children where none can be.
      innerLines.add(line);
      reach(owner, line);
      last = { kind: "nothing" };
      return;
    }
    readValue(owner, column, frame?.column ?? -1, true);
  }

  /** `limit`: the column of the block that the value stands in. */
  function readValue(node: Draft, from: number, limit: number, isOnItsOwnLine = false): void {
    const column = skipProperties(text, skipSpaces(text, from));
    const first = text[column];
    if (first === undefined) {
      last = { kind: "value", node };
      return;
    }
    if (first === "#" && column > 0 && isSpaceAt(text, column - 1)) {
      last = { kind: "nothing" };
      return;
    }
    if (first === "{" || first === "[") {
      readFlow(node, column, limit);
    } else if (first === "|" || first === ">") {
      readBlockScalar(node, column, limit);
    } else if (first === '"' || first === "'") {
      readQuoted(node, column, limit, first);
    } else {
      const end = endOfPlain(column);
      const place = onLine(line, column, end);
      node.value = { kind: "scalar", place, text: text.slice(column, end), quote: "", isClosed: true };
      last =
        end < text.length
          ? { kind: "nothing" }
          : { kind: isOnItsOwnLine ? "word" : "value", node, token: column };
    }
    reach(node, line);
  }

  /** Behind a plain scalar: the line's end without blanks, or a comment. Blanks at the very end count as typed. */
  function endOfPlain(column: number): number {
    return text.slice(0, commentColumn(text, column)).trimEnd().length;
  }

  function readFlow(node: Draft, column: number, limit: number): void {
    const start = { line, column };
    const { end, isClosed, open: unfinished } = scanFlow(lines, start, limit, node);
    const place = { ...start, endLine: end.line, endColumn: end.column };
    node.value = { kind: "flow", place, text: "", quote: "", isClosed };
    skipTo(end.line);
    last = unfinished === undefined ? { kind: "nothing" } : { kind: "flow", open: unfinished };
  }

  function readBlockScalar(node: Draft, column: number, limit: number): void {
    const begin = line;
    let end = line;
    let isOver = false;
    for (let at = line + 1; at < lines.length && !isOver; at++) {
      const next = lines[at] ?? "";
      if (next.trim() !== "") {
        isOver = indentOf(next) <= limit;
        end = isOver ? end : at;
      }
    }
    const place = { line: begin, column, endLine: end, endColumn: (lines[end] ?? "").length };
    node.value = { kind: "block", place, text: "", quote: "", isClosed: true };
    const isHeader = end === begin && begin === lines.length - 1;
    skipTo(end);
    // A line of blanks at the text's end is the scalar's too when it is indented like it.
    if (!isOver && (lines.at(-1) ?? "").length > limit) {
      skipTo(lines.length - 1);
    }
    last = isHeader ? { kind: "value", node, token: column } : { kind: "nothing" };
  }

  function readQuoted(node: Draft, column: number, limit: number, quote: "'" | '"'): void {
    const begin = line;
    let end = endOfQuoted(text, column);
    let at = line;
    while (end === undefined && at + 1 < lines.length && goesOn(lines[at + 1] ?? "", limit)) {
      at++;
      end = endOfQuoted(lines[at] ?? "", -1, quote);
    }
    const isClosed = end !== undefined;
    // Without its other quote it ends with its first line: the lines below are more likely the rest of the file.
    const endLine = isClosed || at === lines.length - 1 ? at : begin;
    const endColumn = end ?? (lines[endLine] ?? "").length;
    const inside =
      endLine === begin
        ? text.slice(column + 1, isClosed ? endColumn - 1 : undefined)
        : text.slice(column + 1);
    const place = { line: begin, column, endLine, endColumn };
    node.value = { kind: "scalar", place, text: inside, quote, isClosed };
    skipTo(endLine);
    const isAtEnd = endLine === begin && endColumn >= text.length;
    last = isAtEnd ? { kind: "value", node, token: column } : { kind: "nothing" };
  }

  function skipTo(end: number): void {
    for (let at = line + 1; at <= end; at++) {
      innerLines.add(at);
    }
    line = Math.max(line, end);
  }
}

function goesOn(next: string, limit: number): boolean {
  return next.trim() === "" || (indentOf(next) > limit && !/^(---|\.\.\.)(\s|$)/.test(next));
}
