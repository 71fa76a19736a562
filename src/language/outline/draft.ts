import type { Place } from "../../core/spec/yamlPart.ts";
import type { OutlineNode, OutlineValue } from "./outline.ts";

/** A node while it is being read. */
export interface Draft extends OutlineNode {
  readonly parent: Draft | undefined;
  value: OutlineValue | undefined;
  readonly children: Draft[];
  holds: "map" | "list" | undefined;
  childColumn: number | undefined;
  endLine: number;
}

export function draftOf(
  step: string | number,
  parent: Draft | undefined,
  mark: Place,
  isHalfTyped = false,
): Draft {
  return {
    step,
    parent,
    mark,
    value: undefined,
    children: [],
    holds: undefined,
    childColumn: undefined,
    isHalfTyped,
    endLine: mark.endLine,
  };
}

/** Puts a key or an item below `parent`. */
export function addChild(
  parent: Draft,
  holds: "map" | "list",
  key: string,
  mark: Place,
  isHalfTyped = false,
): Draft {
  const child = draftOf(holds === "map" ? key : parent.children.length, parent, mark, isHalfTyped);
  parent.children.push(child);
  parent.holds ??= holds;
  reach(child, mark.endLine);
  return child;
}

/** Something of the node is on this line. */
export function reach(node: Draft, line: number): void {
  for (let at: Draft | undefined = node; at !== undefined && at.endLine < line; at = at.parent) {
    at.endLine = line;
  }
}

export function onLine(line: number, column: number, endColumn: number): Place {
  return { line, column, endLine: line, endColumn };
}
