import type { KnownHost } from "../core/spec/rules/rule.ts";
import type { Severity } from "../core/spec/diagnostic.ts";

/** What the language server is told when it starts, and again whenever a setting changes (workspace/didChangeConfiguration). */
export interface LanguageSettings {
  /** Severities that the user chose, by the diagnostic's code. */
  readonly severities: Readonly<Record<string, Severity | "off">>;
}

/** Given once, as initializationOptions. */
export interface LanguageOptions extends LanguageSettings {
  /** The person's home folder: what ~ in identityFile stands for. */
  readonly home: string;
}

/** Notification from the client: what is known of the hosts of a spec file, all of it each time. */
export const knowledgeNotification = "kubeadm/knowledge";

export interface LanguageKnowledge {
  /** URI of the spec file. */
  readonly uri: string;
  /** What hosts said when they were last looked at, by name. */
  readonly hosts: Readonly<Record<string, KnownHost>>;
  /** How each host is doing, in a word or two for a code lens: "Ready", "joined, not ready". By name. */
  readonly states: Readonly<Record<string, string>>;
}
