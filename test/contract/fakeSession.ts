import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Cancelled, KubeadmError } from "../../src/core/errors.ts";
import type { HostSession, ScriptOptions, ScriptResult } from "../../src/core/run/session.ts";
import { reveal, type Text } from "../../src/core/shell/secret.ts";
import { endSessionScript } from "../../src/ssh/endSession.ts";
import { createLaunch, findGreeting } from "../../src/ssh/launcher.ts";
import { raceAbort } from "../../src/ssh/raceAbort.ts";
import { exitCodeOfSignal } from "../../src/ssh/signals.ts";

/** A session that runs scripts on this machine, as the current user, without SSH. */
export interface LocalSession extends HostSession {
  /** Makes every script that runs now fail with link-lost; the processes go on. */
  loseLink(): void;
}

export function createLocalSession(host: string): LocalSession {
  const endings = new Set<Promise<unknown>>();
  const running = new Set<(error: Error) => void>();

  async function run(script: Text, options: ScriptOptions = {}): Promise<ScriptResult> {
    const { onOutput, signal } = options;
    await raceAbort(Promise.all(endings), signal);
    const local = startLocally(script, (chunk) => {
      if (!signal?.aborted) {
        onOutput?.(chunk);
      }
    });
    let lose: (error: Error) => void = () => undefined;
    const lost = new Promise<never>((_, reject) => {
      lose = reject;
    });
    running.add(lose);
    try {
      return { exitCode: await raceAbort(Promise.race([local.exit, lost]), signal) };
    } catch (error) {
      if (error instanceof Cancelled) {
        const ending = local.sessionId.then((id) => startLocally(endSessionScript(id), () => undefined).exit);
        endings.add(ending);
        void ending.finally(() => endings.delete(ending));
      }
      throw error;
    } finally {
      running.delete(lose);
    }
  }

  return {
    host,
    run,
    loseLink: () => {
      for (const lose of running) {
        lose(new KubeadmError({ code: "link-lost", host, message: "the connection was lost." }));
      }
    },
  };
}

interface LocalScript {
  readonly sessionId: Promise<number>;
  readonly exit: Promise<number>;
}

function startLocally(script: Text, onOutput: (chunk: string) => void): LocalScript {
  const nonce = randomBytes(12).toString("hex");
  const launch = createLaunch(script, nonce, "none");
  const child: ChildProcess = spawn("sh", ["-c", launch.command], { stdio: ["pipe", "pipe", "ignore"] });
  // A byte order mark is output, too.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let noise: Buffer | undefined = Buffer.alloc(0);
  let announce: (id: number) => void = () => undefined;
  const sessionId = new Promise<number>((resolve) => {
    announce = resolve;
  });
  child.stdout?.on("data", (data: Buffer) => {
    let output = data;
    if (noise) {
      noise = Buffer.concat([noise, data]);
      const greeting = findGreeting(noise, nonce);
      if (!greeting) {
        return;
      }
      noise = undefined;
      output = greeting.rest;
      announce(greeting.sessionId);
      child.stdin?.end(reveal(launch.input));
    }
    emit(decoder.decode(output, { stream: true }));
  });
  const exit = new Promise<number>((resolve, reject) => {
    child.once("error", reject).once("close", (code, signal) => {
      emit(decoder.decode());
      resolve(code ?? exitCodeOfSignal(signal ?? undefined));
    });
  });
  return { sessionId, exit };

  function emit(text: string): void {
    if (text !== "") {
      onOutput(text);
    }
  }
}

/** What a scripted session answers to a script. */
export interface ScriptedAnswer {
  /** The whole script, secrets included, must match. */
  readonly script: RegExp | ((script: string) => boolean);
  /** A text, or what makes it of the script (for nonces in it). */
  readonly output?: string | ((script: string) => string);
  /** 0 when left out. */
  readonly exitCode?: number;
  /** Thrown in place of a result, after the output. */
  readonly error?: Error;
  /** The script does not end before this does. */
  readonly until?: Promise<unknown>;
  /** May be given any number of times, also none; otherwise exactly once. */
  readonly isRepeatable?: boolean;
}

/** A session that runs nothing and answers only scripts that the test expects. */
export interface ScriptedSession extends HostSession {
  /** The scripts as they came, secrets included. */
  readonly scripts: readonly string[];
  /** Throws when a script came that was not expected, or one that was expected did not come. */
  verify(): void;
}

/** Each script gets the first answer that matches and is not used up; one without an answer fails. */
export function createScriptedSession(host: string, answers: readonly ScriptedAnswer[]): ScriptedSession {
  const left = [...answers];
  const scripts: string[] = [];
  const unexpected: string[] = [];

  async function run(script: Text, { onOutput, signal }: ScriptOptions = {}): Promise<ScriptResult> {
    if (signal?.aborted) {
      throw new Cancelled();
    }
    const whole = reveal(script);
    scripts.push(whole);
    const answer = left.find((candidate) => matches(candidate, whole));
    if (!answer) {
      unexpected.push(whole);
      throw new Error(`${host}: no script like this is expected:\n${whole}`);
    }
    if (!answer.isRepeatable) {
      left.splice(left.indexOf(answer), 1);
    }
    const output = typeof answer.output === "function" ? answer.output(whole) : (answer.output ?? "");
    if (output !== "") {
      onOutput?.(output);
    }
    await raceAbort(Promise.resolve(answer.until), signal);
    if (answer.error) {
      throw answer.error;
    }
    return { exitCode: answer.exitCode ?? 0 };
  }

  function verify(): void {
    if (unexpected.length > 0) {
      throw new Error(
        `${host}: ${unexpected.length} scripts were not expected; the first:\n${unexpected[0]}`,
      );
    }
    const missing = left.filter((answer) => !answer.isRepeatable);
    if (missing.length > 0) {
      throw new Error(
        `${host}: expected scripts did not come: ${missing.map(({ script }) => String(script)).join(", ")}`,
      );
    }
  }

  return { host, run, scripts, verify };
}

function matches({ script }: ScriptedAnswer, whole: string): boolean {
  return typeof script === "function" ? script(whole) : script.test(whole);
}
