import * as vscode from "vscode";
import { messageOf } from "../../core/errors.ts";
import type { HostShell } from "../../core/run/hostShell.ts";
import type { ClusterSessions } from "../services.ts";

/** A terminal with a login shell on a host: everything is passed through both ways. */
export function openSshTerminal(host: string, sessions: Pick<ClusterSessions, "shell">): vscode.Terminal {
  const output = new vscode.EventEmitter<string>();
  const closed = new vscode.EventEmitter<number>();
  const abort = new AbortController();
  let shell: HostShell | undefined;
  let size = { cols: 80, rows: 24 };

  const connect = async (): Promise<void> => {
    try {
      shell = await sessions.shell(
        host,
        { ...size, term: "xterm-256color", onData: (chunk) => output.fire(chunk) },
        abort.signal,
      );
      shell.resize(size.cols, size.rows);
      closed.fire(await shell.exit);
    } catch (error) {
      if (!abort.signal.aborted) {
        output.fire(`\u001b[31m${messageOf(error).replace(/[\u0000-\u001f\u007f-\u009f]/g, " ")}\u001b[39m\r\n`);
      }
    }
  };

  const terminal = vscode.window.createTerminal({
    name: `ssh ${host}`,
    iconPath: new vscode.ThemeIcon("terminal"),
    isTransient: true,
    pty: {
      onDidWrite: output.event,
      onDidClose: closed.event,
      open: (dimensions: vscode.TerminalDimensions | undefined) => {
        size = dimensions === undefined ? size : { cols: dimensions.columns, rows: dimensions.rows };
        void connect();
      },
      close: () => {
        abort.abort();
        shell?.close();
      },
      handleInput: (data: string) => shell?.write(data),
      setDimensions: ({ columns, rows }: vscode.TerminalDimensions) => {
        size = { cols: columns, rows };
        shell?.resize(columns, rows);
      },
    },
  });
  terminal.show();
  return terminal;
}
