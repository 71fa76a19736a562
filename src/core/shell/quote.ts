/**
 * `value` as exactly one word of a POSIX shell, whatever it contains.
 * Throws a RangeError on a NUL character, which no argument can carry.
 */
export function quote(value: string): string {
  if (value.includes("\0")) {
    throw new RangeError("an argument of a command cannot contain a NUL character");
  }
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

/** The command line that a person would type for `argv`. */
export function quoteAll(argv: readonly string[]): string {
  return argv.map(quote).join(" ");
}
