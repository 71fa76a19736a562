import type { Locator, Page } from "playwright-core";
import { exactly } from "./workbenchPrompts.ts";

/** How VS Code marks a command in a terminal's margin. */
export type CommandDecoration = "success" | "error" | "running";

/** The integrated terminals in the panel. */
export class WorkbenchTerminals {
  readonly #page: Page;
  readonly #tabs: Locator;
  readonly #active: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#tabs = page.locator(".terminal-tabs-entry");
    this.#active = page.locator(".terminal-wrapper.active");
  }

  /** Titles in the list beside the terminals, top to bottom: those on screen, about ten in a panel of usual height. */
  async titles(): Promise<readonly string[]> {
    const titles = await this.#tabs.locator(".label-name").allInnerTexts();
    return titles.map((title) => title.trim());
  }

  /** Waits until the list shows a terminal of this title, and shows it. */
  async show(title: string, timeoutMs = 10_000): Promise<void> {
    const name = this.#page.locator(".label-name", { hasText: exactly(title) });
    await this.#tabs.filter({ has: name }).first().click({ timeout: timeoutMs });
  }

  /** What the active terminal shows: the rows on screen, without those scrolled out and without trailing blanks. */
  async text(): Promise<string> {
    const rows = await this.#active.locator(".xterm-rows > div").allInnerTexts();
    return rows
      .map((row) => row.replaceAll("\u00a0", " ").trimEnd())
      .join("\n")
      .trimEnd();
  }

  /** Waits until the active terminal shows this text; where it wraps does not matter. */
  async waitForText(text: string, timeoutMs = 10_000): Promise<void> {
    const rows = this.#active.locator(".xterm-rows", { hasText: text });
    await rows.waitFor({ timeout: timeoutMs }).catch(async (cause: unknown) => {
      throw new Error(`The terminal never showed "${text}". It shows:\n${await this.text()}`, { cause });
    });
  }

  /** Types into the active terminal; "\n" is Enter. */
  async type(text: string): Promise<void> {
    await this.#active.locator(".xterm-screen").click();
    await this.#page.keyboard.type(text.replaceAll("\n", "\r"));
  }

  /** Presses a key in the active terminal: "Control+C". */
  async press(key: string): Promise<void> {
    await this.#active.locator(".xterm-screen").click();
    await this.#page.keyboard.press(key);
  }

  /** Marks of the commands on screen in the active terminal, top to bottom. */
  async decorations(): Promise<readonly CommandDecoration[]> {
    const marks: { top: number; decoration: CommandDecoration }[] = [];
    for (const mark of await this.#decorations().all()) {
      const classes = (await mark.getAttribute("class")) ?? "";
      const { y: top } = (await mark.boundingBox()) ?? { y: 0 };
      marks.push({ top, decoration: decorationOf(classes) });
    }
    return marks.sort((a, b) => a.top - b.top).map(({ decoration }) => decoration);
  }

  /** Waits until the active terminal shows this many commands that ended this way. */
  async waitForDecorations(decoration: "success" | "error", count: number): Promise<void> {
    // Those of commands above or below the screen are there, too, but not shown.
    const marks = this.#active.locator(
      `.terminal-command-decoration.codicon-terminal-decoration-${decoration}:visible`,
    );
    await marks.nth(count - 1).waitFor();
  }

  #decorations(): Locator {
    return this.#active.locator(".terminal-command-decoration:visible");
  }
}

function decorationOf(classes: string): CommandDecoration {
  if (classes.includes("terminal-decoration-success")) return "success";
  if (classes.includes("terminal-decoration-error")) return "error";
  return "running";
}
