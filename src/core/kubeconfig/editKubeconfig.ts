import { isDeepStrictEqual } from "node:util";
import { isMap, isNode, isPair, isScalar, isSeq } from "yaml";
import type { YAMLMap, YAMLSeq } from "yaml";
import type { KubeadmError } from "../errors.ts";
import {
  blockItem,
  blockPair,
  flowValue,
  indentationAt,
  lineBreakOf,
  lineEndAfter,
  scalarText,
} from "./layout.ts";
import {
  entryField,
  invalidKubeconfig,
  kubeconfigOf,
  pairOf,
  parseSource,
  sequenceOf,
  type Fields,
  type KubeconfigSource,
  type ListName,
} from "./kubeconfig.ts";

/** Replaces [start, end) of a text. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The file with the entry `name` of `list` having exactly these fields: replaced where it is, else added at the
 * list's end. Every other byte stays. Gives `source` itself when the entry is already so. Throws
 * kubeconfig-invalid when the file cannot be changed without changing the meaning of something else, such as
 * an entry that others refer to by a YAML alias.
 */
export function withEntry(
  source: KubeconfigSource,
  list: ListName,
  name: string,
  fields: Fields,
): KubeconfigSource {
  const existing = kubeconfigOf(source)[list].get(name);
  if (existing !== undefined && isDeepStrictEqual(existing, fields)) {
    return source;
  }
  const entry = { [entryField[list]]: fields, name };
  const items = (source.content[list] ?? []) as readonly Fields[];
  const index = items.findIndex((item) => item.name === name);
  const expected = index < 0 ? [...items, entry] : items.with(index, entry);
  const splice = index < 0 ? addition(source, list, entry) : replacement(source, list, index, entry);
  return checked(source, splice, { ...source.content, [list]: expected });
}

/** The file with this current-context. Every other byte stays. Throws as withEntry does. */
export function withCurrentContext(source: KubeconfigSource, name: string): KubeconfigSource {
  return withRootValue(source, "current-context", name);
}

/** The file with apiVersion and kind, for one that has nothing yet. */
export function withHeader(source: KubeconfigSource): KubeconfigSource {
  return withRootValue(withRootValue(source, "apiVersion", "v1"), "kind", "Config");
}

function withRootValue(source: KubeconfigSource, key: string, value: string): KubeconfigSource {
  if (source.content[key] === value) {
    return source;
  }
  const pair = source.root && pairOf(source.root, key);
  const expected = { ...source.content, [key]: value };
  if (pair === undefined) {
    return checked(source, newRootPair(source, key, value), expected);
  }
  if (!isNode(pair.value) || !isScalar(pair.value)) {
    throw notEditable(key);
  }
  const [start, end] = rangeOf(pair.value);
  const separator = source.text[start - 1] === ":" ? " " : "";
  const written = source.root?.flow ? flowValue(value) : scalarText(value);
  return checked(source, { start, end, text: separator + written }, expected);
}

function addition(source: KubeconfigSource, list: ListName, entry: Fields): Splice {
  const { text, root } = source;
  const pair = root && pairOf(root, list);
  if (root === undefined || pair === undefined) {
    return newRootPair(source, list, [entry]);
  }
  const value = pair.value;
  const sequence = sequenceOf(value);
  const last = sequence?.items.at(-1);
  if (sequence !== undefined && last !== undefined) {
    return sequence.flow
      ? afterFlow(text, ...rangeOf(last), entry)
      : afterBlockItem(text, sequence, last, entry);
  }
  if (!isNode(value) || (sequence === undefined && !(isScalar(value) && value.value === null))) {
    throw notEditable(list);
  }
  const [start, end] = rangeOf(value);
  const isWritten = end > start;
  const isPlainlyEmpty = /^(\[[ \t]*\]|null|Null|NULL|~|)$/.test(text.slice(start, end));
  if (!isPlainlyEmpty || (root.flow && !isWritten)) {
    throw notEditable(list);
  }
  if (root.flow) {
    return { start, end, text: flowValue([entry], layoutAt(text, rangeOf(pair.key)[0])) };
  }
  return intoEmptyList(text, root, { start, end }, entry);
}

/** `clusters: []   # none yet` becomes `clusters:   # none yet` with the item on the next lines. */
function intoEmptyList(
  text: string,
  root: YAMLMap,
  value: { readonly start: number; readonly end: number },
  entry: Fields,
): Splice {
  const lineBreak = lineBreakOf(text);
  const start = text.slice(0, value.start).trimEnd().length;
  const end = lineEndAfter(text, value.end);
  const rest = text.slice(value.end, end);
  const comment = rest.trim() === "" ? "" : rest.replace(/\r?\n$/, "");
  return { start, end, text: comment + lineBreak + blockItem(entry, rootIndentation(text, root), lineBreak) };
}

