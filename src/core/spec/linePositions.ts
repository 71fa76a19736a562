/** A place in a text, counted from 0. */
export interface LinePosition {
  readonly line: number;
  readonly column: number;
}

/** A function from an offset in the text to its line and column; offsets beyond the end give the end. */
export function linePositions(text: string): (offset: number) => LinePosition {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), (match) => match.index + 1)];
  return (offset) => {
    const inside = Math.min(Math.max(0, offset), text.length);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= inside) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return { line: low, column: inside - (starts[low] ?? 0) };
  };
}
