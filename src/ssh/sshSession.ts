import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Cancelled, KubeadmError } from "../core/errors.ts";
import type { HostSession, ScriptOptions, ScriptResult } from "../core/run/session.ts";
import type { Secret, Text } from "../core/shell/secret.ts";
import type { Approach } from "./elevation.ts";
import { endSessionScript } from "./endSession.ts";
import type { Link } from "./link.ts";
import type { Links } from "./links.ts";
import { createLimiter } from "./limiter.ts";
import type { HostShell, ShellOptions } from "../core/run/hostShell.ts";
import type { SshPrompts, SudoPasswordQuestion } from "../core/run/sshPrompts.ts";
import { raceAbort } from "./raceAbort.ts";
import { createRootAccess } from "./rootAccess.ts";
import { startScript, type RunningScript, type ScriptEnd } from "./runningScript.ts";
import { describeTarget, type SshTarget } from "./target.ts";
import { createTerminals } from "./terminals.ts";

/** Something that costs a round trip or more, for whoever counts them. */
export interface SshActivity {
  readonly kind: "connection" | "exec" | "shell";
  /** Name of the host in the spec, or of a jump host. */
  readonly host: string;
}

export interface SshSessionContext {
  /** Name of the host in the spec. */
  readonly host: string;
  /** Where it is now; asked before every connection. */
  readonly target: (signal?: AbortSignal) => Promise<SshTarget>;
  readonly links: Links;
  readonly prompts: SshPrompts;
  readonly onActivity?: ((activity: SshActivity) => void) | undefined;
}

/** One connection to a host, opened when first needed, used for everything, and opened again after a loss. */
export interface SshSession extends HostSession {
  /** Resolves when the connection is there. Errors as for run(), and Cancelled. */
  connect(signal?: AbortSignal): Promise<void>;
  /** A login shell of the user (not root) in a terminal. Errors as for run(); session-protocol: too many of them. */
  openShell(options: ShellOptions, signal?: AbortSignal): Promise<HostShell>;
  /** Waits until cancelled scripts are ended on the host, then takes no more work. Whoever made the links closes them. */
  close(): Promise<void>;
}

// OpenSSH allows 10 (MaxSessions): these, one that ends processes, one to spare.
const maximumChannels = 8;
const launchTimeoutMs = 30_000;
/** So often a channel may be refused while we have no other. */
const maximumRefusals = 3;
const refusalPauseMs = 100;

