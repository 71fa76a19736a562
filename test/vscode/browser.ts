import { chromium, type Browser, type Page } from "playwright-core";
import type { VsCodeServer } from "./server.ts";

/** Starts a headless Chromium that resolves no name and reaches no address but 127.0.0.1, so that a machine with and
 *  one without internet behave the same. It ends with the runner, however that ends. */
export async function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox", // a sandbox does not start as root, and only our own pages are shown
      "--disable-gpu",
      "--disable-dev-shm-usage", // /dev/shm is tiny in containers
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  });
}

/** What a page asked of the world, beside its own server: each entry an address, in the order asked. */
export type ForeignRequests = readonly string[];

/** Opens an empty page of 1400 x 900 for the server's workbench, with the clipboard allowed. Requests to anything
 *  but 127.0.0.1 fail and are listed, so that a test can say that there were none. */
export async function openPage(
  browser: Browser,
  server: VsCodeServer,
): Promise<{ page: Page; foreignRequests: ForeignRequests }> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.origin });
  const foreignRequests: string[] = [];
  context.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") foreignRequests.push(request.url());
  });
  return { page: await context.newPage(), foreignRequests };
}

/** What a workbench page shows at first. All paths are absolute paths of this machine. */
export interface WorkbenchTarget {
  /** A folder or a .code-workspace file; none opens an empty window. */
  readonly folder?: string | undefined;
  /** Needs a server with `enableTestDriver`, as does `extensionTestsPath`. */
  readonly extensionDevelopmentPaths?: readonly string[];
  readonly extensionTestsPath?: string;
}

/** The address of a workbench page. */
export function workbenchUrl(server: VsCodeServer, target: WorkbenchTarget): string {
  const remoteUri = (file: string): string => `vscode-remote://${server.authority}${file}`;
  const payload = [
    ["skipWelcome", "true"],
    ["skipReleaseNotes", "true"],
    ...(target.extensionDevelopmentPaths ?? []).map((file) => ["extensionDevelopmentPath", remoteUri(file)]),
    ...(target.extensionTestsPath === undefined
      ? []
      : [["extensionTestsPath", remoteUri(target.extensionTestsPath)]]),
  ];
  const query = new URLSearchParams({ payload: JSON.stringify(payload) });
  if (target.folder === undefined) query.set("ew", "true");
  else query.set(target.folder.endsWith(".code-workspace") ? "workspace" : "folder", target.folder);
  return `${server.origin}/?${query.toString()}`;
}
