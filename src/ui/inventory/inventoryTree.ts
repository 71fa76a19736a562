import * as vscode from "vscode";
import { commands, itemContexts } from "../../contributions.ts";
import { childrenOf, clusterItem, type InventoryItem } from "./inventoryModel.ts";
import type { ClusterStore } from "./clusterStore.ts";
import { rowId, ShownRows } from "./shownRows.ts";

/** The inventory view: rows of inventoryModel.ts as tree items, and nothing decided here. */
export class InventoryTree implements vscode.TreeDataProvider<InventoryItem>, vscode.Disposable {
  readonly #store: ClusterStore;
  readonly #rows = new ShownRows();
  readonly #changed = new vscode.EventEmitter<InventoryItem[] | undefined>();
  readonly #subscription: vscode.Disposable;
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(store: ClusterStore) {
    this.#store = store;
    this.#subscription = store.onDidChange(() => {
      const changes = this.#rows.update(store.entries.map(clusterItem));
      if (changes === "all") {
        this.#changed.fire(undefined);
      } else if (changes.length > 0) {
        this.#changed.fire([...changes]);
      }
    });
  }

  async getChildren(item?: InventoryItem): Promise<InventoryItem[]> {
    if (item === undefined) {
      await this.#store.load();
      return this.#store.entries.map((entry) => this.#rows.of(clusterItem(entry)));
    }
    return childrenOf(item).map((child) => this.#rows.of(child));
  }

  getTreeItem(item: InventoryItem): vscode.TreeItem {
    switch (item.kind) {
      case "cluster": {
        const row = new vscode.TreeItem(item.label, vscode.TreeItemCollapsibleState.Expanded);
        row.id = rowId(item);
        row.description = item.description;
        row.iconPath = icon(item.status.icon, item.status.color);
        row.contextValue = item.entry.spec === undefined ? itemContexts.brokenCluster : itemContexts.cluster;
        row.tooltip = `${item.label}\n${item.description}`;
        row.accessibilityInformation = { label: `cluster ${item.label}, ${item.status.words}, ${item.description}` };
        return row;
      }
      case "group": {
        const row = new vscode.TreeItem(item.label, vscode.TreeItemCollapsibleState.Expanded);
        row.id = rowId(item);
        row.description = item.description;
        row.contextValue = itemContexts.group;
        return row;
      }
      case "host": {
        const row = new vscode.TreeItem(item.label, vscode.TreeItemCollapsibleState.None);
        row.id = rowId(item);
        row.description = item.description;
        row.iconPath = icon(item.status.icon, item.status.color);
        row.contextValue = `${itemContexts.host}.${item.host.role}`;
        row.tooltip = new vscode.MarkdownString(item.tooltip);
        row.accessibilityInformation = { label: `${item.label}, ${item.host.role}, ${item.description}` };
        row.command = { command: commands.revealInSpec, title: "Reveal in spec", arguments: [item] };
        return row;
      }
      case "problem": {
        const row = new vscode.TreeItem(item.label, vscode.TreeItemCollapsibleState.None);
        row.iconPath = icon("error", "testing.iconFailed");
        row.contextValue = itemContexts.problem;
        row.tooltip = item.label;
        row.command = { command: commands.revealInSpec, title: "Reveal in spec", arguments: [item] };
        return row;
      }
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

function icon(id: string, color: string | undefined): vscode.ThemeIcon {
  return new vscode.ThemeIcon(id, color === undefined ? undefined : new vscode.ThemeColor(color));
}
