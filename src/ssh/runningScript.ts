import type { Client, ClientChannel, ExecOptions } from "ssh2";
import type { SudoPasswordQuestion } from "../core/run/sshPrompts.ts";
import { reveal, type Secret, type Text } from "../core/shell/secret.ts";
import { startDeadline } from "./deadline.ts";
import { granterOf, isInTerminal, passwordAttempts, type Approach } from "./elevation.ts";
import { createExitMarkReader } from "./exitMark.ts";
import { createLaunch } from "./launcher.ts";
import {
  launchFailure,
  launchTimeoutError,
  noPasswordError,
  wrongPasswordError,
  type LaunchFailure,
} from "./launchError.ts";
import { createLaunchListener } from "./launchListener.ts";
import { exitCodeOfSignal } from "./signals.ts";
import type { SshTarget } from "./target.ts";

export interface ScriptContext {
  readonly client: Client;
  readonly target: SshTarget;
  readonly script: Text;
  /** How it becomes root, and how many passwords were refused on earlier tries. */
  readonly approach: Approach;
  /** Letters and digits, new for each script. */
  readonly nonce: string;
  /** Until the host is ready for the script, without the time in which the person answers. */
  readonly launchTimeoutMs: number;
  /** `unwanted` aborts when the answer is of no use any more. */
  readonly askPassword: (
    question: SudoPasswordQuestion,
    unwanted: AbortSignal,
  ) => Promise<Secret | undefined>;
  /** The script is root and runs. */
  readonly onStart: () => void;
  readonly onOutput: (chunk: string) => void;
}

/** How a script ended. Only "exited" is an end of its own. */
export type ScriptEnd =
  | { readonly kind: "exited"; readonly exitCode: number }
  /** The channel closed without an exit status. Nothing of the script has run unless `hasStarted`. */
  | { readonly kind: "lost"; readonly hasStarted: boolean }
  /** The host opened no channel; nothing has run. */
  | { readonly kind: "refused"; readonly cause: unknown }
  | NotLaunched;

/** The script did not become root; nothing has run. Another approach may do. */
export interface NotLaunched {
  readonly kind: "not-launched";
  readonly failure: LaunchFailure;
  /** With those of earlier tries. */
  readonly refusedPasswords: number;
}

export interface RunningScript {
  /** Rejects with KubeadmError when no other approach is worth a try: sudo-refused, sudo-password, session-protocol. */
  readonly end: Promise<ScriptEnd>;
  /** Settled once the channel is gone. Never rejects. */
  readonly closed: Promise<void>;
  /** Session of the script's processes on the host, once it runs. */
  readonly sessionId: () => number | undefined;
  /** Closes the channel; the processes are not ended by it. */
  close(): void;
}

/** After the exit status: how long output may still arrive when a background process keeps the channel open. */
const drainMs = 2000;

/** A terminal that passes bytes as they are, from its first moment on; the launcher says so again with stty. */
const rawTerminal: ExecOptions = {
  pty: {
    term: "dumb",
    modes: {
      ECHO: 0,
      ICANON: 0,
      ISIG: 0,
      IEXTEN: 0,
      ICRNL: 0,
      INLCR: 0,
      IGNCR: 0,
      ISTRIP: 0,
      IXON: 0,
      OPOST: 0,
    },
  },
};

/** ssh2's words for a host that opened the channel, but gives no terminal on it. */
const noTerminal = "Unable to request a pseudo-terminal";

