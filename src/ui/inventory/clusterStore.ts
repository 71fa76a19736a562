import * as vscode from "vscode";
import { emptyClusterState, reduce, withNodes, type ClusterState } from "../../core/run/clusterState.ts";
import type { RunEvent } from "../../core/run/events.ts";
import type { NodeFacts } from "../../core/facts/hostFacts.ts";
import type { ClusterSpec } from "../../core/spec/clusterSpec.ts";
import { problemText, type SpecDiagnostic } from "../../core/spec/diagnostic.ts";
import { specGlob } from "../../contributions.ts";
import type { ClusterEntry } from "./inventoryModel.ts";

/** What every spec of ours contains; other files of the same name are left alone. */
const MARKER = "kubeadm-bootstrap/";

/**
 * The spec files of the workspace with what is known of their clusters. It reads the files (the editor's text
 * where one is open), keeps the last sound spec while the file is being edited, and reports the file's problems.
 */
export class ClusterStore implements vscode.Disposable {
  readonly #entries = new Map<string, ClusterEntry>();
  readonly #diagnostics = vscode.languages.createDiagnosticCollection("kubeadm");
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: { dispose(): unknown }[] = [this.#diagnostics, this.#changed];
  /** How often each file was read: a reading that is overtaken by a later one is dropped. */
  readonly #readings = new Map<string, number>();
  #loading: Promise<void> | undefined;
  readonly onDidChange = this.#changed.event;

  get entries(): ClusterEntry[] {
    return [...this.#entries.values()].sort((one, other) => one.label.localeCompare(other.label));
  }

  entry(uri: string): ClusterEntry | undefined {
    return this.#entries.get(uri);
  }

  /** Finds and reads the spec files; once, later calls wait for the first. From then on it follows changes. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** Takes in an event of a run on the cluster of this spec file. */
  apply(uri: string, event: RunEvent): void {
    this.#setState(uri, (state) => reduce(state, event));
  }

  applyNodes(uri: string, nodes: readonly NodeFacts[] | undefined): void {
    this.#setState(uri, (state) => withNodes(state, nodes));
  }

  /** Reads one file again, such as one that was just made. */
  async read(uri: vscode.Uri): Promise<ClusterEntry | undefined> {
    const key = uri.toString();
    const isLatest = this.#beginReading(key);
    const text = await textOf(uri);
    const { parseSpec } = await import("../../core/spec/parseSpec.ts");
    if (!isLatest()) {
      return this.#entries.get(key);
    }
    if (text?.includes(MARKER) !== true) {
      this.#remove(uri);
      return undefined;
    }
    const label = vscode.workspace.asRelativePath(uri);
    const { spec, diagnostics } = parseSpec(text, label);
    const before = this.#entries.get(key);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    const entry: ClusterEntry = {
      uri: key,
      label,
      spec: spec ?? before?.spec,
      problems: errors.map((problem) => ({ message: problemText(problem), line: problem.line })),
      state: withHosts(before?.state ?? emptyClusterState, spec),
    };
    this.#entries.set(key, entry);
    this.#diagnostics.set(uri, diagnostics.map(toDiagnostic));
    this.#changed.fire();
    return entry;
  }

  dispose(): void {
    this.#disposables.forEach((disposable) => {
      disposable.dispose();
    });
  }

  /** What was begun before the latest reading of a file, and ends after it, is out of date: it tells by false. */
  #beginReading(key: string): () => boolean {
    const number = (this.#readings.get(key) ?? 0) + 1;
    this.#readings.set(key, number);
    return () => this.#readings.get(key) === number;
  }

  #remove(uri: vscode.Uri): void {
    this.#beginReading(uri.toString());
    this.#diagnostics.delete(uri);
    if (this.#entries.delete(uri.toString())) {
      this.#changed.fire();
    }
  }

  async #load(): Promise<void> {
    const watcher = vscode.workspace.createFileSystemWatcher(specGlob);
    const read = (uri: vscode.Uri): void => void this.read(uri);
    this.#disposables.push(
      watcher,
      watcher.onDidCreate(read),
      watcher.onDidChange(read),
      // VS Code keeps the text of a deleted file for a while: it is not asked for.
      watcher.onDidDelete((uri) => {
        this.#remove(uri);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && isSpecFile(document)) {
          read(document.uri);
        }
      }),
      vscode.workspace.onDidOpenTextDocument((document) => {
        if (isSpecFile(document)) {
          read(document.uri);
        }
      }),
      // What was typed and not saved is void again.
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (isSpecFile(document)) {
          read(document.uri);
        }
      }),
    );
    const files = await vscode.workspace.findFiles(specGlob, "**/node_modules/**", 200);
    await Promise.all(files.map((uri) => this.read(uri)));
  }

  #setState(uri: string, change: (state: ClusterState) => ClusterState): void {
    const entry = this.#entries.get(uri);
    const state = entry && change(entry.state);
    if (entry !== undefined && state !== undefined && state !== entry.state) {
      this.#entries.set(uri, { ...entry, state });
      this.#changed.fire();
    }
  }
}

/** Every host of the spec has a state, those that left it have none. */
function withHosts(state: ClusterState, spec: ClusterSpec | undefined): ClusterState {
  return spec === undefined
    ? state
    : { ...state, hosts: Object.fromEntries(spec.hosts.map(({ name }) => [name, state.hosts[name] ?? {}])) };
}

async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open !== undefined && !open.isClosed) {
    return open.getText();
  }
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    // It is gone: the entry goes with it.
    return undefined;
  }
}

/** Other schemes are those of older versions, such as in a diff. */
function isSpecFile(document: vscode.TextDocument): boolean {
  return vscode.languages.match({ pattern: specGlob, scheme: "file" }, document) > 0;
}

function toDiagnostic(problem: SpecDiagnostic): vscode.Diagnostic {
  const range = new vscode.Range(problem.line, problem.column, problem.endLine, problem.endColumn);
  const severity = problem.severity === "error" ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(range, problemText(problem), severity);
  diagnostic.source = "kubeadm";
  diagnostic.code = problem.code;
  return diagnostic;
}
