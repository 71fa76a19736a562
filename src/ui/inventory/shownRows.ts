import { childrenOf, type InventoryItem } from "./inventoryModel.ts";

/** Identifies a row among all, whatever it shows at the moment. */
export function rowId(item: InventoryItem): string {
  switch (item.kind) {
    case "cluster":
      return item.entry.uri;
    case "group":
      return `${item.entry.uri}#group:${item.role}`;
    case "host":
      return `${item.entry.uri}#host:${item.host.name}`;
    case "problem":
      return `${item.entry.uri}#problem:${item.line}:${item.label}`;
  }
}

/** What changed between two looks at the rows: "all" when clusters came or went. */
export type RowChanges = "all" | readonly InventoryItem[];

/**
 * The rows as VS Code knows them: one object a row, which stays the same while its content changes. VS Code gives
 * this object to commands, and forgets all of them while a whole view is refreshed; a command that is chosen from
 * a context menu at that moment would not know its row. So only what really changed is refreshed.
 */
export class ShownRows {
  readonly #rows = new Map<string, InventoryItem>();
  /** What each row shows, and which rows are under it. */
  #shown = new Map<string, string>();
  #roots = "";

  /** The object for this row, brought up to date. */
  of(item: InventoryItem): InventoryItem {
    const id = rowId(item);
    const known = this.#rows.get(id);
    if (known === undefined) {
      this.#rows.set(id, item);
      return item;
    }
    return Object.assign(known, item);
  }

  /** Takes in how the clusters are now, and tells what must be drawn again. */
  update(clusters: readonly InventoryItem[]): RowChanges {
    const shown = new Map<string, string>();
    const all = clusters.flatMap(withDescendants);
    all.forEach((item) => shown.set(rowId(item), appearance(item)));
    const changed = all.filter((item) => this.#shown.get(rowId(item)) !== shown.get(rowId(item)));
    const roots = JSON.stringify(clusters.map(rowId));
    const isWhole = roots !== this.#roots;
    this.#roots = roots;
    this.#shown = shown;
    [...this.#rows.keys()].filter((id) => !shown.has(id)).forEach((id) => this.#rows.delete(id));
    // A row that is new is drawn with the row above it, which changed as well.
    const known = changed.filter((item) => this.#rows.has(rowId(item)));
    all.forEach((item) => this.#rows.has(rowId(item)) && this.of(item));
    return isWhole ? "all" : known.map((item) => this.of(item));
  }
}

function withDescendants(item: InventoryItem): readonly InventoryItem[] {
  return [item, ...childrenOf(item).flatMap(withDescendants)];
}

function appearance(item: InventoryItem): string {
  const { entry: _entry, ...rest } = item;
  return JSON.stringify([rest, childrenOf(item).map(rowId)]);
}