/** Starts `script` as root on a channel of its own. */
export function startScript(context: ScriptContext): RunningScript {
  const { client, target, approach, nonce } = context;
  const { elevation } = approach;
  const launch = createLaunch(context.script, nonce, elevation);
  const listener = createLaunchListener(nonce, elevation);
  const exitMark = isInTerminal(elevation) ? createExitMarkReader(nonce) : undefined;
  // A byte order mark is output, too.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let phase: "launching" | "running" | "ended" = "launching";
  let channel: ClientChannel | undefined;
  let givenPasswords = approach.refusedPasswords;
  let askedOf: string | undefined;
  let sessionId: number | undefined;
  let exitCode: number | undefined;
  let drain: NodeJS.Timeout | undefined;
  let isClosing = false;
  const unwanted = new AbortController();
  const end = Promise.withResolvers<ScriptEnd>();
  const closed = Promise.withResolvers<undefined>();
  const deadline = startDeadline(context.launchTimeoutMs, () => {
    if (channel) {
      fail(launchTimeoutError(target, elevation, listener.others()));
    } else {
      // Not even the channel was opened: the connection is dead, whatever TCP thinks of it.
      finish({ kind: "lost", hasStarted: false });
      closed.resolve(undefined);
    }
  });

  function finish(result: ScriptEnd): void {
    deadline.stop();
    unwanted.abort();
    clearTimeout(drain);
    if (phase === "running") {
      emit(decoder.decode(exitMark?.rest(), { stream: true }));
      emit(decoder.decode());
    }
    phase = "ended";
    end.resolve(result);
  }

  function fail(error: unknown): void {
    deadline.stop();
    phase = "ended";
    end.reject(error);
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

  function onData(stream: "output" | "errors", data: Buffer): void {
    if (phase === "launching") {
      listen(stream, data);
    } else if (phase === "running" && stream === "output") {
      onOutput(data);
    }
    // Once the script runs, its standard error comes with its output; what else there is, is the login's or sudo's own.
  }

  function listen(stream: "output" | "errors", data: Buffer): void {
    for (const word of listener.hear(stream, data)) {
      if (word.kind === "password") {
        void givePassword(word.of ?? target.user);
      } else {
        start(word.sessionId, word.rest);
      }
    }
  }

  function onOutput(data: Buffer): void {
    const marked = exitMark?.read(data);
    emit(decoder.decode(marked?.output ?? data, { stream: true }));
    exitCode = marked?.exitCode ?? exitCode;
    if (exitCode !== undefined) {
      startDrain();
    }
  }

  function start(id: number, firstOutput: Buffer): void {
    deadline.stop();
    phase = "running";
    sessionId = id;
    context.onStart();
    if (exitMark) {
      // The end of input would be the end of the terminal.
      channel?.write(reveal(launch.input));
    } else {
      channel?.end(reveal(launch.input));
    }
    onOutput(firstOutput);
  }

  async function givePassword(of: string): Promise<void> {
    askedOf = of;
    if (givenPasswords >= passwordAttempts) {
      fail(wrongPasswordError(target, elevation, of));
      return;
    }
    givenPasswords++;
    try {
      const { host, user } = target;
      const question = { host, user, of, by: granterOf(elevation), attempt: givenPasswords };
      const password = await deadline.pausedDuring(context.askPassword(question, unwanted.signal));
      if (phase !== "launching") {
        return;
      }
      if (password === undefined) {
        fail(noPasswordError(target, elevation));
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

  function onExit(code: number): void {
    // In a terminal, 0 is the exit status of what passes the output on; the script's own comes as a mark.
    if (exitCode === undefined && !(exitMark && phase === "running" && code === 0)) {
      exitCode = code;
      startDrain();
    }
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
      finish(notLaunched(launchFailure(elevation, { exitCode, words: listener.others(), askedOf })));
    }
  }

  function notLaunched(failure: LaunchFailure): NotLaunched {
    return { kind: "not-launched", failure, refusedPasswords: givenPasswords };
  }

  function onChannel(error: Error | undefined, opened: ClientChannel): void {
    if (error) {
      const failure: LaunchFailure = { kind: "no-terminal", exitCode: 255, words: "", askedOf };
      finish(error.message === noTerminal ? notLaunched(failure) : { kind: "refused", cause: error });
      closed.resolve(undefined);
      return;
    }
    channel = opened;
    channel
      .on("data", (data: Buffer) => {
        onData("output", data);
      })
      .on("exit", (code: number | null, signal?: string) => {
        onExit(code ?? exitCodeOfSignal(signal));
      })
      .on("close", () => {
        onClose();
        closed.resolve(undefined);
      })
      .on("error", () => undefined);
    channel.stderr.on("data", (data: Buffer) => {
      onData("errors", data);
    });
    if (isClosing || phase === "ended") {
      channel.close();
    }
  }

  try {
    client.exec(launch.command, exitMark ? rawTerminal : {}, onChannel);
  } catch (error) {
    finish({ kind: "refused", cause: error });
    closed.resolve(undefined);
  }
  return { end: end.promise, closed: closed.promise, sessionId: () => sessionId, close };
}
