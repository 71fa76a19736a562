import type { Client, ClientChannel } from "ssh2";
import type { KubeadmError } from "../core/errors.ts";
import { reveal, type Secret, type Text } from "../core/shell/secret.ts";
import { startDeadline } from "./deadline.ts";
import { createLaunch, findGreeting, passwordPrompt } from "./launcher.ts";
import { launchError, launchTimeoutError, noPasswordError, wrongPasswordError } from "./launchError.ts";
import { exitCodeOfSignal } from "./signals.ts";
import type { SshTarget } from "./target.ts";

export interface ScriptContext {
  readonly client: Client;
  readonly target: SshTarget;
  readonly script: Text;
  readonly needsSudo: boolean;
  /** Letters and digits, new for each script. */
  readonly nonce: string;
  /** Until the host is ready for the script, without the time in which the person answers. */
  readonly launchTimeoutMs: number;
  /** `unwanted` aborts when the answer is of no use any more. */
  readonly askSudoPassword: (attempt: number, unwanted: AbortSignal) => Promise<Secret | undefined>;
  readonly onOutput: (chunk: string) => void;
}

/** How a script ended. Only "exited" is an end of its own. */
export type ScriptEnd =
  | { readonly kind: "exited"; readonly exitCode: number }
  /** The channel closed without an exit status. Nothing of the script has run unless `hasStarted`. */
  | { readonly kind: "lost"; readonly hasStarted: boolean }
  /** The host opened no channel; nothing has run. */
  | { readonly kind: "refused"; readonly cause: unknown };

export interface RunningScript {
  /** Rejects with KubeadmError when the script could not be started: sudo-refused, sudo-password, session-protocol. */
  readonly end: Promise<ScriptEnd>;
  /** Settled once the channel is gone. Never rejects. */
  readonly closed: Promise<void>;
  /** Session of the script's processes on the host, once it runs. */
  readonly sessionId: () => number | undefined;
  /** Closes the channel; the processes are not ended by it. */
  close(): void;
}

const sudoAttempts = 3;
/** After the exit status: how long output may still arrive when a background process keeps the channel open. */
const drainMs = 2000;
/** Of what is printed before the greeting, so much is kept: it is looked at only when the launch fails. */
const keptNoise = 8192;

/** Starts `script` as root on a channel of its own. */
export function startScript(context: ScriptContext): RunningScript {
  const { client, target, needsSudo, nonce } = context;
  const launch = createLaunch(context.script, nonce, needsSudo);
  const prompt = passwordPrompt(nonce);
  const decoder = new TextDecoder();
  let phase: "launching" | "running" | "ended" = "launching";
  let channel: ClientChannel | undefined;
  let noise: Buffer = Buffer.alloc(0);
  let words = "";
  let passwordAttempts = 0;
  let sessionId: number | undefined;
  let exitCode: number | undefined;
  let drain: NodeJS.Timeout | undefined;
  let isClosing = false;
  const unwanted = new AbortController();
  let setEnd: (end: ScriptEnd) => void = () => undefined;
  let setFailed: (error: unknown) => void = () => undefined;
  let setClosed: () => void = () => undefined;
  const end = new Promise<ScriptEnd>((resolve, reject) => {
    setEnd = resolve;
    setFailed = reject;
  });
  const closed = new Promise<void>((resolve) => {
    setClosed = resolve;
  });
  const deadline = startDeadline(context.launchTimeoutMs, () => {
    if (channel) {
      fail(launchTimeoutError(target, needsSudo, allWords()));
    } else {
      // Not even the channel was opened: the connection is dead, whatever TCP thinks of it.
      finish({ kind: "lost", hasStarted: false });
      setClosed();
    }
  });

  function allWords(): string {
    return `${noise.toString("utf8")}\n${words}`;
  }

  function finish(result: ScriptEnd): void {
    deadline.stop();
    unwanted.abort();
    clearTimeout(drain);
    if (phase === "running") {
      emit(decoder.decode());
    }
    phase = "ended";
    setEnd(result);
  }

  function fail(error: unknown): void {
    deadline.stop();
    phase = "ended";
    setFailed(error);
    close();
  }

  function close(): void {
    isClosing = true;
    unwanted.abort();
    channel?.close();
  }

  function emit(text: string): void {
    if (text === "") {
      return;
    }
    try {
      context.onOutput(text);
    } catch (error) {
      // Thrown on, it would reach ssh2's parser, which then gives up the connection.
      fail(error);
    }
  }

  function onOutput(data: Buffer): void {
    if (phase === "running") {
      emit(decoder.decode(data, { stream: true }));
      if (exitCode !== undefined) {
        startDrain();
      }
    } else if (phase === "launching") {
      noise = Buffer.concat([noise, data]);
      const greeting = findGreeting(noise, nonce);
      if (greeting) {
        start(greeting.sessionId, greeting.rest);
      } else {
        noise = noise.subarray(-keptNoise);
      }
    }
  }

  function start(id: number, firstOutput: Buffer): void {
    deadline.stop();
    phase = "running";
    sessionId = id;
    channel?.end(reveal(launch.input));
    emit(decoder.decode(firstOutput, { stream: true }));
  }

  function onWords(data: Buffer): void {
    // Once the script runs, its standard error comes with its output; this is the login's or sudo's own.
    if (phase !== "launching") {
      return;
    }
    words += data.toString("utf8");
    for (let at = words.indexOf(prompt); at >= 0; at = words.indexOf(prompt)) {
      words = words.slice(0, at) + words.slice(at + prompt.length);
      void givePassword();
    }
    words = words.slice(-keptNoise);
  }

  async function givePassword(): Promise<void> {
    passwordAttempts++;
    if (passwordAttempts > sudoAttempts) {
      fail(wrongPasswordError(target));
      return;
    }
    try {
      const password = await deadline.pausedDuring(
        context.askSudoPassword(passwordAttempts, unwanted.signal),
      );
      if (phase !== "launching") {
        return;
      }
      if (password === undefined) {
        fail(noPasswordError(target));
      } else {
        channel?.write(`${password.reveal()}\n`);
      }
    } catch (error) {
      fail(error);
    }
  }

  function startDrain(): void {
    clearTimeout(drain);
    drain = setTimeout(() => {
      onClose();
      close();
    }, drainMs);
  }

  function onClose(): void {
    if (phase === "ended") {
      return;
    }
    if (exitCode === undefined) {
      finish({ kind: "lost", hasStarted: phase === "running" });
    } else if (phase === "running") {
      finish({ kind: "exited", exitCode });
    } else {
      fail(launchFailure(exitCode));
    }
  }

  function launchFailure(code: number): KubeadmError {
    return launchError(target, needsSudo, { exitCode: code, words: allWords() });
  }

  function onChannel(error: Error | undefined, opened: ClientChannel): void {
    if (error) {
      finish({ kind: "refused", cause: error });
      setClosed();
      return;
    }
    channel = opened;
    channel
      .on("data", onOutput)
      .on("exit", (code: number | null, signal?: string) => {
        exitCode = code ?? exitCodeOfSignal(signal);
        startDrain();
      })
      .on("close", () => {
        onClose();
        setClosed();
      })
      .on("error", () => undefined);
    channel.stderr.on("data", onWords);
    if (isClosing || phase === "ended") {
      channel.close();
    }
  }

  try {
    client.exec(launch.command, onChannel);
  } catch (error) {
    finish({ kind: "refused", cause: error });
    setClosed();
  }
  return { end, closed, sessionId: () => sessionId, close };
}
