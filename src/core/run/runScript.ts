import { KubeadmError } from "../errors.ts";
import type { FactSection, HostFacts } from "../facts/hostFacts.ts";
import { factsScript } from "../facts/factsScript.ts";
import { parseFacts } from "../facts/parseFacts.ts";
import { explainFailure } from "../kubeadm/output.ts";
import { createRedactor } from "../shell/redactor.ts";
import { createSanitizer, plainText } from "../shell/sanitizer.ts";
import { renderScript } from "../shell/script.ts";
import { scriptOutputReader, type ScriptMark } from "../shell/scriptOutput.ts";
import { Secret, secretsOf, type Text } from "../shell/secret.ts";
import { describeStep, type LearnedKey, type Step } from "../shell/step.ts";
import type { HostSession } from "./session.ts";

/** Time and chance, passed in so that tests decide them. */
export interface Surroundings {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Unpredictable, [a-z0-9]+, at least 16 characters. */
  readonly nonce: () => string;
}

export interface StepListener {
  readonly onStepStarted: (description: string) => void;
  /** Harmless to show: no secrets, nothing that a terminal would obey but colours. */
  readonly onOutput: (text: string) => void;
  readonly onStepFinished: (exitCode: number) => void;
}

export interface ScriptRequest extends StepListener {
  readonly steps: readonly Step[];
  /** Sections of the facts to gather after the steps, also when one failed. */
  readonly sections: readonly FactSection[];
  /** Secrets of this run that may turn up in the output. */
  readonly secrets: readonly Secret[];
  readonly signal: AbortSignal;
}

export interface ScriptReport {
  readonly facts: Partial<HostFacts>;
  readonly learned: Readonly<Partial<Record<LearnedKey, Text>>>;
  /** Set when a step failed; the steps after it were not run. */
  readonly failure?: KubeadmError;
}

const secretKeys: ReadonlySet<LearnedKey> = new Set<LearnedKey>(["joinToken", "certificateKey", "adminConf"]);

/** How much of a command's last output is kept to explain its failure. */
const EXPLAINED_CHARACTERS = 20_000;

/**
 * Runs steps on a host in one exec, and gathers facts in the same exec. A failed step is in the report; what
 * kept the script from running at all is thrown (see HostSession.run).
 */
export async function runScript(
  session: HostSession,
  request: ScriptRequest,
  surroundings: Surroundings,
): Promise<ScriptReport> {
  const nonce = surroundings.nonce();
  const { steps, sections } = request;
  const secrets = [...request.secrets, ...steps.flatMap(secretsOfStep)];
  const redactor = createRedactor(secrets);
  const sanitize = createSanitizer();
  const learned: Partial<Record<LearnedKey, Text>> = {};
  let facts: Partial<HostFacts> | undefined = sections.length === 0 ? {} : undefined;
  let clock = { theirs: 0, ours: 0 };
  let recent = "";
  let failedStep: { readonly step: Step; readonly exitCode: number; readonly output: string } | undefined;
  let exitCode: number | undefined;

  // Cleaned first: characters that are dropped could otherwise stand inside a secret and hide it.
  const show = (safe: string): void => {
    recent = (recent + safe).slice(-EXPLAINED_CHARACTERS);
    if (safe !== "") {
      request.onOutput(safe);
    }
  };
  const onMark = (mark: ScriptMark): void => {
    show(redactor.flush());
    switch (mark.kind) {
      case "begin": {
        const step = steps[mark.step];
        recent = "";
        request.onStepStarted(step === undefined ? "" : plainText(describeStep(step)));
        break;
      }
      case "end": {
        const step = steps[mark.step];
        if (mark.exitCode !== 0 && step !== undefined) {
          failedStep = { step, exitCode: mark.exitCode, output: recent };
        }
        request.onStepFinished(mark.exitCode);
        break;
      }
      case "learned": {
        const step = steps[mark.step];
        const key = step === undefined || step.kind === "write" ? undefined : step.learns;
        if (key !== undefined && secretKeys.has(key)) {
          const secret = new Secret(mark.value);
          redactor.add(secret);
          learned[key] = secret;
        } else if (key !== undefined) {
          learned[key] = mark.value;
        }
        break;
      }
      case "clock":
        clock = { theirs: mark.seconds, ours: surroundings.now() / 1000 };
        break;
      case "facts":
        facts = parseFacts(mark.text, sections, clock);
        break;
      case "done":
        exitCode = mark.exitCode;
        break;
    }
  };

  const read = scriptOutputReader(nonce, { onText: (text) => show(redactor.push(sanitize(text))), onMark });
  const script = renderScript({
    nonce,
    steps,
    ...(sections.length > 0 && { factsScript: factsScript(sections) }),
  });
  const result = await session.run(script, { onOutput: read, signal: request.signal });
  show(redactor.flush());

  if (exitCode === undefined || facts === undefined) {
    throw new KubeadmError({
      code: "session-protocol",
      host: session.host,
      message: `the script ended early, with exit code ${result.exitCode}: ${lastLine(recent)}`,
      next: "Was it ended on the host, or is /bin/sh there not a POSIX shell? Run it again.",
    });
  }
  return { facts, learned, ...(failedStep && { failure: stepFailure(session.host, failedStep) }) };
}

function secretsOfStep(step: Step): readonly Secret[] {
  const content = step.kind === "write" ? step.content : step.stdin;
  return content === undefined ? [] : secretsOf(content);
}

function stepFailure(
  host: string,
  failed: { readonly step: Step; readonly exitCode: number; readonly output: string },
): KubeadmError {
  const command = describeStep(failed.step);
  const timeout = failed.step.kind === "write" ? undefined : failed.step.timeoutSeconds;
  const explained = explainFailure(failed.output);
  const timedOut = timeout !== undefined && (failed.exitCode === 124 || failed.exitCode === 137);
  const said = explained?.message ?? lastLine(failed.output);
  return new KubeadmError({
    code: timedOut ? "step-timeout" : "step-failed",
    host,
    message: timedOut
      ? `\`${command}\` did not end within ${timeout} s${said && `: ${said}`}`
      : `\`${command}\` failed with exit code ${failed.exitCode}${said && `: ${said}`}`,
    next: explained?.next ?? "Its whole output is in the host's terminal.",
  });
}

/** The last line with something on it, without colours. */
function lastLine(output: string): string {
  const plain = output.replace(/\u001b\[[\d;:]*m/g, "");
  return (
    plain
      .split(/[\r\n]+/)
      .map((line) => line.trim())
      .filter(Boolean)
      .at(-1) ?? ""
  );
}
