import * as vscode from "vscode";
import type { CommandId } from "../contributions.ts";
import { Cancelled, KubeadmError, messageOf } from "../core/errors.ts";

/**
 * Registers a command whose errors are shown to the person: a KubeadmError as it is, a cancellation not at all,
 * anything else as a bug of ours with its stack in the log.
 */
export function registerCommand(
  id: CommandId,
  log: vscode.LogOutputChannel,
  // VS Code gives what a menu or a caller passes; commands say what they expect of it.
  run: (...args: never[]) => Promise<void> | void,
): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (...args: never[]) => {
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
  // A notification with a button is shown whole, one without is cut off after its first line.
  const showLog = "Show Log";
  const text = error instanceof KubeadmError ? error.message : `Kubeadm met an error of its own: ${messageOf(error)}`;
  void vscode.window
    .showErrorMessage(text, showLog)
    .then((answer) => {
      if (answer === showLog) {
        log.show();
      }
    });
}
