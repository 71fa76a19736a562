import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import {
  createConnection as createServerConnection,
  createProtocolConnection,
  type Diagnostic,
  type InitializeParams,
  type InitializeResult,
  ProposedFeatures,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import type { LanguageEnvironment, LocalFiles } from "../../../src/language/environment.ts";
import { startLanguageServer } from "../../../src/language/languageServer.ts";
import type { LanguageOptions } from "../../../src/protocol/language.ts";

export const uri = "file:///home/ada/cluster.yaml";

/** A client of the real server, over two joined streams. Time passes when it is told to. */
export interface TestClient {
  readonly connection: ProtocolConnection;
  readonly capabilities: InitializeResult["capabilities"];
  readonly clock: TestClock;
  /** What the server wrote into its log. */
  readonly log: readonly string[];
  readonly open: (text: string, uri?: string) => Promise<void>;
  /** Replaces what is between two offsets of the text that the server has; the version goes up by one. */
  readonly edit: (from: number, to: number, replacement: string) => Promise<void>;
  /** The text as the server has it by now. */
  readonly text: () => string;
  readonly version: () => number;
  /** Lets the server's timers run, and gives what it has published of the document last. */
  readonly settle: () => Promise<PublishDiagnosticsParams>;
  readonly published: readonly PublishDiagnosticsParams[];
  readonly dispose: () => void;
}

/** A clock with its timers. Those whose time has come run once it has passed, as when a computer sleeps. */
export interface TestClock extends Pick<LanguageEnvironment, "now" | "after"> {
  readonly pass: (milliseconds: number) => void;
}

export function testClock(start: number): TestClock {
  let now = start;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  return {
    now: () => now,
    after: (milliseconds, run) => {
      const timer = { at: now + milliseconds, run };
      timers.add(timer);
      return { stop: () => void timers.delete(timer) };
    },
    pass: (milliseconds) => {
      now += milliseconds;
      for (const timer of [...timers].filter(({ at }) => at <= now)) {
        timers.delete(timer);
        timer.run();
      }
    },
  };
}

const noFiles: LocalFiles = { identityFile: () => undefined, privateKeys: () => Promise.resolve([]) };

export const startOfTest = Date.parse("2026-11-25T12:00:00Z");

export async function startClient(
  options: {
    readonly files?: Partial<LocalFiles>;
    readonly settings?: Partial<LanguageOptions>;
    readonly capabilities?: InitializeParams["capabilities"];
  } = {},
): Promise<TestClient> {
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  const clock = testClock(startOfTest);
  const server = createServerConnection(
    ProposedFeatures.all,
    new StreamMessageReader(toServer),
    new StreamMessageWriter(toClient),
  );
  startLanguageServer(server, { ...clock, files: { ...noFiles, ...options.files } });

  const connection = createProtocolConnection(
    new StreamMessageReader(toClient),
    new StreamMessageWriter(toServer),
  );
  const log: string[] = [];
  const published: PublishDiagnosticsParams[] = [];
  connection.onNotification("window/logMessage", ({ message }: { readonly message: string }) => {
    log.push(message);
  });
  connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
    published.push(params);
  });
  connection.onRequest("client/registerCapability", () => null);
  connection.listen();
  const { capabilities } = await connection.sendRequest<InitializeResult>("initialize", {
    processId: null,
    rootUri: null,
    capabilities: options.capabilities ?? {},
    initializationOptions: { home: "/home/ada", severities: {}, ...options.settings },
  });
  await connection.sendNotification("initialized", {});

  let current = { uri, version: 0, text: "" };
  return {
    connection,
    capabilities,
    clock,
    log,
    published,
    text: () => current.text,
    version: () => current.version,
    open: async (text, other = uri) => {
      current = { uri: other, version: 1, text };
      const textDocument = { uri: other, languageId: "kubeadm-cluster", version: 1, text };
      await connection.sendNotification("textDocument/didOpen", { textDocument });
    },
    edit: async (from, to, replacement) => {
      const { text } = current;
      const range = { start: positionAt(text, from), end: positionAt(text, to) };
      current = {
        uri: current.uri,
        version: current.version + 1,
        text: text.slice(0, from) + replacement + text.slice(to),
      };
      await connection.sendNotification("textDocument/didChange", {
        textDocument: { uri: current.uri, version: current.version },
        contentChanges: [{ range, text: replacement }],
      });
    },
    settle: async () => {
      await roundTrip(connection);
      clock.pass(1000);
      await roundTrip(connection);
      const last = published.findLast((params) => params.uri === current.uri);
      assert.ok(last, "nothing was published");
      return last;
    },
    dispose: () => {
      connection.dispose();
      server.dispose();
    },
  };
}

/** All that was sent before is read when this comes back: messages keep their order. */
async function roundTrip(connection: ProtocolConnection): Promise<void> {
  // No method of the protocol: the server answers that it knows none.
  await connection.sendRequest("test/roundTrip").catch(() => undefined);
}

/** Line and column of an offset, counted from 0. */
export function positionAt(text: string, offset: number): { line: number; character: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length - 1, character: offset - (before.lastIndexOf("\n") + 1) };
}

/** "line:column code" of each, for comparing at a glance. */
export function briefly(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ range: { start }, code }) => `${start.line}:${start.character} ${String(code)}`);
}
