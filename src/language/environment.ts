import type { IdentityFile } from "../core/spec/rules/rule.ts";

/** What the language server needs of the machine it runs on. */
export interface LanguageEnvironment {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls `run` once after a while, unless the timer is stopped. */
  readonly after: (milliseconds: number, run: () => void) => Timer;
  readonly files: LocalFiles;
}

export interface Timer {
  readonly stop: () => void;
}

/** The files beside a spec, and the person's keys. Paths are absolute. Nothing here throws. */
export interface LocalFiles {
  /** undefined: it cannot be told. */
  readonly identityFile: (path: string) => IdentityFile | undefined;
  /** Files of a folder that look like private keys, by name, sorted; [] when there is no such folder. */
  readonly privateKeys: (folder: string) => Promise<readonly string[]>;
}
