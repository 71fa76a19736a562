import * as vscode from "vscode";
import type { Plan } from "../../core/run/plan.ts";
import { planScheme } from "../../contributions.ts";
import { fileChanges, planText, type FileChange } from "./planText.ts";

/** Shows plans: a Markdown document for all of it, and a diff for each file that would change. Read-only. */
export class PlanDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #contents = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration: vscode.Disposable;
  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(planScheme, this);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#contents.get(uri.toString()) ?? "This plan is no longer there. Make a new one.";
  }

  /** Opens the plan as a rendered document. */
  async show(plan: Plan): Promise<void> {
    const uri = this.#put(`/${plan.spec.name}/Plan for ${plan.spec.name}.md`, planText(plan));
    await vscode.commands.executeCommand("markdown.showPreview", uri);
  }

  /** All files that the plan would write, before and after, as one editor of diffs. */
  async showChanges(plan: Plan): Promise<void> {
    const changes = fileChanges(plan);
    const resources = changes.map((change) => this.#diff(plan.spec.name, change));
    await vscode.commands.executeCommand("vscode.changes", `Files of the plan for ${plan.spec.name}`, resources);
  }

  /** A closed plan is not kept. */
  forget(uri: vscode.Uri): void {
    this.#contents.delete(uri.toString());
  }

  #diff(
    cluster: string,
    { host, path, before, after }: FileChange,
  ): [vscode.Uri, vscode.Uri | undefined, vscode.Uri] {
    const now = before === undefined ? undefined : this.#put(`/${cluster}/${host}${path}`, before, "now");
    const planned = this.#put(`/${cluster}/${host}${path}`, after);
    return [planned, now, planned];
  }

  /** `version` tells documents of the same path apart. */
  #put(path: string, content: string, version = "planned"): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: planScheme, path, query: version });
    this.#contents.set(uri.toString(), content);
    this.#changed.fire(uri);
    return uri;
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
