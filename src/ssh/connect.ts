import ssh2, { type AnyAuthMethod, type Client } from "ssh2";
import { Cancelled, KubeadmError, messageOf } from "../core/errors.ts";
import type { ConnectPrompts, SshPrompts } from "../core/run/sshPrompts.ts";
import { createSshAgent } from "./agent.ts";
import { createLogin, type Login } from "./authentication.ts";
import { connectError, timeoutError, TooManyAttempts, type ConnectStage } from "./connectError.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { fingerprint } from "./hostKey.ts";
import { checkHostKey } from "./hostKeyCheck.ts";
import { offeredHostKeyAlgorithms } from "./hostKeyVerdict.ts";
import { readKnownHosts } from "./knownHostsFile.ts";
import type { Keyring } from "./keyring.ts";
import type { LoginMemory } from "./loginAttempt.ts";
import { signLater } from "./publickeyMethod.ts";
import { raceAbort } from "./raceAbort.ts";
import { describeTarget, type SshTarget } from "./target.ts";
import { type OpenJump, openTransport, type Transport } from "./transport.ts";

/** What connections to one target remember, so that a second one asks nothing again. */
export interface ConnectMemory {
  /** Fingerprints of host keys that the person accepted. */
  readonly acceptedHostKeys: Set<string>;
  readonly login: LoginMemory;
}

export interface ConnectContext {
  readonly target: SshTarget;
  readonly openJump: OpenJump;
  readonly prompts: SshPrompts;
  readonly memory: ConnectMemory;
  /** The private keys that are decrypted, for all targets. */
  readonly keyring: Keyring;
  /** Nobody wants the connection any more. */
  readonly signal: AbortSignal;
}

/** A login that takes more of them is told apart from an attack by nobody. */
const connectionsPerLogin = 3;

/** Time for a person to touch or confirm what an agent asks for: as long as sshd waits for a login. */
const signTimeoutMs = 120_000;

/** A connection that is authenticated and whose host key is trusted. */
export interface Connection {
  readonly client: Client;
  /** Ends it at once, without a word to the server. */
  readonly close: () => void;
}

/**
 * Connects and logs in. The caller must listen to the client's "error". When the server ends the connection for too
 * many login attempts, a new one goes on with what was not refused.
 * Throws KubeadmError: host-unreachable, host-authentication, host-key-changed, -unknown, -revoked; Cancelled.
 */
export async function connect(context: ConnectContext): Promise<Connection> {
  const { target, memory, keyring } = context;
  const agent =
    target.agent === undefined
      ? undefined
      : createSshAgent({
          agent: target.agent,
          // An agent that hangs must leave time for the rest of the login.
          listTimeoutMs: target.connectTimeoutMs / 2,
          signTimeoutMs,
        });
  const login = createLogin({ target, agent, keyring, memory: memory.login });
  for (let connections = 1; ; connections++) {
    try {
      return await connectOnce(context, login);
    } catch (error) {
      if (!(error instanceof TooManyAttempts)) {
        throw error;
      }
      login.cutOff();
      if (!login.hasMoreToTry()) {
        throw login.refused();
      }
      if (connections === connectionsPerLogin) {
        throw error;
      }
    }
  }
}

/** The time for one attempt to connect: `deadline` can be stopped, `expired` aborts at its end. */
interface ConnectTime {
  readonly deadline: Deadline;
  readonly expired: AbortSignal;
}

async function connectOnce(context: ConnectContext, login: Login): Promise<Connection> {
  const expiry = new AbortController();
  const deadline = startDeadline(context.target.connectTimeoutMs, () => expiry.abort());
  const time: ConnectTime = { deadline, expired: expiry.signal };
  try {
    const transport = await openInTime(context, time);
    try {
      return { client: await handshake(context, login, transport, time), close: transport.close };
    } catch (error) {
      transport.close();
      throw error;
    }
  } finally {
    deadline.stop();
  }
}

async function openInTime(
  { target, openJump, signal }: ConnectContext,
  { deadline, expired }: ConnectTime,
): Promise<Transport> {
  // Connecting to the jump host has a deadline of its own, and stands still while the person answers.
  const openJumpMeanwhile: OpenJump = (through, unwanted) =>
    deadline.pausedDuring(openJump(through, unwanted));
  const opening = openTransport(target, openJumpMeanwhile, signal);
  try {
    return await raceAbort(opening, AbortSignal.any([signal, expired]));
  } catch (error) {
    // What comes too late is of no use to anybody.
    void opening.then(
      (transport) => transport.close(),
      () => undefined,
    );
    if (error instanceof Cancelled) {
      throw signal.aborted ? error : timeoutError(target, "reaching");
    }
    throw error instanceof KubeadmError ? error : connectError(target, "reaching", error);
  }
}

