/** Lines of a text that are parsed by themselves. */
export interface Chunk {
  readonly text: string;
  /** Line of the whole text at which it begins, from 0. */
  readonly line: number;
}

/** A spec's first document taken apart. */
export interface HostChunks {
  /** The document with one item, `placeholder`, in place of all hosts. */
  readonly frame: string;
  /** Line of the placeholder, and how many lines it stands for. */
  readonly frameLine: number;
  readonly lines: number;
  /** One for each host, in order: a list of one item, as indented as in the file. */
  readonly hosts: readonly Chunk[];
  /** Indentation of the hosts' "-". */
  readonly indent: number;
}

/** What stands for the hosts in the frame. */
export const placeholder = "hosts-are-here";

/** Documents of a file, each with its "---" line, or undefined when their borders are not plain to see. */
export function documentChunks(text: string): readonly Chunk[] | undefined {
  if (/^(%|\.\.\.)/m.test(text)) {
    return undefined;
  }
  const chunks: Chunk[] = [];
  let start = 0;
  let line = 0;
  for (const { index } of text.matchAll(/^---(?=\s|$)/gm)) {
    if (index > 0) {
      chunks.push({ text: text.slice(start, index), line });
      line += countLines(text, start, index);
      start = index;
    }
  }
  chunks.push({ text: text.slice(start), line });
  return chunks;
}

/**
 * Takes the items of `spec.hosts` out of a document, by its lines alone. undefined when the hosts are not written
 * as a plain block list. What lines cannot tell (a quote that is not closed) shows when a chunk is parsed.
 */
export function hostChunks(text: string): HostChunks | undefined {
  const key = hostsKey(text);
  if (key === undefined) {
    return undefined;
  }
  const { keyIndent, begin } = key;
  let indent: number | undefined;
  const starts: number[] = [];
  let end = text.length;
  for (let at = begin; at < text.length;) {
    const next = endOfLine(text, at);
    const column = indentAt(text, at);
    const first = text[at + column];
    const isBlank = first === undefined || first === "\n" || first === "\r" || first === "#";
    if (first === "\t") {
      return undefined;
    }
    if (!isBlank) {
      const isItem = first === "-" && /[\s]/.test(text[at + column + 1] ?? "\n");
      if (column < keyIndent || (column === keyIndent && !(isItem && (indent ?? column) === column))) {
        end = at;
        break;
      }
      if (indent === undefined && !isItem) {
        return undefined;
      }
      indent ??= column;
      if (column < indent) {
        return undefined;
      }
      if (column === indent) {
        if (!isItem) {
          return undefined;
        }
        starts.push(at);
      }
    }
    at = next;
  }
  const [first] = starts;
  if (first === undefined || indent === undefined) {
    return undefined;
  }
  let line = countLines(text, 0, first);
  const frameLine = line;
  const hosts = starts.map((start, index): Chunk => {
    const chunk = { text: text.slice(start, starts[index + 1] ?? end), line };
    line += countLines(chunk.text, 0, chunk.text.length);
    return chunk;
  });
  const frame = `${text.slice(0, first)}${" ".repeat(indent)}- ${placeholder}\n${text.slice(end)}`;
  return { frame, frameLine, lines: line - frameLine, hosts, indent };
}

/** The line "hosts:" below "spec:", and where the next line begins. */
function hostsKey(text: string): { readonly keyIndent: number; readonly begin: number } | undefined {
  const spec = /^spec:[ \t]*(?:#.*)?\r?\n/m.exec(text);
  let indent: number | undefined;
  for (let at = spec === null ? text.length : spec.index + spec[0].length; at < text.length;) {
    const next = endOfLine(text, at);
    const column = indentAt(text, at);
    const line = text.slice(at + column, next).trimEnd();
    if (line !== "" && !line.startsWith("#")) {
      indent ??= column;
      if (column === 0 || column < indent) {
        return undefined;
      }
      if (column === indent && /^hosts:(\s+#.*)?$/.test(line)) {
        return { keyIndent: column, begin: next };
      }
    }
    at = next;
  }
  return undefined;
}

function indentAt(text: string, at: number): number {
  let column = 0;
  while (text[at + column] === " ") {
    column++;
  }
  return column;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end + 1;
}

function countLines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) {
    count++;
  }
  return count;
}
