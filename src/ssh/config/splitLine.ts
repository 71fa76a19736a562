/** A line of ssh_config that says something. */
export interface DirectiveLine {
  /** Lower case. */
  readonly keyword: string;
  /** What follows it, as written: white space at its ends and one "=" are gone. "" when nothing does. */
  readonly rest: string;
}

/**
 * The keyword of a line and what follows it; undefined for blank lines, comments, and (as OpenSSH reads it)
 * lines whose keyword starts a quotation that never ends.
 * Source: process_config_line_depth in readconf.c and strdelim in misc.c of OpenSSH.
 */
export function splitKeyword(line: string): DirectiveLine | undefined {
  // A form feed is white space at the end alone, and never the first character.
  const text = line.slice(0, 1) + line.slice(1).replace(/[ \t\r\n\f]+$/, "");
  const first = nextToken(text);
  // White space, or an "=", before the keyword reads as an empty token.
  const { token, rest } = first.token === "" && first.rest !== undefined ? nextToken(first.rest) : first;
  if (!token || token.startsWith("#")) {
    return undefined;
  }
  return { keyword: token.toLowerCase(), rest: withoutLeadingSpace(rest ?? "") };
}

interface Token {
  /** undefined: a quotation does not end. */
  readonly token: string | undefined;
  readonly rest: string | undefined;
}

function nextToken(text: string): Token {
  const end = text.search(/[ \t\r\n"=]/);
  if (end < 0) {
    return { token: text, rest: undefined };
  }
  if (text[end] === '"') {
    const close = text.indexOf('"', end + 1);
    return close < 0
      ? { token: undefined, rest: undefined }
      : {
          token: text.slice(0, end) + text.slice(end + 1, close),
          rest: withoutLeadingSpace(text.slice(close + 1)),
        };
  }
  const rest = withoutLeadingSpace(text.slice(end + 1));
  const hasEquals = text[end] !== "=" && rest.startsWith("=");
  return { token: text.slice(0, end), rest: hasEquals ? withoutLeadingSpace(rest.slice(1)) : rest };
}

function withoutLeadingSpace(text: string): string {
  return text.replace(/^[ \t\r\n]+/, "");
}

/**
 * The arguments of a directive: words parted by blanks, up to a "#" that begins one. Quotation marks of both kinds
 * group, also within a word; a backslash escapes \, ', " and, outside of quotations, a blank. undefined when a
 * quotation does not end. Source: argv_split in misc.c of OpenSSH.
 */
export function splitArguments(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    const next = text.charAt(at + 1);
    const isBlank = char === " " || char === "\t";
    if (word === undefined && char === "#") {
      break;
    } else if (isBlank && quote === undefined) {
      if (word !== undefined) {
        words.push(word);
      }
      word = undefined;
    } else if (
      char === "\\" &&
      next !== "" &&
      ("\\'\"".includes(next) || (next === " " && quote === undefined))
    ) {
      word = (word ?? "") + next;
      at += 1;
    } else if (quote === undefined && (char === '"' || char === "'")) {
      word ??= "";
      quote = char;
    } else if (char === quote) {
      quote = undefined;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (word !== undefined) {
    words.push(word);
  }
  return quote === undefined ? words : undefined;
}
