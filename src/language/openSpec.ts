import type { SpecAnalysis } from "../core/spec/analyzeSpec.ts";
import type { LanguageKnowledge } from "../protocol/language.ts";

/** A spec that is open in the editor, as the language's features see it. */
export interface OpenSpec {
  readonly uri: string;
  readonly version: number;
  readonly text: string;
  /** Of `text`, with all that was known when it was asked for. */
  readonly analysis: SpecAnalysis;
  /** What is known of its hosts; nothing at first. */
  readonly knowledge: Pick<LanguageKnowledge, "hosts" | "states">;
  /** Milliseconds since 1970. */
  readonly now: number;
}
