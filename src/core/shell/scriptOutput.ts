import { decodeBase64 } from "./base64.ts";
import { MARK } from "./script.ts";

/** What a script says about itself between the output of its commands; see renderScript. */
export type ScriptMark =
  | { readonly kind: "begin"; readonly step: number }
  | { readonly kind: "end"; readonly step: number; readonly exitCode: number }
  | { readonly kind: "learned"; readonly step: number; readonly value: string }
  /** Seconds since 1970 by the host's clock. */
  | { readonly kind: "clock"; readonly seconds: number }
  | { readonly kind: "facts"; readonly text: string }
  | { readonly kind: "done"; readonly exitCode: number };

export interface ScriptListener {
  readonly onText: (text: string) => void;
  readonly onMark: (mark: ScriptMark) => void;
}

/**
 * Splits what a script prints, in chunks of any size, into output and marks. A mark is believed only with the
 * script's nonce; anything else that looks like one stays output.
 */
export function scriptOutputReader(nonce: string, listener: ScriptListener): (chunk: string) => void {
  const start = `${MARK}${nonce} `;
  let rest = "";
  return (chunk) => {
    rest += chunk;
    for (;;) {
      const at = rest.indexOf(start);
      const end = at < 0 ? -1 : rest.indexOf("\n", at);
      if (end < 0) {
        break;
      }
      const mark = parseMark(rest.slice(at + start.length, end));
      emitText(rest.slice(0, at));
      rest = rest.slice(end + 1);
      if (mark !== undefined) {
        listener.onMark(mark);
      }
    }
    const held = heldBack(rest, start);
    emitText(rest.slice(0, rest.length - held));
    rest = rest.slice(rest.length - held);
  };

  function emitText(text: string): void {
    if (text !== "") {
      listener.onText(text);
    }
  }
}

/** How many characters at the end may be the beginning of a mark whose rest has not arrived. */
function heldBack(rest: string, start: string): number {
  const whole = rest.indexOf(start);
  if (whole >= 0) {
    return rest.length - whole;
  }
  const last = rest.lastIndexOf(MARK);
  return last >= 0 && start.startsWith(rest.slice(last)) ? rest.length - last : 0;
}

function parseMark(line: string): ScriptMark | undefined {
  const [kind, first = "", second = ""] = line.split(" ");
  switch (kind) {
    case "begin":
      return { kind, step: Number(first) };
    case "end":
      return { kind, step: Number(first), exitCode: Number(second) };
    case "learned":
      return withText(second, (value) => ({ kind, step: Number(first), value }));
    case "clock":
      return { kind, seconds: Number(first) };
    case "facts":
      return withText(first, (text) => ({ kind, text }));
    case "done":
      return { kind, exitCode: Number(first) };
    default:
      return undefined;
  }
}

/** undefined when something else wrote into the line: then it is no mark. */
function withText(base64: string, toMark: (text: string) => ScriptMark): ScriptMark | undefined {
  const text = decodeBase64(base64);
  return text === undefined ? undefined : toMark(text);
}
