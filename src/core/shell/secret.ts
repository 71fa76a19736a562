/** What is printed instead of a secret. */
export const REDACTED = "***";

/**
 * A value that must never be printed: a token, a password, a private key. Printing, joining or serialising it
 * gives `***`; only `reveal()` gives the value, and only the code that sends it to a host calls that.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it as late as possible. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}

/** A text of which some parts may be secret, in order. */
export type Text = string | Secret | readonly (string | Secret)[];

function parts(text: Text): readonly (string | Secret)[] {
  return typeof text === "string" || text instanceof Secret ? [text] : text;
}

/** The whole text with its secrets, for the wire alone. */
export function reveal(text: Text): string {
  return parts(text)
    .map((part) => (typeof part === "string" ? part : part.reveal()))
    .join("");
}

/** The text with `***` for each secret: for plans, terminals, logs and the journal. */
export function redacted(text: Text): string {
  return parts(text).map(String).join("");
}

/** The texts one after another, each secret still a secret. */
export function concat(...texts: readonly Text[]): Text {
  return texts.flatMap(parts);
}

/** The secrets inside the text. Empty ones are left out, as they would redact everything. */
export function secretsOf(text: Text): readonly Secret[] {
  return parts(text).filter((part): part is Secret => part instanceof Secret && part.reveal() !== "");
}

/** Builds a text from a template: text`token: ${token}` keeps the token a secret. */
export function text(strings: TemplateStringsArray, ...values: readonly (string | number | Secret)[]): Text {
  return strings.flatMap((string, index) => {
    const value = values[index];
    return value === undefined ? [string] : [string, value instanceof Secret ? value : String(value)];
  });
}
