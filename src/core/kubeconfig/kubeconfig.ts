import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Node, Pair, YAMLMap, YAMLSeq } from "yaml";
import { KubeadmError, messageOf } from "../errors.ts";

/** The three lists of a kubeconfig. */
export type ListName = "clusters" | "contexts" | "users";

/** The fields of one entry, as the file has them; unknown ones included. */
export type Fields = Readonly<Record<string, unknown>>;

/** In which field of a list's entries their content is. */
export const entryField = { clusters: "cluster", contexts: "context", users: "user" } as const;

/** A kubeconfig as kubectl reads it, with its place in the text. Kept by those who edit the text. */
export interface Kubeconfig {
  /** Content of the entries by name, in the file's order. */
  readonly clusters: ReadonlyMap<string, Fields>;
  readonly contexts: ReadonlyMap<string, Fields>;
  readonly users: ReadonlyMap<string, Fields>;
  /** Empty when the file names none. */
  readonly currentContext: string;
}

/** A kubeconfig's YAML with the positions of its nodes in `text`. */
export interface KubeconfigSource {
  readonly text: string;
  readonly document: Document.Parsed;
  /** Undefined when the file is empty or has only comments. */
  readonly root: YAMLMap | undefined;
  /** The whole content as plain values; {} for an empty file. */
  readonly content: Fields;
}

/** A file that is no kubeconfig, or one that cannot be changed without harming it. `what` has no secrets. */
export function invalidKubeconfig(what: string, next = "Correct the file, then try again."): KubeadmError {
  return new KubeadmError({ code: "kubeconfig-invalid", message: what, next });
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `fields[name]` when it is a text, else undefined. */
export function textField(fields: Fields | undefined, name: string): string | undefined {
  const value = fields?.[name];
  return typeof value === "string" ? value : undefined;
}

/**
 * Reads the YAML (or JSON) of a kubeconfig. Throws kubeconfig-invalid with line and column when it is broken;
 * the message never quotes the file, as it may hold keys.
 */
export function parseSource(text: string): KubeconfigSource {
  const lineCounter = new LineCounter();
  // Without prettyErrors, which would put the offending lines into the message.
  const document = parseDocument(text, { prettyErrors: false, merge: true, lineCounter });
  const error = document.errors[0];
  if (error !== undefined) {
    if (error.code === "MULTIPLE_DOCS") {
      throw invalidKubeconfig("the file has several YAML documents, of which kubectl reads only one.");
    }
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw invalidKubeconfig(`line ${line}, column ${col}: this is not valid YAML (${error.code}).`);
  }
  const contents: Node | null = document.contents;
  if (contents === null || (isScalar(contents) && contents.value === null && contents.source === "")) {
    return { text, document, root: undefined, content: {} };
  }
  if (!isMap(contents)) {
    throw invalidKubeconfig("the file is no kubeconfig: it has no fields such as clusters and users.");
  }
  return { text, document, root: contents, content: plainValues(document) };
}

function plainValues(document: Document.Parsed): Fields {
  try {
    return document.toJS() as Fields;
  } catch (error) {
    // Only about aliases: unresolved ones, and too many of them.
    throw invalidKubeconfig(`the file's YAML aliases cannot be resolved (${messageOf(error)}).`);
  }
}

/** Reads a kubeconfig. Throws kubeconfig-invalid when it is broken in a way that kubectl refuses, too. */
export function parseKubeconfig(text: string): Kubeconfig {
  return kubeconfigOf(parseSource(text));
}

/** What `source` says, by name. Throws kubeconfig-invalid as parseKubeconfig does. */
export function kubeconfigOf(source: KubeconfigSource): Kubeconfig {
  const currentContext = source.content["current-context"];
  return {
    clusters: entriesOf(source.content, "clusters"),
    contexts: entriesOf(source.content, "contexts"),
    users: entriesOf(source.content, "users"),
    currentContext: typeof currentContext === "string" ? currentContext : "",
  };
}

function entriesOf(content: Fields, list: ListName): ReadonlyMap<string, Fields> {
  const items = content[list] ?? [];
  if (!Array.isArray(items)) {
    throw invalidKubeconfig(`${list} should be a list.`);
  }
  const entries = new Map<string, Fields>();
  for (const [index, item] of items.entries()) {
    const name = isFields(item) ? item.name : undefined;
    if (!isFields(item) || typeof name !== "string") {
      throw invalidKubeconfig(`${list}: entry ${index + 1} has no name.`);
    }
    if (entries.has(name)) {
      throw invalidKubeconfig(`${list}: there are two entries of the name ${JSON.stringify(name)}.`);
    }
    const fields = item[entryField[list]] ?? {};
    if (!isFields(fields)) {
      throw invalidKubeconfig(
        `${list}: ${JSON.stringify(name)} should have fields under ${entryField[list]}.`,
      );
    }
    entries.set(name, fields);
  }
  return entries;
}

/** The pair of `key` in a map, undefined when it is not written there itself. */
export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** The node of a list; undefined when the list is missing, null, or cannot be edited (an alias). */
export function sequenceOf(value: unknown): YAMLSeq | undefined {
  return isSeq(value) ? value : undefined;
}
