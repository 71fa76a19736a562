import {
  type Connection,
  type InitializeParams,
  type InitializeResult,
  TextDocuments,
  TextDocumentSyncKind,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { messageOf } from "../core/errors.ts";
import { knowledgeNotification } from "../protocol/language.ts";
import { toDiagnostics } from "./diagnostics.ts";
import type { LanguageEnvironment } from "./environment.ts";
import { createOpenSpecs, type OpenSpecs } from "./openSpecs.ts";
import { readKnowledge, readOptions, readSettings } from "./readOptions.ts";

/**
 * Serves the language of cluster specs over a connection, from its initialize request on. It holds every open
 * document that the client tells of to be a spec.
 */
export function startLanguageServer(connection: Connection, environment: LanguageEnvironment): void {
  const log = (message: string): void => {
    connection.console.error(message);
  };
  const documents = new TextDocuments(TextDocument);
  let specs: OpenSpecs | undefined;

  connection.onInitialize((params): InitializeResult => {
    const { home, ...settings } = readOptions(params.initializationOptions);
    const opened = createOpenSpecs({
      environment,
      home,
      settings,
      publish: ({ uri, version, analysis }) => {
        send(connection.sendDiagnostics({ uri, version, diagnostics: toDiagnostics(analysis.diagnostics) }));
      },
      retract: (uri) => {
        send(connection.sendDiagnostics({ uri, diagnostics: [] }));
      },
      report: (error) => {
        log(`analysis failed: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`);
      },
    });
    specs = opened;
    return { capabilities: capabilitiesFor(params), serverInfo: { name: "kubeadm" } };
  });
  connection.onDidChangeConfiguration(({ settings }) => {
    specs?.setSettings(readSettings(settings));
  });
  connection.onNotification(knowledgeNotification, (params: unknown) => {
    const knowledge = readKnowledge(params);
    if (knowledge !== undefined) {
      specs?.setKnowledge(knowledge);
    }
  });
  connection.onShutdown(() => {
    specs?.dispose();
  });
  documents.onDidChangeContent(({ document }) => {
    specs?.changed(document);
  });
  documents.onDidClose(({ document }) => {
    specs?.closed(document.uri);
  });
  documents.listen(connection);
  connection.listen();

  /** A message that cannot be sent means that the client is gone, and the process ends with it. */
  function send(sending: Promise<void>): void {
    sending.catch(() => undefined);
  }
}

function capabilitiesFor(_params: InitializeParams): InitializeResult["capabilities"] {
  return { textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental } };
}
