import * as vscode from "vscode";
import type { Place } from "../core/errors.ts";

/** Opens the file with its cursor in the line. */
export async function openPlace({ file, line }: Place): Promise<void> {
  const start = new vscode.Position(line - 1, 0);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(start, start) });
}
