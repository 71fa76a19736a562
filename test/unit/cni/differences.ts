/** What a field becomes: [where, before, after]; `undefined` before means that it was not there. */
export type Difference = readonly [path: string, before: unknown, after: unknown];

/** Every leaf in which two trees of plain values differ. */
export function compare(
  before: unknown,
  after: unknown,
  path: readonly string[] = [],
): readonly Difference[] {
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => compare(before[name], after[name], [...path, name]));
  }
  return Object.is(before, after) ? [] : [[path.join("."), before, after]];
}

/** The value at a path, undefined where there is none. */
export function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
