import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { VsCodeInstallation } from "./setup.ts";

const startTimeoutMs = 60_000;

/** User settings that keep VS Code quiet, offline and the same on every run. */
const quietSettings: Readonly<Record<string, unknown>> = {
  "chat.commandCenter.enabled": false,
  "chat.disableAIFeatures": true,
  "editor.accessibilitySupport": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "files.autoSave": "off",
  "git.enabled": false,
  "json.schemaDownload.enable": false,
  "npm.autoDetect": "off",
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "terminal.integrated.gpuAcceleration": "off", // rows are then DOM elements, whose text can be read
  "terminal.integrated.tabs.hideCondition": "never",
  "update.mode": "none",
  "window.commandCenter": false,
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

export interface ServerOptions {
  /** User settings by their full name, over the quiet defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** A .vsix to install before the start. */
  readonly vsix?: string;
  /** The home directory that extensions see: their `~/.kube` and `~/.ssh`. Default: an empty one, removed at the end. */
  readonly home?: string;
  /** Environment variables for the extension host, over a short list of the runner's own. The runner's KUBECONFIG,
   *  SSH_AUTH_SOCK and the like do not get through unless they are named here. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Lets the page's address name an extension under development and a tests module. Hides toasts. */
  readonly enableTestDriver?: boolean;
}

/** A running VS Code server of one test run. `stop` ends all its processes and removes its data. */
export interface VsCodeServer {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** `127.0.0.1:<port>`, as vscode-remote URIs name it. */
  readonly authority: string;
  /** Removed by `stop`, and also when the runner is killed. */
  readonly dataDirectory: string;
  readonly home: string;
  readonly stop: () => Promise<void>;
}

/** Starts VS Code's server on a free port of 127.0.0.1, with data, settings and a home of its own.
 *  Throws with the server's output when it ends, or does not listen within a minute. */
export async function startServer(
  installation: VsCodeInstallation,
  options: ServerOptions = {},
): Promise<VsCodeServer> {
  const dataDirectory = await mkdtemp(path.join(os.tmpdir(), "kubeadm-vscode-"));
  const home = options.home ?? path.join(dataDirectory, "home");
  const environment = {
    ...baseEnvironment(),
    HOME: home,
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...options.environment,
  };
  const dataArguments = [
    ["--server-data-dir", dataDirectory],
    ["--extensions-dir", path.join(dataDirectory, "extensions")],
  ].flat();

  try {
    await mkdir(home, { recursive: true });
    await writeUserSettings(dataDirectory, { ...quietSettings, ...options.settings });
    if (options.vsix !== undefined) {
      const args = [
        installation.serverMain,
        ...dataArguments,
        "--install-extension",
        path.resolve(options.vsix),
      ];
      await promisify(execFile)(installation.node, args, { env: environment });
    }
    const port = await freePort();
    const authority = `127.0.0.1:${String(port)}`;
    const serverArguments = [
      ["--host", "127.0.0.1", "--port", String(port), "--without-connection-token"],
      ["--accept-server-license-terms", "--telemetry-level", "off"],
      ["--disable-workspace-trust", "--disable-getting-started-override"],
      options.enableTestDriver === true ? ["--enable-smoke-test-driver"] : [],
    ].flat();
    const guard = await spawnGuarded(
      [dataDirectory, installation.node, installation.serverMain, ...dataArguments, ...serverArguments],
      installation.node,
      environment,
    );
    const stop = (): Promise<void> => stopGuard(guard);
    return { origin: `http://${authority}`, authority, dataDirectory, home, stop };
  } catch (error) {
    await rm(dataDirectory, { recursive: true, force: true });
    throw error;
  }
}

/** They are read when a window loads. A change under an open window is noticed at times only: change settings there
 *  as a user does. */
async function writeUserSettings(
  dataDirectory: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const directory = path.join(dataDirectory, "data", "User");
  await mkdir(directory, { recursive: true });
  await writeFile(path.join(directory, "settings.json"), JSON.stringify(settings, null, 2));
}

/** What processes need to run at all. Everything else of the runner's environment stays outside. */
function baseEnvironment(): Record<string, string> {
  const passedOn = ["PATH", "LANG", "LC_ALL", "LOGNAME", "SHELL", "TMPDIR", "TZ", "USER"];
  return Object.fromEntries(
    passedOn.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Starts the guard with the server below it and waits until the server listens. */
async function spawnGuarded(
  args: readonly string[],
  node: string,
  environment: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const guardScript = path.join(import.meta.dirname, "serverGuard.ts");
  const guard = spawn(node, [guardScript, ...args], { env: environment, stdio: "pipe", detached: true });
  guard.stdin.on("error", () => undefined); // the guard may be gone before its input is closed
  let output = "";
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (what: string): void => {
        reject(new Error(`VS Code's server ${what}:\n${output}`));
      };
      const timer = setTimeout(() => {
        fail("did not listen in time");
      }, startTimeoutMs);
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
        if (!output.includes("Extension host agent listening on")) return;
        clearTimeout(timer);
        resolve();
      };
      guard.stdout.on("data", read);
      guard.stderr.on("data", read);
      guard.once("error", reject);
      guard.once("exit", () => {
        clearTimeout(timer);
        fail("ended");
      });
    });
  } catch (error) {
    await stopGuard(guard);
    throw error;
  }
  return guard;
}

async function stopGuard(guard: ChildProcess): Promise<void> {
  if (guard.exitCode !== null || guard.signalCode !== null) return;
  const exited = once(guard, "exit");
  guard.stdin?.end();
  await exited;
}

async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("No free port on 127.0.0.1.");
  return address.port;
}
