import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { renderScript, type ScriptParts } from "../../../src/core/shell/script.ts";
import { scriptOutputReader, type ScriptMark } from "../../../src/core/shell/scriptOutput.ts";
import { reveal } from "../../../src/core/shell/secret.ts";

/** The POSIX shells of this machine, as words that run one, each once whatever it is called. */
export const shells: readonly (readonly [string, ...string[]])[] = findShells();

function findShells(): (readonly [string, ...string[]])[] {
  const candidates: (readonly [string, ...string[]])[] = [["sh"], ["dash"], ["bash"], ["busybox", "sh"]];
  const found = new Map(candidates.toReversed().map((words) => [programOf(words[0]), words]));
  found.delete(undefined);
  return [...found.values()].reverse();
}

/** The file that a command is, symbolic links followed; undefined when there is none. */
function programOf(command: string): string | undefined {
  const paths = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, command));
  const path = paths.find((candidate) => existsSync(candidate));
  return path === undefined ? undefined : realpathSync(path);
}

export interface Ran {
  readonly exitCode: number;
  /** Standard output and, after it, standard error. */
  readonly output: string;
}

/** Runs a script as a session does: it arrives by standard input, is evaluated whole, and then has no input. */
export function runText(script: string, shell: readonly [string, ...string[]] = ["sh"]): Ran {
  const [command, ...words] = shell;
  const launcher = 'script=$(cat); exec < /dev/null; eval "$script"';
  const { status, stdout, stderr, error } = spawnSync(command, [...words, "-c", launcher], {
    input: script,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined) {
    throw error;
  }
  return { exitCode: status ?? -1, output: stdout.toString() + stderr.toString() };
}

export const nonce = "0123456789abcdefghij";

/** Renders the steps, runs them for real, and reads what the script says. */
export function runSteps(
  steps: ScriptParts["steps"],
  options: { readonly factsScript?: string; readonly shell?: readonly [string, ...string[]] } = {},
): {
  readonly exitCode: number;
  readonly text: string;
  readonly marks: readonly ScriptMark[];
  readonly raw: string;
} {
  const { factsScript, shell } = options;
  const script = renderScript({ nonce, steps, ...(factsScript !== undefined && { factsScript }) });
  const { exitCode, output } = runText(reveal(script), shell);
  return { exitCode, raw: output, ...read([output]) };
}

/** What a reader makes of output that arrives in these chunks. */
export function read(chunks: readonly string[]): {
  readonly text: string;
  readonly marks: readonly ScriptMark[];
} {
  const marks: ScriptMark[] = [];
  let text = "";
  const reader = scriptOutputReader(nonce, {
    onText: (part) => {
      text += part;
    },
    onMark: (mark) => marks.push(mark),
  });
  chunks.forEach(reader);
  return { text, marks };
}
