import type { Locator, Page } from "playwright-core";

/** Matches a whole text, not a part of it. */
export function exactly(text: string): RegExp {
  const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^\\s*${escaped}\\s*$`);
}

export interface ShownNotification {
  readonly text: string;
  readonly severity: "info" | "warning" | "error";
  /** Labels of its buttons, left to right. */
  readonly buttons: readonly string[];
}

/** The toasts at the lower right. */
export class Notifications {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The toast that contains this text. */
  toast(text: string): Locator {
    const message = this.#page.locator(".notification-list-item-message", { hasText: text });
    return this.#page.locator(".notifications-toasts .notification-list-item", { has: message }).first();
  }

  /** Waits for a toast and reads it. */
  async read(text: string, timeoutMs = 10_000): Promise<ShownNotification> {
    const toast = this.toast(text);
    await toast.waitFor({ timeout: timeoutMs });
    const icon = (await toast.locator(".notification-list-item-icon").getAttribute("class")) ?? "";
    return {
      text: await toast.locator(".notification-list-item-message").innerText(),
      severity: icon.includes("codicon-error")
        ? "error"
        : icon.includes("codicon-warning")
          ? "warning"
          : "info",
      buttons: await toast
        .locator(".notification-list-item-buttons-container .monaco-button")
        .allInnerTexts(),
    };
  }

  /** Presses a button of a toast. */
  async press(text: string, button: string): Promise<void> {
    await this.toast(text)
      .locator(".monaco-button", { hasText: exactly(button) })
      .click();
  }

  /** Closes a toast without choosing. */
  async dismiss(text: string): Promise<void> {
    await this.toast(text).hover();
    await this.toast(text).locator(".codicon-notifications-clear").click();
    await this.toast(text).waitFor({ state: "hidden" });
  }
}

export interface ShownDialog {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

/** The modal dialog in the middle of the window. */
export class Dialog {
  readonly #box: Locator;

  constructor(page: Page) {
    this.#box = page.locator(".monaco-dialog-box");
  }

  /** Waits for a dialog and reads it. */
  async read(): Promise<ShownDialog> {
    await this.#box.waitFor();
    const detail = this.#box.locator(".dialog-message-detail");
    return {
      message: await this.#box.locator(".dialog-message-text").innerText(),
      detail: (await detail.isVisible()) ? await detail.innerText() : "",
      buttons: await this.#box.locator(".dialog-buttons .monaco-button").allInnerTexts(),
    };
  }

  /** Presses a button and waits until this dialog is gone; another one may follow at once. */
  async press(button: string): Promise<void> {
    const { message } = await this.read();
    await this.#box.locator(".dialog-buttons .monaco-button", { hasText: exactly(button) }).click();
    await this.#box.filter({ hasText: message }).waitFor({ state: "hidden" });
  }
}

/** The input box or list at the top of the window: input boxes, quick picks and the command palette. */
export class QuickInput {
  readonly #page: Page;
  readonly #widget: Locator;
  readonly #rows: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#widget = page.locator(".quick-input-widget:visible");
    this.#rows = this.#widget.locator(".quick-input-list .monaco-list-row");
  }

  /** Waits for the question with this title, prompt or placeholder, and reads it. */
  async read(prompt: string): Promise<{ title: string; placeholder: string; message: string }> {
    await this.#asked(prompt).waitFor();
    const message = this.#widget.locator(".quick-input-message");
    return {
      title: await this.#widget.locator(".quick-input-title").innerText(),
      placeholder: (await this.#input().getAttribute("placeholder")) ?? "",
      message: (await message.isVisible()) ? await message.innerText() : "",
    };
  }

  /** Types over what the field holds, without accepting. */
  async type(text: string): Promise<void> {
    await this.#input().fill(text);
  }

  /** Answers an input box. Names the prompt it expects, so that an answer never lands in another question, and throws
   *  when the box stays, because it refuses the text. */
  async answer(prompt: string, text: string): Promise<void> {
    await this.#asked(prompt).waitFor();
    await this.type(text);
    await this.#page.keyboard.press("Enter");
    await this.#asked(prompt).waitFor({ state: "hidden" });
  }

  /** Chooses the row with exactly this label; `typed` narrows the list first (default: the label). */
  async pick(label: string, { typed = label }: { typed?: string } = {}): Promise<void> {
    await this.type(typed);
    await this.#row(label).click();
    await this.#row(label).waitFor({ state: "hidden" }); // the next question must not find this list still closing
  }

  /** Ticks exactly these rows of a list that takes several, and accepts. */
  async pickMany(labels: readonly string[]): Promise<void> {
    for (const label of labels) await this.#row(label).waitFor();
    for (const row of await this.#rows.all()) {
      const isWanted = labels.includes(await row.locator(".label-name").first().innerText());
      const isTicked = (await row.getAttribute("aria-checked")) === "true";
      if (isWanted !== isTicked) await row.click();
    }
    await this.#widget.locator(".quick-input-action .monaco-button", { hasText: "OK" }).click();
  }

  /** Labels of the rows on screen, top to bottom, once there is one. */
  async labels(): Promise<readonly string[]> {
    await this.#rows.first().waitFor();
    return this.#rows
      .locator(".quick-input-list-rows > .quick-input-list-row:first-child .label-name")
      .allInnerTexts();
  }

  async cancel(): Promise<void> {
    await this.#page.keyboard.press("Escape");
    await this.#widget.waitFor({ state: "hidden" });
  }

  #input(): Locator {
    return this.#widget.locator(".quick-input-box input");
  }

  #row(label: string): Locator {
    const name = this.#page.locator(".label-name", { hasText: exactly(label) });
    return this.#rows.filter({ has: name }).first();
  }

  /** The widget, when this text is its title, its placeholder or part of its message. */
  #asked(prompt: string): Locator {
    const placeholder = this.#page.getByPlaceholder(prompt);
    return this.#widget
      .filter({ hasText: prompt })
      .or(this.#widget.filter({ has: placeholder }))
      .first();
  }
}
