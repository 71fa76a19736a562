import type { Locator, Page } from "playwright-core";

/** What a line of Monaco's editor tells of itself; a part of the DOM's HTMLElement. */
interface ViewLine {
  readonly style: { readonly top: string };
  readonly textContent: string | null;
}

/** The editors in the middle of the window. */
export class WorkbenchEditors {
  readonly #page: Page;
  readonly #group: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#group = page.locator(".editor-group-container.active");
  }

  /** Titles of the tabs in the active group, left to right. */
  async titles(): Promise<readonly string[]> {
    const labels = this.#group.locator(".tab .monaco-icon-label-container");
    const titles: string[] = [];
    for (const label of await labels.all()) {
      // The name's extension is an element of its own; a description after it is no part of the title.
      const parts = label.locator(".monaco-icon-name-container, .monaco-icon-suffix-container");
      titles.push((await parts.allInnerTexts()).join(""));
    }
    return titles;
  }

  /** Waits until the tab of this title is the active one. */
  async waitForActive(title: string, timeoutMs = 10_000): Promise<void> {
    await this.#group.locator(".tab.active", { hasText: title }).waitFor({ timeout: timeoutMs });
  }

  /** Opens a file of the workspace by its name, as Ctrl+P does. */
  async openFile(name: string): Promise<void> {
    await this.#page.keyboard.press("Control+P");
    await this.#page.locator(".quick-input-widget:visible .quick-input-box input").fill(name);
    await this.#page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first().click();
    await this.waitForActive(name);
  }

  /** The lines of the active editor that are on screen. */
  async text(): Promise<string> {
    return textOf(this.#group.locator(".monaco-editor").first());
  }

  /** Waits until the active editor shows this text within one line. */
  async waitForText(text: string, timeoutMs = 10_000): Promise<void> {
    const line = this.#group.locator(".monaco-editor .view-line", { hasText: text });
    await line.first().waitFor({ timeout: timeoutMs });
  }

  /** Both sides of the active diff editor, the lines on screen. */
  async diff(): Promise<{ original: string; modified: string }> {
    const diffEditor = this.#group.locator(".monaco-diff-editor");
    // Marked lines come last: when one is there, both sides are.
    await diffEditor.locator(".line-insert, .line-delete, .char-insert, .char-delete").first().waitFor();
    return {
      original: await textOf(diffEditor.locator(".editor.original")),
      modified: await textOf(diffEditor.locator(".editor.modified")),
    };
  }

  /** Types at the end of the active text editor; "\n" is Enter. */
  async typeAtEnd(text: string): Promise<void> {
    await this.#group.locator(".monaco-editor .view-line").first().click();
    await this.#page.keyboard.press("Control+End");
    await this.#page.keyboard.type(text);
  }
}

/** Monaco keeps lines in any order in the document and places each by its style. */
async function textOf(editor: Locator): Promise<string> {
  const lines = await editor
    .locator(".view-lines .view-line")
    .evaluateAll((elements: readonly ViewLine[]) =>
      elements.map(({ style, textContent }) => ({ top: parseFloat(style.top), text: textContent ?? "" })),
    );
  return lines
    .sort((a, b) => a.top - b.top)
    .map(({ text }) => text.replaceAll("\u00a0", " "))
    .join("\n");
}
