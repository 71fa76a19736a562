import { type AnalyzeSpec, createSpecAnalyzer, type SpecAnalysis } from "../core/spec/analyzeSpec.ts";
import type { SpecSurroundings } from "../core/spec/rules/rule.ts";
import type { LanguageKnowledge, LanguageSettings } from "../protocol/language.ts";
import type { LanguageEnvironment, Timer } from "./environment.ts";
import { identityFileOf } from "./identityFiles.ts";
import type { OpenSpec } from "./openSpec.ts";

/** What is typed within this time is analysed together. */
const coalesceMs = 5;

/** How often the world around a spec is looked at: the date, keys on disk, how long ago a host was seen. */
const lookAroundMs = 30_000;

/** A document as the editor has it now. */
export interface SpecText {
  readonly uri: string;
  readonly version: number;
  getText(): string;
}

/** The specs that are open. What is published of one is what a fresh analysis of its newest text says. */
export interface OpenSpecs {
  /** A document was opened, or its text is another one now. */
  readonly changed: (document: SpecText) => void;
  readonly closed: (uri: string) => void;
  readonly setSettings: (settings: LanguageSettings) => void;
  /** All that is known of one spec's hosts, also before it is opened. */
  readonly setKnowledge: (knowledge: LanguageKnowledge) => void;
  /** The spec with its newest text, analysed; undefined when it is not open. */
  readonly get: (uri: string) => OpenSpec | undefined;
  /** Version of its newest text; undefined when it is not open. */
  readonly versionOf: (uri: string) => number | undefined;
  readonly dispose: () => void;
}

export interface OpenSpecsOptions {
  readonly environment: LanguageEnvironment;
  /** The person's home folder. */
  readonly home: string;
  readonly settings: LanguageSettings;
  /** Gets every analysis that says something new, and every one of a new text. */
  readonly publish: (spec: OpenSpec) => void;
  /** A document is closed: nothing is told of it any more. */
  readonly retract: (uri: string) => void;
  readonly report: (error: unknown) => void;
}

interface State {
  readonly document: SpecText;
  readonly analyze: AnalyzeSpec;
  readonly identityFile: SpecSurroundings["identityFile"];
  /** The latest analysis, and what it is of. */
  latest?: { readonly version: number; readonly revision: number; readonly spec: OpenSpec };
  published?: { readonly version: number; readonly diagnostics: string };
  timer?: Timer | undefined;
}

const nothingKnown: OpenSpec["knowledge"] = { hosts: {}, states: {} };

export function createOpenSpecs(options: OpenSpecsOptions): OpenSpecs {
  const { environment, home } = options;
  const states = new Map<string, State>();
  const knowledgeOf = new Map<string, LanguageKnowledge>();
  let settings = options.settings;
  /** Counts what may change an analysis besides the text. */
  let revision = 0;
  let lookAround: Timer | undefined;

  return {
    changed: (document) => {
      const { uri } = document;
      const state = states.get(uri);
      if (state?.document === document) {
        publishSoon(state);
        return;
      }
      state?.timer?.stop();
      const opened: State = {
        document,
        analyze: createSpecAnalyzer(),
        identityFile: identityFileOf(uri, home, environment.files),
      };
      states.set(uri, opened);
      publishSoon(opened);
      lookAround ??= environment.after(lookAroundMs, lookAgain);
    },
    closed: (uri) => {
      states.get(uri)?.timer?.stop();
      states.delete(uri);
      options.retract(uri);
    },
    setSettings: (changed) => {
      settings = changed;
      analyzeAllAgain();
    },
    setKnowledge: (knowledge) => {
      knowledgeOf.set(knowledge.uri, knowledge);
      revision++;
      const state = states.get(knowledge.uri);
      if (state !== undefined) {
        publishSoon(state);
      }
    },
    get: (uri) => {
      const state = states.get(uri);
      return state && analyzed(state);
    },
    versionOf: (uri) => states.get(uri)?.document.version,
    dispose: () => {
      lookAround?.stop();
      for (const { timer } of states.values()) {
        timer?.stop();
      }
      states.clear();
    },
  };

  function lookAgain(): void {
    analyzeAllAgain();
    lookAround = states.size === 0 ? undefined : environment.after(lookAroundMs, lookAgain);
  }

  function analyzeAllAgain(): void {
    revision++;
    for (const state of states.values()) {
      publishSoon(state);
    }
  }

  function publishSoon(state: State): void {
    state.timer ??= environment.after(coalesceMs, () => {
      state.timer = undefined;
      try {
        publish(state);
      } catch (error) {
        options.report(error);
      }
    });
  }

  function publish(state: State): void {
    const spec = analyzed(state);
    const diagnostics = JSON.stringify(spec.analysis.diagnostics);
    if (state.published?.version !== spec.version || state.published.diagnostics !== diagnostics) {
      state.published = { version: spec.version, diagnostics };
      options.publish(spec);
    }
  }

  function analyzed(state: State): OpenSpec {
    const { document, latest } = state;
    const { uri, version } = document;
    if (latest?.version === version && latest.revision === revision) {
      return latest.spec;
    }
    const text = document.getText();
    const now = environment.now();
    const knowledge = knowledgeOf.get(uri) ?? nothingKnown;
    const analysis: SpecAnalysis = state.analyze(text, uri, {
      now,
      knownHosts: new Map(Object.entries(knowledge.hosts)),
      identityFile: state.identityFile,
      severities: settings.severities,
    });
    const spec: OpenSpec = { uri, version, text, analysis, knowledge, now };
    state.latest = { version, revision, spec };
    return spec;
  }
}
