import { stringify } from "yaml";

/**
 * How our entries are written into the text of a kubeconfig. Strings that YAML 1.1 (which kubectl reads) takes
 * for something else, such as a cluster called "on", are quoted.
 */
const yamlOptions = {
  compat: "yaml-1.1",
  lineWidth: 0,
  indentSeq: false,
  aliasDuplicateObjects: false,
} as const;

/** The text's own line break: that of its first line. */
export function lineBreakOf(text: string): string {
  const newline = text.indexOf("\n");
  return newline > 0 && text[newline - 1] === "\r" ? "\r\n" : "\n";
}

/** Position after the line break that follows `position`, or the text's end. */
export function lineEndAfter(text: string, position: number): number {
  const newline = text.indexOf("\n", position);
  return newline < 0 ? text.length : newline + 1;
}

/** As many spaces as there are characters before `position` in its line. */
export function indentationAt(text: string, position: number): string {
  const lineStart = text.lastIndexOf("\n", position - 1) + 1;
  const hasByteOrderMark = lineStart === 0 && text.startsWith("\uFEFF");
  return " ".repeat(position - lineStart - (hasByteOrderMark ? 1 : 0));
}

/** Lines of a block list's item, each ended by a line break. `dash` is "" for an item whose dash is there. */
export function blockItem(entry: unknown, indentation: string, lineBreak: string, dash = "- "): string {
  const lines = stringify(entry, yamlOptions).trimEnd().split("\n");
  const deeper = " ".repeat(dash.length);
  return lines.map((line, index) => indentation + (index === 0 ? dash : deeper) + line + lineBreak).join("");
}

/** Lines of a block map's pair, each ended by a line break. */
export function blockPair(key: string, value: unknown, indentation: string, lineBreak: string): string {
  const lines = stringify({ [key]: value }, yamlOptions)
    .trimEnd()
    .split("\n");
  return lines.map((line) => indentation + line + lineBreak).join("");
}

/** JSON, which is YAML's flow style: over several lines when the layout says how these are indented. */
export function flowValue(
  value: unknown,
  layout?: { readonly indentation: string; readonly lineBreak: string },
): string {
  if (layout === undefined) {
    return JSON.stringify(value);
  }
  const unit = layout.indentation.includes("\t") ? "\t" : 2;
  return JSON.stringify(value, undefined, unit).replaceAll("\n", layout.lineBreak + layout.indentation);
}

/** A text as it is written beside its key in block style: quoted only where it must be. */
export function scalarText(value: string): string {
  return stringify(value, yamlOptions).trimEnd();
}