function afterBlockItem(text: string, sequence: YAMLSeq, last: unknown, entry: Fields): Splice {
  const indentation = indentationAt(text, rangeOf(sequence)[0]);
  const end = contentEnd(last);
  let position = text[end - 1] === "\n" ? end : lineEndAfter(text, end);
  // Comments that are indented deeper than the dash belong to the item.
  for (;;) {
    const lineEnd = lineEndAfter(text, position);
    const comment = /^( +)#/.exec(text.slice(position, lineEnd));
    if (comment?.[1] === undefined || comment[1].length <= indentation.length) {
      break;
    }
    position = lineEnd;
  }
  return onNewLine(text, position, blockItem(entry, indentation, lineBreakOf(text)));
}

/** After the item or pair at [start, end) of a flow collection; on a line of its own when that one is. */
function afterFlow(text: string, start: number, end: number, value: unknown, key?: string): Splice {
  const layout = layoutAt(text, start);
  const separator = layout === undefined ? ", " : `,${layout.lineBreak}${layout.indentation}`;
  const prefix = key === undefined ? "" : `${JSON.stringify(key)}: `;
  return { start: end, end, text: separator + prefix + flowValue(value, layout) };
}

function newRootPair(source: KubeconfigSource, key: string, value: unknown): Splice {
  const { text, root, document } = source;
  if (root?.flow) {
    const last = root.items.at(-1);
    if (last !== undefined) {
      const end = isNode(last.value) ? rangeOf(last.value)[1] : rangeOf(last.key)[1];
      return afterFlow(text, rangeOf(last.key)[0], end, value, key);
    }
    const inside = rangeOf(root)[0] + 1;
    return { start: inside, end: inside, text: `${JSON.stringify(key)}: ${flowValue(value)}` };
  }
  const indentation = root === undefined ? "" : rootIndentation(text, root);
  return onNewLine(text, document.range[1], blockPair(key, value, indentation, lineBreakOf(text)));
}

function replacement(source: KubeconfigSource, list: ListName, index: number, entry: Fields): Splice {
  const { text, root } = source;
  const sequence = sequenceOf(root && pairOf(root, list)?.value);
  const item = sequence?.items[index];
  if (sequence === undefined || !isNode(item)) {
    throw notEditable(list);
  }
  const start = rangeOf(item)[0];
  const end = start + text.slice(start, contentEnd(item)).trimEnd().length;
  if (isMap(item) && !item.flow) {
    const block = blockItem(entry, indentationAt(text, start), lineBreakOf(text), "").trim();
    return { start, end, text: block };
  }
  return { start, end, text: flowValue(entry, layoutAt(text, start)) };
}

/** The file after the splice, once it is certain that it means what it should and nothing else changed. */
function checked(source: KubeconfigSource, splice: Splice, expected: Fields): KubeconfigSource {
  const { text } = source;
  const edited = parsedOrUndefined(text.slice(0, splice.start) + splice.text + text.slice(splice.end));
  if (edited === undefined || !isDeepStrictEqual(edited.content, expected)) {
    throw notEditable();
  }
  return edited;
}

function parsedOrUndefined(text: string): KubeconfigSource | undefined {
  try {
    return parseSource(text);
  } catch {
    return undefined;
  }
}

function notEditable(where = "the file"): KubeadmError {
  return invalidKubeconfig(
    `${where} is written in a way (YAML anchors, aliases or unusual layout) ` +
      "in which an entry cannot be changed without changing others.",
    "Write it without YAML anchors and aliases (kubectl config view --raw prints it so), then try again.",
  );
}

function onNewLine(text: string, position: number, block: string): Splice {
  const before = text[position - 1];
  const isLineStart = before === undefined || before === "\n" || (before === "\uFEFF" && position === 1);
  return { start: position, end: position, text: (isLineStart ? "" : lineBreakOf(text)) + block };
}

function rootIndentation(text: string, root: YAMLMap): string {
  const first = root.items[0];
  return first === undefined ? "" : indentationAt(text, rangeOf(first.key)[0]);
}

/** How a flow value that begins at `position` is laid out: undefined when it is in the middle of a line. */
function layoutAt(text: string, position: number): { indentation: string; lineBreak: string } | undefined {
  const lineStart = text.lastIndexOf("\n", position - 1) + 1;
  const before = text.slice(lineStart, position);
  return lineStart > 0 && before.trim() === ""
    ? { indentation: before, lineBreak: lineBreakOf(text) }
    : undefined;
}

function rangeOf(node: unknown): readonly [number, number] {
  const range = isNode(node) ? node.range : undefined;
  if (!range) {
    throw notEditable();
  }
  return [range[0], range[1]];
}

/** Where a node's last value ends: the range of a block collection goes on over the comments that follow. */
function contentEnd(node: unknown): number {
  const last = (isMap(node) || isSeq(node)) && !node.flow ? node.items.at(-1) : undefined;
  if (last === undefined) {
    return rangeOf(node)[1];
  }
  return isPair(last) ? contentEnd(last.value ?? last.key) : contentEnd(last);
}