async function handshake(
  context: ConnectContext,
  login: Login,
  transport: Transport,
  { deadline, expired }: ConnectTime,
): Promise<Client> {
  const { target, prompts, memory, signal } = context;
  const knownHosts = await readKnownHosts([...target.userKnownHostsFiles, ...target.globalKnownHostsFiles]);
  if (signal.aborted) {
    throw new Cancelled();
  }
  const { socket } = transport;
  if (socket.destroyed) {
    // It failed meanwhile, and will not say so again.
    throw connectError(target, "reaching", socket.errored ?? new Error("it was closed"), transport.report());
  }
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    let stage: ConnectStage = "reaching";
    let lastError: unknown;
    const unwanted = new AbortController();
    const onExpired = (): void => fail(timeoutError(target, stage, lastError, transport.report()));
    expired.addEventListener("abort", onExpired);
    const onAbort = (): void => fail(new Cancelled());
    signal.addEventListener("abort", onAbort);

    function settle(): void {
      expired.removeEventListener("abort", onExpired);
      signal.removeEventListener("abort", onAbort);
      unwanted.abort();
    }

    /** Whoever awaits it closes the transport. */
    function fail(error: unknown): void {
      settle();
      reject(error instanceof Error ? error : new Error(messageOf(error)));
    }

    const paused = duringPause(prompts, unwanted.signal, deadline);
    const authentication = login.begin({
      prompts: paused,
      duringPause: (work) => deadline.pausedDuring(work),
      unwanted: unwanted.signal,
      fail,
    });

    async function verifyHostKey(key: Buffer, verify: (isValid: boolean) => void): Promise<void> {
      try {
        await checkHostKey(key, { target, knownHosts, prompts: paused, accepted: memory.acceptedHostKeys });
      } catch (error) {
        fail(error);
        verify(false);
        return;
      }
      // ssh2 checks the key again whenever session keys are renewed; the known hosts read above may be stale then.
      memory.acceptedHostKeys.add(fingerprint(key));
      verify(true);
    }

    async function authenticate(
      offered: readonly string[] | null,
      partial: boolean | null,
      next: (method: AnyAuthMethod) => void,
    ): Promise<void> {
      stage = "authentication";
      try {
        next(await authentication.next(offered ?? undefined, partial ?? false));
      } catch (error) {
        fail(error);
      }
    }

    client
      .on("connect", () => {
        stage = "handshake";
      })
      .on("error", (error) => {
        lastError = error;
        // A key that cannot sign: ssh2 goes on with the next method.
        const isPassing = error.level === "client-authentication";
        if (!isPassing) {
          fail(connectError(target, stage, error, transport.report()));
        }
      })
      .on("close", () => {
        const cause = lastError ?? new Error("no reason was given");
        fail(connectError(target, stage, cause, transport.report()));
      })
      .on("change password", () => fail(expiredPassword(target)))
      .on("ready", () => {
        settle();
        login.succeeded();
        // What a stopped connection leaves in between ends with it.
        client.once("close", transport.close);
        resolve(client);
      })
      .connect({
        sock: socket,
        username: target.user,
        // The deadline above replaces it: ssh2's runs on while a person reads a fingerprint.
        readyTimeout: 0,
        keepaliveInterval: target.keepaliveIntervalMs,
        keepaliveCountMax: target.keepaliveCount,
        algorithms: {
          ...target.algorithms,
          serverHostKey: offeredHostKeyAlgorithms(knownHosts.entries, target),
        },
        hostVerifier: (key: Buffer, verify: (isValid: boolean) => void) => void verifyHostKey(key, verify),
        authHandler: (offered, partial, next) => void authenticate(offered, partial, next),
      });
    signLater(client);
  });
}

function expiredPassword(target: SshTarget): KubeadmError {
  return new KubeadmError({
    code: "host-authentication",
    host: target.host,
    message: `the password of ${describeTarget(target)} has expired, and the host wants a new one.`,
    next: "Log in with ssh in a terminal to change it, then connect again.",
  });
}

/** The same prompts, which stop the deadline while they are open. */
function duringPause(prompts: SshPrompts, unwanted: AbortSignal, deadline: Deadline): ConnectPrompts {
  return {
    confirmHostKey: (question) => deadline.pausedDuring(prompts.confirmHostKey(question, unwanted)),
    password: (question) => deadline.pausedDuring(prompts.password(question, unwanted)),
    answer: (question) => deadline.pausedDuring(prompts.answer(question, unwanted)),
    warn: (text) => prompts.warn(text),
  };
}
