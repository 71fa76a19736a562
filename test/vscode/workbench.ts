import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Browser, FrameLocator, Locator, Page } from "playwright-core";
import { launchBrowser, openPage, workbenchUrl, type ForeignRequests } from "./browser.ts";
import { startServer, type ServerOptions, type VsCodeServer } from "./server.ts";
import { ensureVsCode } from "./setup.ts";
import { WorkbenchEditors } from "./workbenchEditors.ts";
import { Dialog, Notifications, QuickInput } from "./workbenchPrompts.ts";
import { WorkbenchTerminals } from "./workbenchTerminals.ts";
import { WorkbenchTree } from "./workbenchTree.ts";

export interface WorkbenchOptions extends Omit<ServerOptions, "enableTestDriver"> {
  /** Folder or .code-workspace file to open. */
  readonly folder?: string;
}

/** Each theme that the screens are looked at in: its label in the palette, and the class that the window then has. */
const themes = {
  "dark modern": { label: "Dark Modern", className: "vscode-theme-defaults-themes-dark_modern-json" },
  "light modern": { label: "Light Modern", className: "vscode-theme-defaults-themes-light_modern-json" },
  "high contrast dark": { label: "Dark High Contrast", className: "hc-black" },
  "high contrast light": { label: "Light High Contrast", className: "hc-light" },
} as const;

export type ThemeName = keyof typeof themes;

/** A VS Code window as a user sees it: driven by keyboard and mouse, read from the screen. Every method waits for
 *  what it needs (ten seconds, unless said) and throws with what was awaited when it does not come. */
export class Workbench {
  readonly page: Page;
  readonly server: VsCodeServer;
  /** Addresses outside this machine that the window asked for, all in vain. */
  readonly foreignRequests: ForeignRequests;
  readonly notifications: Notifications;
  readonly dialog: Dialog;
  readonly quickInput: QuickInput;
  readonly terminals: WorkbenchTerminals;
  readonly editors: WorkbenchEditors;
  readonly #browser: Browser;

  private constructor(page: Page, server: VsCodeServer, browser: Browser, foreignRequests: ForeignRequests) {
    this.page = page;
    this.server = server;
    this.foreignRequests = foreignRequests;
    this.#browser = browser;
    this.notifications = new Notifications(page);
    this.dialog = new Dialog(page);
    this.quickInput = new QuickInput(page);
    this.terminals = new WorkbenchTerminals(page);
    this.editors = new WorkbenchEditors(page);
    page.setDefaultTimeout(10_000);
  }

  /** Starts a server and a browser of its own and opens the window. The caller disposes of it. */
  static async open(options: WorkbenchOptions): Promise<Workbench> {
    const installation = await ensureVsCode();
    await using starting = new AsyncDisposableStack();
    const server = await startServer(installation, options);
    starting.defer(server.stop);
    const browser = await launchBrowser(installation.browser);
    starting.defer(() => browser.close());
    const { page, foreignRequests } = await openPage(browser, server);
    const workbench = new Workbench(page, server, browser, foreignRequests);
    await workbench.openFolder(options.folder);
    starting.move(); // everything stands, so it is dispose() that ends it
    return workbench;
  }

  async dispose(): Promise<void> {
    await this.#browser.close();
    await this.server.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /** Loads the window anew with this folder or .code-workspace file; without one, an empty window. */
  async openFolder(folder?: string): Promise<void> {
    await this.page.goto(workbenchUrl(this.server, { folder: folder && path.resolve(folder) }));
    await this.page.locator(".monaco-workbench .statusbar").waitFor({ timeout: 60_000 });
  }

  /** Loads the window anew, as a user does to see what survives. The extension host restarts with it. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.locator(".monaco-workbench .statusbar").waitFor({ timeout: 60_000 });
  }

  /** Runs a command by the text that the palette shows for it, `Category: Title`. */
  async runCommand(title: string): Promise<void> {
    await this.page.keyboard.press("F1");
    await this.quickInput.pick(title, { typed: `>${title}` });
  }

  /** Whether the palette offers a command under exactly this text, now. */
  async offersCommand(title: string): Promise<boolean> {
    await this.page.keyboard.press("F1");
    await this.quickInput.type(`>${title}`);
    const rows = await this.quickInput.labels();
    await this.quickInput.cancel();
    return rows.includes(title);
  }

  /** Shows a view container by its title in the activity bar. */
  async showViewContainer(title: string): Promise<void> {
    const label = this.page.locator(`.action-label[aria-label^="${title}"]`);
    const tab = this.page.locator(".activitybar .action-item", { has: label }).first();
    await tab.waitFor({ timeout: 30_000 });
    if ((await tab.getAttribute("aria-selected")) !== "true") await tab.click();
    await this.page.locator('.activitybar .action-item[aria-selected="true"]', { has: label }).waitFor();
  }

  /** A tree view by its name. */
  tree(viewName: string): WorkbenchTree {
    return new WorkbenchTree(this.page, viewName);
  }

  /** The status bar entry that contains this text. */
  statusBarItem(text: string): Locator {
    return this.page.locator(".statusbar-item", { hasText: text });
  }

  /** The document inside the webview with this title: a panel's title or a view's name. */
  async webview(title: string, timeoutMs = 20_000): Promise<FrameLocator> {
    const outerFrames = this.page.locator("iframe.webview.ready");
    const inner = (index: number): Locator =>
      outerFrames.nth(index).contentFrame().locator("iframe#active-frame");
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      for (let index = 0; index < (await outerFrames.count()); index += 1) {
        const frameTitle = await inner(index)
          .getAttribute("title", { timeout: 500 })
          .catch(() => null);
        if (frameTitle === title) return inner(index).contentFrame();
      }
      await this.page.evaluate("new Promise(requestAnimationFrame)");
    }
    throw new Error(`No webview titled "${title}" within ${String(timeoutMs / 1000)} s.`);
  }

  /** Switches the colour theme and waits until the window wears it. */
  async setTheme(name: ThemeName): Promise<void> {
    const { label, className } = themes[name];
    await this.runCommand("Preferences: Color Theme");
    await this.quickInput.pick(label);
    await this.page.locator(`.monaco-workbench.${className}`).waitFor();
  }

  /** Saves what the window shows as out/screenshots/<name>.png and returns the path. */
  async screenshot(name: string): Promise<string> {
    const directory = path.join(import.meta.dirname, "../../out/screenshots");
    await mkdir(directory, { recursive: true });
    const file = path.join(directory, `${name}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }
}
