import { REDACTED, type Secret } from "./secret.ts";

/** Takes secrets out of a stream of text, also where one is split across chunks. */
export interface Redactor {
  /** From now on this is a secret too. */
  readonly add: (secret: Secret) => void;
  /** The part of the text so far that can be shown; the rest is held until it is known to be no secret. */
  readonly push: (chunk: string) => string;
  /** What was held; call it where the text ends, such as at the end of a command. */
  readonly flush: () => string;
}

/** A bootstrap token, which `kubeadm init` makes and prints by itself: it lets anybody join for a day. */
const joinToken = /(?<![a-z0-9])[a-z0-9]{6}\.[a-z0-9]{16}(?![a-z0-9])/g;
/** What may become one when more text arrives. */
const beginningOfJoinToken = /(?<![a-z0-9])[a-z0-9]{1,6}(\.[a-z0-9]{0,16})?$/;

export function createRedactor(secrets: readonly Secret[] = []): Redactor {
  const values = new Set<string>();
  let rest = "";
  const add = (secret: Secret): void => {
    // Short values would redact ordinary words; a secret worth the name is longer.
    if (secret.reveal().length >= 4) {
      values.add(secret.reveal());
    }
  };
  secrets.forEach(add);

  return {
    add,
    push(chunk) {
      const all = rest + chunk;
      const ranges = secretRanges(all, values);
      const cut = ranges.reduceRight(
        (end, range) => (range.start < end && end < range.end ? range.start : end),
        all.length - heldBack(all, values),
      );
      rest = all.slice(cut);
      return replaced(
        all.slice(0, cut),
        ranges.filter(({ end }) => end <= cut),
      );
    },
    flush() {
      const all = rest;
      rest = "";
      return replaced(all, secretRanges(all, values));
    },
  };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where secrets stand in the text, in order; those that overlap are one. */
function secretRanges(text: string, values: ReadonlySet<string>): readonly Range[] {
  const found = [...text.matchAll(joinToken)].map(({ index, 0: { length } }) => ({
    start: index,
    end: index + length,
  }));
  for (const value of values) {
    for (let start = text.indexOf(value); start >= 0; start = text.indexOf(value, start + 1)) {
      found.push({ start, end: start + value.length });
    }
  }
  const merged: Range[] = [];
  for (const range of found.sort((one, other) => one.start - other.start)) {
    const last = merged.at(-1);
    if (last !== undefined && range.start < last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    } else {
      merged.push(range);
    }
  }
  return merged;
}

function replaced(text: string, ranges: readonly Range[]): string {
  let result = "";
  let at = 0;
  for (const { start, end } of ranges) {
    result += text.slice(at, start) + REDACTED;
    at = end;
  }
  return result + text.slice(at);
}

/** How many characters at the end may be the beginning of a secret whose rest has not arrived. */
function heldBack(text: string, values: ReadonlySet<string>): number {
  const token = beginningOfJoinToken.exec(text)?.[0].length ?? 0;
  return Math.max(token, ...[...values].map((value) => overlap(text, value)));
}

/** Length of the longest end of `text` that is a beginning of `value` and not all of it. */
function overlap(text: string, value: string): number {
  for (let length = Math.min(value.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(value.slice(0, length))) {
      return length;
    }
  }
  return 0;
}
