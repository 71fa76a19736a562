import { documentChunks, type HostChunks, hostChunks, placeholder } from "./hostChunks.ts";
import { isRecord } from "./record.ts";
import type { Found, Place, YamlPart, YamlProblem } from "./yamlPart.ts";

/** Stands for what follows a piece, to see that the piece leaves it alone. */
const sentinel = "what-follows";

/** Gives the documents of a text; it may remember them. */
export type Parse = (text: string) => readonly YamlPart[];

/** A document with its places counted from the file's first line. */
export interface PlacedPart extends YamlPart {
  /** Its first line and the line after its last, from 0. */
  readonly line: number;
  readonly endLine: number;
}

/**
 * The documents of a file. Each is parsed by itself, and the hosts of a cluster one by one, as long as that gives
 * what parsing the whole gives: so a `parse` that remembers has little to do after a small change.
 */
export function parseDocuments(parse: Parse, text: string): readonly PlacedPart[] {
  return parseInChunks(parse, text) ?? parseWhole(parse, text);
}

/** The documents of a file, parsed as one text: what parseDocuments must agree with. */
export function parseWhole(parse: Parse, text: string): readonly PlacedPart[] {
  const endLine = text.split("\n").length;
  return parse(text).map((part) => ({ ...part, line: 0, endLine }));
}

/** undefined when a piece does not mean the same by itself as where it stands. */
function parseInChunks(parse: Parse, text: string): readonly PlacedPart[] | undefined {
  const placed: PlacedPart[] = [];
  const chunks = documentChunks(text) ?? [];
  for (const [index, chunk] of chunks.entries()) {
    const hosts = hostChunks(chunk.text);
    const endLine = chunks[index + 1]?.line ?? chunk.line + chunk.text.split("\n").length;
    const part = (hosts && parseHosts(parse, hosts)) ?? single(parse(chunk.text));
    if (part === undefined) {
      return undefined;
    }
    if (!part.problems.filter(({ kind }) => kind === "syntax").every(isLocal)) {
      return undefined;
    }
    placed.push({ ...shifted(part, chunk.line), line: chunk.line, endLine });
  }
  return placed.length === 0 ? undefined : placed;
}

/**
 * Whether a problem stays where it is: a key that is being typed and has no ":" yet, the state of a file most of the
 * time. What else is wrong (a quote that is not closed) may change the meaning of all that follows.
 */
function isLocal({ code, message, place }: YamlProblem): boolean {
  return (
    code === "MISSING_CHAR" &&
    message === "Implicit map keys need to be followed by map values" &&
    place.line === place.endLine
  );
}

function single(parts: readonly YamlPart[]): YamlPart | undefined {
  return parts.length === 1 ? parts[0] : undefined;
}

/** The document whose hosts are parsed one by one, its places counted from its own first line. */
function parseHosts(parse: Parse, chunks: HostChunks): YamlPart | undefined {
  const frame = single(parse(chunks.frame));
  const hosts = chunks.hosts.map((host) => containedHost(parse, host.text, chunks.indent));
  if (frame?.isPlain !== true || !holdsPlaceholder(frame) || !hosts.every((host) => host?.isPlain === true)) {
    return undefined;
  }
  const parts = hosts as readonly YamlPart[];
  const extraLines = chunks.lines - 1;
  const inFile = (place: Place): Place =>
    place.line > chunks.frameLine ? shiftPlace(place, extraLines) : place;
  const lineOfHost = (index: number): number => chunks.hosts[index]?.line ?? 0;
  const problems = [
    ...frame.problems.map((problem) => ({ ...problem, place: inFile(problem.place) })),
    ...parts.flatMap((part, index) => shifted(part, lineOfHost(index)).problems),
  ].sort((one, other) => one.place.line - other.place.line || one.place.column - other.place.column);

  const isBroken = problems.some(({ kind }) => kind !== "warning");
  return {
    value: isBroken ? undefined : withHosts(frame.value, parts),
    isEmpty: false,
    isPlain: true,
    problems,
    find: ([spec, hosts, index, ...rest]) => {
      const part =
        spec === "spec" && hosts === "hosts" && typeof index === "number" ? parts[index] : undefined;
      if (part !== undefined) {
        return shiftFound(part.find([0, ...rest]), (place) => shiftPlace(place, lineOfHost(index as number)));
      }
      const path = [spec, hosts, index, ...rest].filter((step) => step !== undefined);
      return shiftFound(frame.find(path), inFile);
    },
    at: (line, column) => {
      if (line < chunks.frameLine || line >= chunks.frameLine + chunks.lines) {
        const found = frame.at(line < chunks.frameLine ? line : line - extraLines, column);
        return found && { ...found, place: inFile(found.place) };
      }
      const index = chunks.hosts.findLastIndex((host) => host.line <= line);
      const found = parts[index]?.at(line - lineOfHost(index), column);
      const path = ["spec", "hosts", index, ...(found?.path.slice(1) ?? [])];
      return found && { ...found, path, place: shiftPlace(found.place, lineOfHost(index)) };
    },
  };
}

/** A host's item by itself; undefined when what is wrong with it may reach into the next one. */
function containedHost(parse: Parse, text: string, indent: number): YamlPart | undefined {
  const part = single(parse(text));
  if (part === undefined || part.problems.length === 0) {
    return isListOfOne(part?.value) ? part : undefined;
  }
  const lines = text.endsWith("\n") ? text : `${text}\n`;
  const followed = single(parse(`${lines}${" ".repeat(indent)}- ${sentinel}\n`));
  const end = lines.split("\n").length - 1;
  const isContained =
    followed?.find([1]).source === sentinel &&
    followed.find([1]).value?.line === end &&
    followed.find([2]).value === undefined &&
    followed.problems.every(
      ({ place }) => place.endLine < end || (place.endLine === end && place.endColumn === 0),
    );
  return isContained ? followed : undefined;
}

function isListOfOne(value: unknown): boolean {
  return Array.isArray(value) && value.length === 1;
}

function holdsPlaceholder(frame: YamlPart): boolean {
  const found = frame.find(["spec", "hosts", 0]);
  return found.isExact && found.source === placeholder;
}

function withHosts(frame: unknown, parts: readonly YamlPart[]): unknown {
  const hosts = parts.map(({ value }) => (value as readonly unknown[])[0]);
  return isRecord(frame) && isRecord(frame.spec) ? { ...frame, spec: { ...frame.spec, hosts } } : frame;
}

function shifted(part: YamlPart, lines: number): YamlPart {
  if (lines === 0) {
    return part;
  }
  const shift = (place: Place): Place => shiftPlace(place, lines);
  return {
    ...part,
    problems: part.problems.map((problem) => ({ ...problem, place: shift(problem.place) })),
    find: (path) => shiftFound(part.find(path), shift),
    at: (line, column) => {
      const found = part.at(line - lines, column);
      return found && { ...found, place: shift(found.place) };
    },
  };
}

function shiftPlace(place: Place, lines: number): Place {
  return { ...place, line: place.line + lines, endLine: place.endLine + lines };
}

function shiftFound(found: Found, shift: (place: Place) => Place): Found {
  return { ...found, key: found.key && shift(found.key), value: found.value && shift(found.value) };
}
