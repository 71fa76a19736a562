import * as vscode from "vscode";
import type { RunEvent } from "../../core/run/events.ts";
import { isAtLineStart, terminalText } from "./terminalText.ts";

/** How much of a host's output is kept for a terminal that is opened later, in characters. */
const KEPT_CHARACTERS = 500_000;

/** The terminals in which runs are shown: one a host, kept until the person closes it. */
export class RunTerminals implements vscode.Disposable {
  readonly #terminals = new Map<string, RunTerminal>();
  readonly #interrupt: (cluster: string, host: string) => void;

  /** `interrupt` is called when Ctrl+C is typed into a host's terminal. */
  constructor(interrupt: (cluster: string, host: string) => void) {
    this.#interrupt = interrupt;
  }

  /** Shows what happened on the hosts that the event concerns. */
  show(cluster: string, event: RunEvent): void {
    const text = terminalText(event);
    if (text === "") {
      return;
    }
    const hosts = event.kind === "run-started" ? event.hosts : "host" in event ? [event.host] : this.#hostsOf(cluster);
    hosts.forEach((host) => {
      this.#terminal(cluster, host).write(text, event.kind === "output");
    });
  }

  /** Brings the host's terminal to the front, without taking the focus. */
  reveal(cluster: string, host: string): void {
    this.#terminal(cluster, host).reveal();
  }

  dispose(): void {
    this.#terminals.forEach((terminal) => {
      terminal.dispose();
    });
    this.#terminals.clear();
  }

  #hostsOf(cluster: string): readonly string[] {
    return [...this.#terminals.values()].filter((terminal) => terminal.cluster === cluster).map(({ host }) => host);
  }

  #terminal(cluster: string, host: string): RunTerminal {
    const key = JSON.stringify([cluster, host]);
    const existing = this.#terminals.get(key);
    if (existing !== undefined) {
      return existing;
    }
    const terminal = new RunTerminal(cluster, host, () => {
      this.#interrupt(cluster, host);
    });
    this.#terminals.set(key, terminal);
    return terminal;
  }
}

class RunTerminal implements vscode.Disposable {
  readonly cluster: string;
  readonly host: string;
  readonly #interrupt: () => void;
  readonly #output = new vscode.EventEmitter<string>();
  #kept = "";
  #isAtLineStart = true;
  #isOpen = false;
  #terminal: vscode.Terminal | undefined;

  constructor(cluster: string, host: string, interrupt: () => void) {
    this.cluster = cluster;
    this.host = host;
    this.#interrupt = interrupt;
  }

  /** Everything but a command's own output begins on a line of its own, whatever the command printed last. */
  write(event: string, isOutput: boolean): void {
    const text = isOutput || this.#isAtLineStart ? event : `\r\n${event}`;
    this.#isAtLineStart = isAtLineStart(text, this.#isAtLineStart);
    this.#kept = (this.#kept + text).slice(-KEPT_CHARACTERS);
    if (this.#isOpen) {
      this.#output.fire(text);
    } else if (this.#terminal === undefined) {
      this.#create();
    }
  }

  reveal(): void {
    (this.#terminal ?? this.#create()).show(true);
  }

  dispose(): void {
    this.#terminal?.dispose();
    this.#output.dispose();
  }

  #create(): vscode.Terminal {
    this.#terminal = vscode.window.createTerminal({
      name: this.host,
      iconPath: new vscode.ThemeIcon("server"),
      isTransient: true,
      pty: {
        onDidWrite: this.#output.event,
        open: () => {
          this.#isOpen = true;
          this.#output.fire(this.#kept);
        },
        close: () => {
          // The run goes on; its terminal comes back with all its output when it is asked for.
          this.#isOpen = false;
          this.#terminal = undefined;
        },
        handleInput: (data: string) => {
          if (data.includes("\u0003")) {
            this.#interrupt();
          }
        },
      },
    });
    return this.#terminal;
  }
}
