import type { FieldPath } from "../../core/spec/diagnostic.ts";
import type { Place } from "../../core/spec/yamlPart.ts";

/**
 * A key of a map or an item of a list, as far as lines tell it. An outline is there also while YAML refuses the text,
 * which is most of the time while somebody types.
 */
export interface OutlineNode {
  /** The key without quotes, or the index of an item; "" for a document. */
  readonly step: string | number;
  /** undefined for a document. */
  readonly parent: OutlineNode | undefined;
  /** The key as it is written, or the item's "-"; in flow style an item begins with nothing. */
  readonly mark: Place;
  /** What is written behind the mark: no map or list in block style. */
  readonly value: OutlineValue | undefined;
  readonly children: readonly OutlineNode[];
  /** What the children are; undefined while there are none. */
  readonly holds: "map" | "list" | undefined;
  /** Column of the children's marks in block style. */
  readonly childColumn: number | undefined;
  /** A key that is being typed: its ":" is missing. */
  readonly isHalfTyped: boolean;
  /** The last line with something of it, comments aside. */
  readonly endLine: number;
}

export interface OutlineValue {
  /** "flow" for a map or list in braces or brackets, "block" for a text behind | or >. */
  readonly kind: "scalar" | "flow" | "block";
  readonly place: Place;
  /** A scalar's text without its quotes, "" for others. Escapes and folded lines are left as they are. */
  readonly text: string;
  readonly quote: "" | "'" | '"';
  /** Whether quotes and brackets are closed. */
  readonly isClosed: boolean;
}

/** One YAML document of a text. */
export interface OutlineDocument {
  readonly root: OutlineNode;
  /** Its first line, that of its "---" when it has one, and the line after its last. */
  readonly line: number;
  readonly endLine: number;
}

/** The text's lines without their ends. */
export function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/);
}

/** Keys and indexes that lead to a node in its document. */
export function pathOf(node: OutlineNode): FieldPath {
  const path: (string | number)[] = [];
  for (let at = node; at.parent !== undefined; at = at.parent) {
    path.unshift(at.step);
  }
  return path;
}

/** The node that a path leads to. Of keys that are there twice it is the last. */
export function nodeAt(root: OutlineNode, path: FieldPath): OutlineNode | undefined {
  return path.reduce<OutlineNode | undefined>(
    (node, step) => node?.children.findLast((child) => String(child.step) === String(step)),
    root,
  );
}

/** The scalar text at a path; undefined when there is none. */
export function textAt(root: OutlineNode, path: FieldPath): string | undefined {
  const value = nodeAt(root, path)?.value;
  return value?.kind === "scalar" ? value.text : undefined;
}

/** The document that a line is in; a line with "---" is in the one that it begins. */
export function documentAt(documents: readonly OutlineDocument[], line: number): OutlineDocument | undefined {
  return documents.findLast((document) => document.line <= line);
}

/** Every node below `node`, parents before their children. */
export function* descendants(node: OutlineNode): Generator<OutlineNode> {
  for (const child of node.children) {
    yield child;
    yield* descendants(child);
  }
}
