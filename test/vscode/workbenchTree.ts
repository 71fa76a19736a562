import type { Locator, Page } from "playwright-core";
import { exactly } from "./workbenchPrompts.ts";

export interface TreeRow {
  readonly label: string;
  /** The dimmer text beside the label. */
  readonly description: string;
  /** 1 for a root. */
  readonly level: number;
  /** undefined for a row without children. */
  readonly isExpanded: boolean | undefined;
}

/** A tree view in the side bar or the panel, found by the view's name. */
export class WorkbenchTree {
  readonly #page: Page;
  readonly #viewName: string;
  readonly #list: Locator;

  constructor(page: Page, viewName: string) {
    this.#page = page;
    this.#viewName = viewName;
    this.#list = page.locator(`.monaco-list[aria-label="${viewName}"]`);
  }

  /** The row with exactly this label. */
  row(label: string): Locator {
    const name = this.#page.locator(".label-name", { hasText: exactly(label) });
    return this.#list.locator(".monaco-list-row", { has: name }).first();
  }

  /** The rows on screen, top to bottom. */
  async rows(): Promise<readonly TreeRow[]> {
    const rows: TreeRow[] = [];
    for (const row of await this.#list.locator(".monaco-list-row").all()) {
      const description = row.locator(".label-description");
      const expanded = await row.getAttribute("aria-expanded");
      rows.push({
        label: await row.locator(".label-name").innerText(),
        description: (await description.count()) > 0 ? await description.innerText() : "",
        level: Number(await row.getAttribute("aria-level")),
        isExpanded: expanded === null ? undefined : expanded === "true",
      });
    }
    return rows;
  }

  /** Waits for a row whose label is exact and whose description contains a text. */
  async waitForRow(label: string, description = "", timeoutMs = 30_000): Promise<void> {
    await this.row(label).filter({ hasText: description }).waitFor({ timeout: timeoutMs });
  }

  async expand(label: string): Promise<void> {
    await this.row(label).waitFor();
    if ((await this.row(label).getAttribute("aria-expanded")) === "true") return;
    await this.row(label).locator(".monaco-tl-twistie").click(); // the row itself may run a command
    const name = this.#page.locator(".label-name", { hasText: exactly(label) });
    await this.#list.locator('.monaco-list-row[aria-expanded="true"]', { has: name }).first().waitFor();
  }

  /** Opens a row's context menu by the right mouse button and chooses an item. */
  async chooseFromContextMenu(label: string, item: string): Promise<void> {
    await this.row(label).click({ button: "right" });
    const title = this.#page.locator(".action-label", { hasText: exactly(item) });
    const menuItem = this.#page.locator(".monaco-menu .action-item", { has: title });
    await menuItem.hover();
    // A menu ignores clicks in its first tenth of a second, but not the keyboard.
    await this.#page.locator(".monaco-menu .action-item.focused", { has: title }).waitFor();
    await this.#page.keyboard.press("Enter");
    await menuItem.waitFor({ state: "hidden" });
  }

  /** Items of a row's context menu, top to bottom, without separators. Leaves the menu closed. */
  async contextMenu(label: string): Promise<readonly string[]> {
    await this.row(label).click({ button: "right" });
    const items = this.#page.locator(
      ".monaco-menu .action-item:not(.disabled) .action-label:not(.separator)",
    );
    await items.first().waitFor();
    const titles = await items.allInnerTexts();
    await this.#page.keyboard.press("Escape");
    await items.first().waitFor({ state: "hidden" });
    return titles;
  }

  /** Presses an icon that appears beside a row when the mouse is over it. */
  async pressRowAction(label: string, action: string): Promise<void> {
    await this.row(label).hover();
    await this.row(label).locator(`.actions .action-label[aria-label^="${action}"]`).click();
  }

  /** Presses an icon in the view's title bar. */
  async pressTitleAction(action: string): Promise<void> {
    const pane = this.#page.locator(".pane", {
      has: this.#page.locator(`.monaco-list[aria-label="${this.#viewName}"]`),
    });
    await pane.hover(); // the icons show only then
    const inPane = pane.locator(`.pane-header .action-label[aria-label^="${action}"]`);
    // A container with a single view shows that view's icons in its own title.
    const inContainer = this.#page.locator(`.composite.title .action-label[aria-label^="${action}"]`);
    await inPane.or(inContainer).first().click();
  }
}
