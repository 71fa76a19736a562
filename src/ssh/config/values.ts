import { SshConfigError } from "./sshConfigError.ts";
import type { Variables } from "./tokens.ts";

/** The arguments of a directive, split, and as they were written behind it. */
export interface Written {
  readonly words: readonly string[];
  readonly rest: string;
  readonly env: Variables;
}

/**
 * Checks the arguments of a directive as OpenSSH does and gives its value as words. undefined: the directive leaves
 * everything as it was. Throws SshConfigError without a place for what ssh would refuse.
 */
export type ReadValue = (written: Written) => readonly string[] | undefined;

const largestInteger = 2_147_483_647;

/** Exactly one word that is not empty, checked by `check`, which gives it back in the form to keep. */
export function oneWord(check: (word: string) => string = (word) => word): ReadValue {
  return ({ words }) => {
    const [word, ...others] = words;
    if (!word) {
      throw new SshConfigError("the value is missing");
    }
    refuseMore(others);
    return [check(word)];
  };
}

/** One of `values`, in any letters' case; kept in the case of the list. */
export function oneOf(...values: readonly string[]): ReadValue {
  return oneWord((word) => {
    const value = values.find((candidate) => candidate === word.toLowerCase());
    if (value === undefined) {
      throw new SshConfigError(`"${word}" is none of ${values.join(", ")}`);
    }
    return value;
  });
}

/** yes, true, no or false; kept as "yes" or "no". Further `others` are kept as they are. */
export function yesOrNo(...others: readonly string[]): ReadValue {
  const read = oneOf("yes", "true", "no", "false", ...others);
  return (written) => read(written)?.map((word) => ({ true: "yes", false: "no" })[word] ?? word);
}

/** A whole number from 0 on; kept without leading zeros. */
export const number: ReadValue = oneWord((word) => String(integerOf(word)));

/** A whole number within the limits. Throws SshConfigError for anything else. */
export function integerOf(word: string, least = 0, largest = largestInteger): number {
  const value = /^\s*[+-]?\d+$/.test(word) ? Number(word) : NaN;
  if (!(value >= least && value <= largest)) {
    throw new SshConfigError(`"${word}" is no number from ${least} to ${largest}`);
  }
  return value;
}

/** A port as ssh_config names it. Throws SshConfigError for anything else. */
export function portOf(word: string): number {
  return word === "ssh" ? 22 : integerOf(word, 1, 65_535);
}

/** A span of time, kept in seconds; "none" leaves the time as it was. */
export const time: ReadValue = (written) => {
  const [word] = oneWord()(written) ?? [];
  return word === undefined || word === "none" ? undefined : [String(secondsOf(word))];
};

const secondsIn: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * Seconds of a span such as "90", "1m30s" or "2D"; a fraction of a second is dropped. Throws SshConfigError for
 * anything else. Source: TIME FORMATS in sshd_config(5), and fractions as of OpenSSH 10.
 */
export function secondsOf(word: string): number {
  const parts = [...word.matchAll(/(\d*\.\d+|\d+(?=[smhdw\d]|$))([smhdw]?)/gi)];
  const seconds = parts.map(([, amount = "", unit = ""]) =>
    amount.includes(".") && !/^s?$/i.test(unit)
      ? NaN
      : Number(amount) * (secondsIn[unit.toLowerCase() || "s"] ?? 1),
  );
  const sum = seconds.reduce((total, part) => total + part, 0);
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== word || !(sum <= largestInteger)) {
    throw new SshConfigError(`"${word}" is no span of time such as 90 or 1m30s`);
  }
  return Math.floor(sum);
}

/** Words that are not empty, at most `most` of them, or "none" alone. No word at all changes nothing. */
export function words(most = Infinity): ReadValue {
  return ({ words: all }) => {
    if (all.includes("")) {
      throw new SshConfigError("an argument is empty");
    }
    if (all.length > 1 && all.some((word) => word.toLowerCase() === "none")) {
      throw new SshConfigError('"none" stands beside other arguments');
    }
    if (all.length > most) {
      throw new SshConfigError(`there are more than ${most} arguments`);
    }
    return all.length === 0 ? undefined : all;
  };
}

/** Everything behind the directive as it stands, for a shell. */
export const command: ReadValue = ({ rest }) => [rest.replace(/^[ \t\r\n=]+/, "")];

/** Names of algorithms between commas, after "+", "-" or "^" or alone. What the names mean is not looked at. */
export const algorithms: ReadValue = oneWord((word) => {
  if (word === "+" || word === "^") {
    throw new SshConfigError(`"${word}" is no list of algorithms`);
  }
  return word;
});

/** Whatever is there. */
export const anything: ReadValue = ({ words: all }) => all;

/** Refuses words behind the last argument. */
export function refuseMore(others: readonly string[]): void {
  if (others.length > 0) {
    throw new SshConfigError("there are more arguments than the directive takes");
  }
}
