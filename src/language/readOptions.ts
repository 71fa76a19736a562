import type { Severity } from "../core/spec/diagnostic.ts";
import { isRecord } from "../core/spec/record.ts";
import type { LanguageKnowledge, LanguageOptions, LanguageSettings } from "../protocol/language.ts";

/** What the client said when it started the server; what it left out means the defaults. */
export function readOptions(value: unknown): LanguageOptions {
  const home = isRecord(value) && typeof value.home === "string" ? value.home : "";
  return { ...readSettings(value), home };
}

/** Settings, without the severities that there are not: a settings file may hold anything. */
export function readSettings(value: unknown): LanguageSettings {
  const severities = isRecord(value) && isRecord(value.severities) ? value.severities : {};
  return {
    severities: Object.fromEntries(
      Object.entries(severities).flatMap(([code, severity]) =>
        isSeverity(severity) ? [[code, severity] as const] : [],
      ),
    ),
  };
}

/** Knowledge of a spec's hosts; undefined for what is no such message. The client, of the same version, is trusted with the facts. */
export function readKnowledge(value: unknown): LanguageKnowledge | undefined {
  if (
    !isRecord(value) ||
    typeof value.uri !== "string" ||
    !isRecord(value.hosts) ||
    !isRecord(value.states)
  ) {
    return undefined;
  }
  return value as unknown as LanguageKnowledge;
}

function isSeverity(value: unknown): value is Severity | "off" {
  return ["error", "warning", "information", "hint", "off"].some((known) => known === value);
}