export function createSshSession(context: SshSessionContext): SshSession {
  const { host, links, prompts, onActivity } = context;
  const channels = createLimiter(maximumChannels);
  const endings = createLimiter(1);
  const questions = createLimiter(1);
  const pendingEndings = new Set<Promise<void>>();
  const rootAccess = createRootAccess();
  const terminals = createTerminals({
    host,
    channels,
    connected,
    linkLost: (link) => linkLost(link, "the terminal was opened"),
    timeoutMs: launchTimeoutMs,
    onOpen: () => onActivity?.({ kind: "shell", host }),
  });
  let current: Link | undefined;
  let isClosed = false;

  /** The connection; which server it leads to is asked anew whenever there is none. */
  async function connected(signal?: AbortSignal): Promise<Link> {
    if (isClosed) {
      throw new KubeadmError({ code: "link-lost", host, message: "the session was closed." });
    }
    if (current === undefined || current.isClosed()) {
      current = await links.get(await context.target(signal), signal);
    }
    return current;
  }

  async function askSudoPassword(
    question: SudoPasswordQuestion,
    unwanted: AbortSignal,
  ): Promise<Secret | undefined> {
    const release = await questions.acquire(unwanted);
    try {
      return await raceAbort(prompts.sudoPassword(question, unwanted), unwanted);
    } finally {
      release();
    }
  }

  function startOn(
    link: Link,
    script: Text,
    approach: Approach,
    onOutput: (chunk: string) => void,
  ): RunningScript {
    onActivity?.({ kind: "exec", host });
    const nonce = randomBytes(12).toString("hex");
    const { client, target } = link;
    const stopUsing = link.use();
    const running = startScript({
      client,
      target,
      script,
      approach,
      nonce,
      launchTimeoutMs,
      askPassword: askSudoPassword,
      onStart: () => {
        rootAccess.worked(approach);
      },
      onOutput,
    });
    void running.closed.then(stopUsing);
    return running;
  }

  /** Ends what a cancelled script has left on the host; the script's place is free when its channel is closed. */
  function endProcesses(link: Link, running: RunningScript): void {
    const sessionId = running.sessionId();
    if (sessionId === undefined || link.isClosed()) {
      running.close();
      return;
    }
    const ending = (async () => {
      const release = await endings.acquire();
      try {
        const approach = rootAccess.first(link.target.user);
        await startOn(link, endSessionScript(sessionId), approach, () => undefined).end;
      } catch {
        // The person has cancelled: there is nobody to tell that sudo refuses now or the link is gone.
      } finally {
        release();
        running.close();
      }
    })();
    pendingEndings.add(ending);
    void ending.then(() => pendingEndings.delete(ending));
  }

  async function attempt(
    link: Link,
    script: Text,
    approach: Approach,
    options: ScriptOptions,
    release: () => void,
  ): Promise<ScriptEnd> {
    let isHeard = true;
    const running = startOn(link, script, approach, (chunk) => {
      if (isHeard) {
        options.onOutput?.(chunk);
      }
    });
    void running.closed.then(release);
    try {
      const end = await raceAbort(running.end, options.signal);
      if (end.kind === "refused") {
        release();
      }
      return end;
    } catch (error) {
      isHeard = false;
      if (error instanceof Cancelled) {
        endProcesses(link, running);
      }
      throw error;
    }
  }

  async function run(script: Text, options: ScriptOptions = {}): Promise<ScriptResult> {
    const { signal } = options;
    // What is being cancelled must not meet what is started next.
    await raceAbort(Promise.all(pendingEndings), signal);
    let isSecondTry = false;
    let refusals = 0;
    let refusalsAlone = 0;
    let approach: Approach | undefined;
    for (;;) {
      const release = await channels.acquire(signal);
      let link: Link;
      try {
        link = await connected(signal);
      } catch (error) {
        release();
        throw error;
      }
      approach ??= rootAccess.first(link.target.user);
      const end = await attempt(link, script, approach, options, release);
      if (end.kind === "exited") {
        return { exitCode: end.exitCode };
      }
      if (end.kind === "not-launched") {
        approach = rootAccess.next(link.target, approach, end);
        continue;
      }
      const hasStarted = end.kind === "lost" && end.hasStarted;
      if (end.kind === "refused" && !link.isClosed()) {
        refusals++;
        refusalsAlone = channels.held() === 0 ? refusalsAlone + 1 : 0;
        makeRoomOrThrow(link, { refusals, refusalsAlone }, end.cause);
        // sshd counts a closed channel for a moment longer than we do.
        await raceAbort(pause(Math.min(refusals, 5) * refusalPauseMs), signal);
      } else if (hasStarted || isSecondTry) {
        throw linkLost(link, hasStarted ? undefined : "the script was started");
      } else {
        // It had died since it was last used, a laptop's sleep perhaps. Nothing has run, so try a new one.
        isSecondTry = true;
        approach = undefined;
        link.discard();
      }
    }
  }

  /** The host allows fewer channels than OpenSSH does by default: makes do with what there are. */
  function makeRoomOrThrow(
    { target }: Link,
    { refusals, refusalsAlone }: { readonly refusals: number; readonly refusalsAlone: number },
    cause: unknown,
  ): void {
    const others = channels.held();
    if (refusalsAlone > maximumRefusals) {
      throw new KubeadmError({
        code: "session-protocol",
        host,
        message: `${describeTarget(target)} logged in, but may not run commands.`,
        next: "Check MaxSessions and the user's restrictions in the host's sshd_config and authorized_keys.",
        cause,
      });
    }
    if (refusals > 1 && others > 0) {
      channels.lowerTo(others);
    }
  }

  /** `before`: what it was lost before; undefined when a script was running. */
  function linkLost(link: Link, before?: string): KubeadmError {
    return new KubeadmError({
      code: "link-lost",
      host,
      message:
        before === undefined
          ? "the connection was lost while a script ran; it may have been cut short or run on unseen."
          : `the connection was lost before ${before}.`,
      next: "Check the host and the network, then continue: what is done already is not done again.",
      cause: link.lastError(),
    });
  }

  async function close(): Promise<void> {
    await Promise.all(pendingEndings);
    isClosed = true;
  }

  return {
    host,
    get address() {
      return current?.target.address;
    },
    run,
    connect: async (signal) => {
      await connected(signal);
    },
    openShell: async (options, signal) => terminals.open(options, signal),
    close,
  };
}
