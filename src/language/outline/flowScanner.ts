import { addChild, type Draft, onLine, reach } from "./draft.ts";
import { endOfQuoted, indentOf, isSpaceAt, skipProperties, skipSpaces, startsComment } from "./tokens.ts";

/** A place in the text. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}

/** What the text's end is in the middle of. */
export type OpenFlow =
  /** A key of `node`, or an item: nothing of it is there yet, or what stands from `token` on. */
  | { readonly kind: "entry"; readonly node: Draft; readonly token?: Spot }
  /** The value of `node`. */
  | { readonly kind: "value"; readonly node: Draft; readonly token?: Spot }
  | { readonly kind: "nothing" };

export interface FlowEnd {
  /** Behind the closing bracket, or where reading was given up. */
  readonly end: Spot;
  readonly isClosed: boolean;
  /** When the text ended before the bracket was closed. */
  readonly open?: OpenFlow;
}

/**
 * Reads a map or list in flow style from its opening bracket on into `owner`. It is given up at a line that is
 * indented no deeper than `limit`, the column of the block that it stands in: there the bracket was forgotten.
 */
export function scanFlow(lines: readonly string[], start: Spot, limit: number, owner: Draft): FlowEnd {
  let { line, column } = start;
  let open: OpenFlow | undefined;
  const isClosed = collection(owner);
  return { end: { line, column }, isClosed, ...(open && { open }) };

  /** Whether it was closed. */
  function collection(node: Draft): boolean {
    const isMap = text()[column] === "{";
    node.holds = isMap ? "map" : "list";
    column++;
    for (;;) {
      if (!toNextCharacter()) {
        open ??= { kind: "entry", node };
        return false;
      }
      reach(node, line);
      const character = text()[column] ?? "";
      if (character === "}" || character === "]") {
        column++;
        return true;
      }
      if (character === ",") {
        column++;
      } else if (!(isMap ? entry(node) : item(node))) {
        return false;
      }
    }
  }

  /** A key and its value; false when the text or the collection ended in it. */
  function entry(node: Draft): boolean {
    const token = { line, column };
    const key = scalar();
    const child = addChild(node, "map", key.text, onLine(token.line, token.column, key.endColumn), true);
    if (isAtEnd()) {
      open = { kind: "entry", node, token };
      return false;
    }
    if (!toNextCharacter()) {
      open = { kind: "nothing" };
      return false;
    }
    if (text()[column] !== ":") {
      return true;
    }
    column++;
    const whole = { ...child, isHalfTyped: false };
    node.children[node.children.length - 1] = whole;
    return value(whole);
  }

  function item(node: Draft): boolean {
    return value(addChild(node, "list", "", onLine(line, column, column)), true);
  }

  /** `mayBePair`: an item may be written as `key: value`. */
  function value(node: Draft, mayBePair = false): boolean {
    if (!toNextCharacter()) {
      open ??= { kind: "value", node };
      return false;
    }
    column = skipProperties(text(), column);
    if (column >= text().length) {
      return value(node, mayBePair);
    }
    reach(node, line);
    const token = { line, column };
    const first = text()[column] ?? "";
    if (",}]".includes(first)) {
      return true;
    }
    if (first === "{" || first === "[") {
      const wasClosed = collection(node);
      const place = { ...token, endLine: line, endColumn: column };
      node.value = { kind: "flow", place, text: "", quote: "", isClosed: wasClosed };
      return wasClosed;
    }
    const read = scalar();
    const place = onLine(token.line, token.column, read.endColumn);
    node.value = { kind: "scalar", place, text: read.text, quote: read.quote, isClosed: read.isClosed };
    if (isAtEnd()) {
      open = { kind: "value", node, token };
      return false;
    }
    if (mayBePair && text()[skipSpaces(text(), column)] === ":") {
      column = skipSpaces(text(), column) + 1;
      node.value = undefined;
      return value(addChild(node, "map", read.text, place));
    }
    return true;
  }

  /** A key or value up to what ends it; at least one character, so that reading goes on. */
  function scalar(): {
    readonly text: string;
    readonly quote: "" | "'" | '"';
    readonly endColumn: number;
    readonly isClosed: boolean;
  } {
    const from = column;
    const quote = text()[from];
    if (quote === '"' || quote === "'") {
      const end = endOfQuoted(text(), from);
      column = end ?? text().length;
      const inside = text().slice(from + 1, end === undefined ? undefined : end - 1);
      return { text: inside, quote, endColumn: column, isClosed: end !== undefined };
    }
    column++;
    while (column < text().length && !endsPlain(text(), column)) {
      column++;
    }
    const written = text().slice(from, column).trimEnd();
    // Blanks behind it do not belong to it, but to the way on.
    column = from + written.length;
    return { text: written, quote: "", endColumn: column, isClosed: true };
  }

  /** Goes to the next character that is no blank or comment; false when the text or the collection ended. */
  function toNextCharacter(): boolean {
    for (;;) {
      column = skipSpaces(text(), column);
      const isComment = startsComment(text(), column);
      if (column < text().length && !isComment) {
        return true;
      }
      if (line + 1 >= lines.length) {
        column = text().length;
        open = isComment ? { kind: "nothing" } : open;
        return false;
      }
      if (isGivenUpAt(lines[line + 1] ?? "")) {
        column = text().length;
        open = { kind: "nothing" };
        return false;
      }
      line++;
      column = 0;
    }
  }

  function isGivenUpAt(next: string): boolean {
    const indent = indentOf(next);
    const first = next[indent];
    if (first === undefined || first === "#") {
      return false;
    }
    return /^(---|\.\.\.)(\s|$)/.test(next) || (indent <= limit && first !== "}" && first !== "]");
  }

  function isAtEnd(): boolean {
    return line + 1 >= lines.length && column >= text().length;
  }

  function text(): string {
    return lines[line] ?? "";
  }
}

function endsPlain(text: string, column: number): boolean {
  const character = text[column] ?? "";
  if (",[]{}".includes(character)) {
    return true;
  }
  return character === ":"
    ? isSpaceAt(text, column + 1) || ",[]{}".includes(text[column + 1] ?? "")
    : startsComment(text, column);
}
