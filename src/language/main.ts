import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import type { LanguageEnvironment } from "./environment.ts";
import { startLanguageServer } from "./languageServer.ts";
import { localFiles } from "./localFiles.ts";

/** The language server's process: the client starts it with --node-ipc and ends it. */
const environment: LanguageEnvironment = {
  now: () => Date.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return {
      stop: () => {
        clearTimeout(timer);
      },
    };
  },
  files: localFiles,
};

startLanguageServer(createConnection(ProposedFeatures.all), environment);
