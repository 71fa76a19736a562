import { redacted, type Text } from "./secret.ts";
import { quoteAll } from "./quote.ts";

/** A command, as its words. Its input is empty unless given; its output is streamed. */
export interface RunStep {
  readonly kind: "run";
  readonly argv: readonly string[];
  readonly stdin?: Text;
  /** Ends the command after so many seconds; it then exits with 124. */
  readonly timeoutSeconds?: number;
  /** The command's standard output becomes this value of the run, and is not shown. */
  readonly learns?: LearnedKey;
}

/**
 * A shell script for what one command cannot do (loops, conditions). `script` is a constant of the code; every
 * value that comes from elsewhere is one of `args` ($1, $2, ...), so nothing can become syntax.
 */
export interface ScriptStep {
  readonly kind: "script";
  /** What is shown for it in a plan and in the terminal. */
  readonly title: string;
  readonly script: string;
  readonly args?: readonly string[];
  readonly stdin?: Text;
  readonly timeoutSeconds?: number;
  readonly learns?: LearnedKey;
}

/** A whole file, written beside its place and moved there, so that it is never half-written. */
export interface WriteStep {
  readonly kind: "write";
  /** Absolute. */
  readonly path: string;
  readonly content: Text;
  /** Octal, four digits: "0644". */
  readonly mode: string;
  /** What the file holds now, for the plan's diff; undefined when there is none. */
  readonly before?: string;
  /** Keeps the file that was there as PATH.before-kubeadm (once: the oldest is kept). */
  readonly keepsOriginal?: boolean;
}

/** One thing done on a host, in a fixed order with others. */
export type Step = RunStep | ScriptStep | WriteStep;

/** Values that a run learns on one host and uses on another. */
export type LearnedKey =
  "joinToken" | "certificateKey" | "adminConf" | "podNetworkManifest" | "smokeTestAddresses";

export function run(...argv: readonly string[]): RunStep {
  return { kind: "run", argv };
}

/** One line that says what the step does: the command line as a person would type it, or the file's path. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case "run":
      return quoteAll(step.argv);
    case "script":
      return step.title;
    case "write":
      return `write ${step.path} (mode ${step.mode})`;
  }
}

/** What a plan shows of the step beneath its line: the script or the file's content, secrets as `***`. */
export function stepDetail(step: Step): string | undefined {
  switch (step.kind) {
    case "run":
      return step.stdin === undefined ? undefined : redacted(step.stdin);
    case "script":
      return [step.script.trim(), ...(step.args?.length ? [`# with: ${quoteAll(step.args)}`] : [])].join("\n");
    case "write":
      return redacted(step.content);
  }
}
