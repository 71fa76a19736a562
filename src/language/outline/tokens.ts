/** Pieces of YAML on one line. Columns count from 0. */

/** A key and the ":" behind it. */
export interface KeyToken {
  readonly text: string;
  readonly column: number;
  readonly endColumn: number;
  /** Column of the ":". */
  readonly colon: number;
}

/** The key of `key: value` that begins at a column of a block map; undefined when there is none. */
export function keyToken(line: string, column: number): KeyToken | undefined {
  const first = line[column];
  if (first === '"' || first === "'") {
    const end = endOfQuoted(line, column);
    const colon = end === undefined ? -1 : skipSpaces(line, end);
    return end !== undefined && line[colon] === ":" && isSpaceAt(line, colon + 1)
      ? { text: line.slice(column + 1, end - 1), column, endColumn: end, colon }
      : undefined;
  }
  if (!startsPlain(line, column)) {
    return undefined;
  }
  for (let at = column; at < line.length; at++) {
    if (line[at] === ":" && isSpaceAt(line, at + 1)) {
      const endColumn = line.slice(0, at).trimEnd().length;
      return { text: line.slice(column, endColumn), column, endColumn, colon: at };
    }
    if (startsComment(line, at)) {
      return undefined;
    }
  }
  return undefined;
}

/** Whether a plain scalar can begin here. */
export function startsPlain(line: string, column: number): boolean {
  const first = line[column];
  if (first === undefined || first === " " || first === "\t") {
    return false;
  }
  if ("-?:".includes(first)) {
    return !isSpaceAt(line, column + 1);
  }
  return !",[]{}#&*!|>'\"%@`".includes(first);
}

/** Column behind the closing quote of what begins with one; undefined when it is not closed on this line. */
export function endOfQuoted(line: string, column: number, quote = line[column]): number | undefined {
  for (let at = column + 1; at < line.length; at++) {
    if (line[at] === "\\" && quote === '"') {
      at++;
    } else if (line[at] === quote) {
      if (quote !== "'" || line[at + 1] !== "'") {
        return at + 1;
      }
      at++;
    }
  }
  return undefined;
}

/** Where a comment begins in what is left of a line from `column` on; the line's length when there is none. */
export function commentColumn(line: string, column: number): number {
  for (let at = column; at < line.length; at++) {
    if (startsComment(line, at)) {
      return at;
    }
  }
  return line.length;
}

export function startsComment(line: string, at: number): boolean {
  return line[at] === "#" && (at === 0 || line[at - 1] === " " || line[at - 1] === "\t");
}

/** The first column from `column` on that holds no blank. */
export function skipSpaces(line: string, column: number): number {
  let at = column;
  while (line[at] === " " || line[at] === "\t") {
    at++;
  }
  return at;
}

/** Skips anchors and tags: &name, !tag. */
export function skipProperties(line: string, column: number): number {
  let at = column;
  while (line[at] === "&" || line[at] === "!") {
    const [property] = /^[&!][^\s,[\]{}]*(?=\s|$)/.exec(line.slice(at, at + 200)) ?? [];
    if (property === undefined) {
      return at;
    }
    at = skipSpaces(line, at + property.length);
  }
  return at;
}

/** How many spaces a line begins with. */
export function indentOf(line: string): number {
  let at = 0;
  while (line[at] === " ") {
    at++;
  }
  return at;
}

export function isSpaceAt(line: string, at: number): boolean {
  return at >= line.length || line[at] === " " || line[at] === "\t";
}
