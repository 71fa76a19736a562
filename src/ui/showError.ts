import * as vscode from "vscode";
import { Cancelled, KubeadmError, messageOf } from "../core/errors.ts";

/**
 * Registers a command whose errors are shown to the person: a KubeadmError as it is, a cancellation not at all,
 * anything else as a bug of ours with its stack in the log.
 */
export function registerCommand<T extends unknown[]>(
  id: string,
  log: vscode.LogOutputChannel,
  run: (...args: T) => Promise<void> | void,
): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (...args: T) => {
    try {
      await run(...args);
    } catch (error) {
      showError(error, log);
    }
  });
}

export function showError(error: unknown, log: vscode.LogOutputChannel): void {
  if (error instanceof Cancelled) {
    return;
  }
  log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  if (error instanceof KubeadmError) {
    void vscode.window.showErrorMessage(error.message);
    return;
  }
  const showLog = "Show Log";
  void vscode.window
    .showErrorMessage(`Kubeadm met an error of its own: ${messageOf(error)}`, showLog)
    .then((answer) => {
      if (answer === showLog) {
        log.show();
      }
    });
}
