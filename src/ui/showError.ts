import * as vscode from "vscode";
import type { CommandId } from "../contributions.ts";
import { Cancelled } from "../core/errors.ts";
import { openLine, toErrorNotice } from "./errorNotice.ts";
import { openPlace } from "./openPlace.ts";

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

/** Logs the error and tells the person, with the line it leads to (if any) and the log at hand; never waits. */
export function showError(error: unknown, log: vscode.LogOutputChannel): void {
  if (error instanceof Cancelled) {
    return;
  }
  log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const { text, place } = toErrorNotice(error);
  // A notification with a button is shown whole, one without is cut off after its first line.
  const showLog = "Show Log";
  const buttons = place === undefined ? [showLog] : [openLine, showLog];
  const follow = async (answer: string | undefined): Promise<void> => {
    if (answer === showLog) {
      log.show();
    } else if (answer === openLine && place !== undefined) {
      await openPlace(place);
    }
  };
  vscode.window
    .showErrorMessage(text, ...buttons)
    .then(follow)
    .then(undefined, (failure: unknown) => {
      showError(failure, log);
    });
}
