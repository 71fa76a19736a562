import * as vscode from "vscode";
import type { Plan } from "../../core/run/plan.ts";
import { planScheme } from "../../contributions.ts";
import { fileChanges, planText, type FileChange } from "./planText.ts";

/** A plan has a document for itself and two for each file that it changes. */
const KEPT_DOCUMENTS = 2000;

/** Shows plans: a Markdown document for all of it, and a diff for each file that would change; reports, too. Read-only. */
export class PlanDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #contents = new Map<string, string>();
  #count = 0;
  readonly #registration: vscode.Disposable;

  constructor() {
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(planScheme, this);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#contents.get(uri.toString()) ?? "This plan is no longer there. Make a new one.";
  }

  /** Opens the plan as a rendered document. */
  async show(plan: Plan): Promise<void> {
    await this.showReport(`/${plan.spec.name}/Plan for ${plan.spec.name}.md`, planText(plan));
  }

  /** Opens any Markdown of ours as a rendered document. The last part of `path` is its title. */
  async showReport(path: string, markdown: string): Promise<void> {
    await vscode.commands.executeCommand("markdown.showPreview", this.#put(path, markdown));
  }

  /** All files that the plan would write, before and after, as one editor of diffs. */
  async showChanges(plan: Plan): Promise<void> {
    const changes = fileChanges(plan);
    const resources = changes.map((change) => this.#diff(plan.spec.name, change));
    await vscode.commands.executeCommand("vscode.changes", `Files of the plan for ${plan.spec.name}`, resources);
  }

  #diff(
    cluster: string,
    { host, path, before, after }: FileChange,
  ): [vscode.Uri, vscode.Uri | undefined, vscode.Uri] {
    const now = before === undefined ? undefined : this.#put(`/${cluster}/${host}${path}`, before, "now");
    const planned = this.#put(`/${cluster}/${host}${path}`, after);
    return [planned, now, planned];
  }

  /** Each document is one of its own, as an editor that shows an older one keeps it. `version` is "now" or "planned". */
  #put(path: string, content: string, version = "planned"): vscode.Uri {
    this.#count++;
    const uri = vscode.Uri.from({ scheme: planScheme, path, query: `${version}-${this.#count}` });
    this.#contents.set(uri.toString(), content);
    const oldest = this.#contents.keys().next();
    if (this.#contents.size > KEPT_DOCUMENTS && oldest.done !== true) {
      this.#contents.delete(oldest.value);
    }
    return uri;
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
