import ssh2, { type AnyAuthMethod, type Client } from "ssh2";
import { Cancelled, KubeadmError, messageOf } from "../core/errors.ts";
import type { ConnectPrompts, SshPrompts } from "../core/run/sshPrompts.ts";
import { createSshAgent } from "./agent.ts";
import { createLogin, type Login } from "./authentication.ts";
import { connectError, timeoutError, TooManyAttempts, type ConnectStage } from "./connectError.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { checkHostKey } from "./hostKeyCheck.ts";
import { fingerprint, offeredHostKeyAlgorithms } from "./knownHosts.ts";
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

/**
 * A connection that is authenticated and whose host key is trusted. The caller must listen to its "error". When the
 * server ends it for too many login attempts, a new one goes on with what was not refused.
 * Throws KubeadmError: host-unreachable, host-authentication, host-key-changed, -unknown, -revoked; Cancelled.
 */
export async function connect(context: ConnectContext): Promise<Client> {
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

async function connectOnce(context: ConnectContext, login: Login): Promise<Client> {
  const { target, openJump, signal } = context;
  // What the way to the host asks of the person (a jump host's key) has deadlines of its own.
  const transport = await raceAbort(openTransport(target, openJump, signal), signal).catch(
    (error: unknown) => {
      const isTold = error instanceof KubeadmError || error instanceof Cancelled;
      throw isTold ? error : connectError(target, "reaching", error);
    },
  );
  try {
    return await handshake(context, login, transport);
  } catch (error) {
    transport.close();
    throw error;
  }
}

async function handshake(context: ConnectContext, login: Login, transport: Transport): Promise<Client> {
  const { target, prompts, memory, signal } = context;
  const entries = await readKnownHosts([...target.userKnownHostsFiles, ...target.globalKnownHostsFiles]);
  if (signal.aborted) {
    throw new Cancelled();
  }
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    let stage: ConnectStage = "reaching";
    let lastError: unknown;
    const unwanted = new AbortController();
    const deadline = startDeadline(target.connectTimeoutMs, () => {
      fail(timeoutError(target, stage, withWords(transport, lastError)));
    });

    const onAbort = (): void => fail(new Cancelled());
    signal.addEventListener("abort", onAbort);

    function settle(): void {
      deadline.stop();
      signal.removeEventListener("abort", onAbort);
      unwanted.abort();
    }

    function fail(error: unknown): void {
      settle();
      reject(error instanceof Error ? error : new Error(messageOf(error)));
      client.destroy();
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
        await checkHostKey(key, { target, entries, prompts: paused, accepted: memory.acceptedHostKeys });
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
        // Else each step of handshake and login waits for the server's delayed acknowledgements.
        client.setNoDelay(true);
      })
      .on("error", (error) => {
        lastError = error;
        // A key that cannot sign: ssh2 goes on with the next method.
        const isPassing = error.level === "client-authentication";
        if (!isPassing) {
          fail(connectError(target, stage, withWords(transport, error)));
        }
      })
      .on("close", () => {
        fail(
          connectError(target, stage, withWords(transport, lastError ?? new Error("no reason was given"))),
        );
      })
      .on("change password", () => fail(expiredPassword(target)))
      .on("ready", () => {
        settle();
        login.succeeded();
        client.once("close", transport.close);
        resolve(client);
      })
      .connect({
        ...(transport.socket ? { sock: transport.socket } : { host: target.address, port: target.port }),
        ...(target.bindAddress === undefined ? {} : { localAddress: target.bindAddress }),
        ...(target.addressFamily === undefined
          ? {}
          : { forceIPv4: target.addressFamily === 4, forceIPv6: target.addressFamily === 6 }),
        username: target.user,
        // The deadline above replaces it: ssh2's runs on while a person reads a fingerprint.
        readyTimeout: 0,
        keepaliveInterval: target.keepaliveIntervalMs,
        keepaliveCountMax: target.keepaliveCount,
        algorithms: { ...target.algorithms, serverHostKey: offeredHostKeyAlgorithms(entries, target) },
        hostVerifier: (key: Buffer, verify: (isValid: boolean) => void) => void verifyHostKey(key, verify),
        authHandler: (offered, partial, next) => void authenticate(offered, partial, next),
      });
    signLater(client);
  });
}

/** The error, with what the command in between said about it. */
function withWords(transport: Transport, error: unknown): unknown {
  const said = transport.said();
  return said === "" ? error : new Error(said, { cause: error });
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
  };
}
