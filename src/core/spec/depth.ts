import { Lexer, Parser } from "yaml";

/**
 * Offset at which the nesting of a YAML text first exceeds `depth`; undefined when it never does. The parser keeps
 * a stack of its own; composing values recurses, and would run out of stack.
 */
export function offsetOfDepth(text: string, depth: number): number | undefined {
  if (!canExceed(text, depth)) {
    return undefined;
  }
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

/**
 * A bound that costs little: a level in block style takes a column of indentation, one in flow style a bracket, and
 * the parser's stack holds two entries a level.
 */
function canExceed(text: string, depth: number): boolean {
  let brackets = 0;
  let indentation = 0;
  for (const [indent] of text.matchAll(/^[ \t?:-]+/gm)) {
    indentation = Math.max(indentation, indent.length);
  }
  for (const character of text) {
    if (character === "[" || character === "{") {
      brackets++;
    }
  }
  return 2 * (indentation + brackets) + 10 > depth;
}
