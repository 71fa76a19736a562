import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { plainText } from "../core/shell/sanitizer.ts";
import { joinedStream } from "./joinedStream.ts";
import { userShell } from "./userShell.ts";

/** A running ProxyCommand. */
export interface ProxyCommand {
  /** Its standard input and output. */
  readonly stream: Duplex;
  readonly report: () => ProxyReport;
  /** Ends it, with what it has started. */
  close(): void;
}

/** What a ProxyCommand tells of itself. */
export interface ProxyReport {
  /** undefined while it runs, and when a signal ended it. */
  readonly exitCode: number | undefined;
  /** The last that it printed to standard error, as plain text on one line; "" when it said nothing. */
  readonly words: string;
}

const keptWords = 2000;
/** After the end of its output: how long its exit code and last words may take to arrive. */
const lastWordsMs = 250;
/** How long it may take to obey the SIGHUP. */
const obeyMs = 1000;

/**
 * Starts `command` as ssh does: by the user's shell, which replaces itself with it. It gets no terminal, so that
 * nothing of it appears in one and nothing can ask there.
 */
export function startProxyCommand(command: string): ProxyCommand {
  const child =
    process.platform === "win32"
      ? spawn(command, { shell: true, stdio: "pipe", windowsHide: true })
      : // "detached": a session of its own has no terminal, and its processes can be ended together.
        spawn(userShell(), ["-c", `exec ${command}`], { stdio: "pipe", detached: true });
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-keptWords);
  });
  const exited = new Promise((resolve) => child.once("close", resolve));
  const stream = joinedStream({
    readable: child.stdout,
    writable: child.stdin,
    // Not for longer: a command that has gone to the background keeps its standard error open.
    beforeEnd: () => Promise.race([exited, pause(lastWordsMs, undefined, { ref: false })]),
    onClosed: () => end(child),
  });
  // A command that could not be started at all.
  child.on("error", (error) => stream.destroy(error));
  return {
    stream,
    report: () => ({ exitCode: child.exitCode ?? undefined, words: lastLines(words) }),
    close: () => stream.destroy(),
  };
}

function end(child: ChildProcess): void {
  if (!isRunning(child)) {
    return;
  }
  if (process.platform === "win32") {
    child.kill();
    return;
  }
  // ssh sends its proxy a SIGHUP when it is done with it.
  signalGroup(child, "SIGHUP");
  const timer = setTimeout(() => {
    if (isRunning(child)) {
      signalGroup(child, "SIGKILL");
    }
  }, obeyMs);
  timer.unref();
  void once(child, "exit").then(() => clearTimeout(timer));
}

function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null;
}

function signalGroup({ pid = 0 }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has just ended.
  }
}

/** What a program said last; ssh and its like begin with what matters less. */
function lastLines(text: string): string {
  const lines = text
    .split(/[\r\n]+/)
    .map((line) => plainText(line).trim())
    .filter(Boolean);
  return lines.slice(-3).join("; ");
}
