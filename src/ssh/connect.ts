import ssh2, { type AnyAuthMethod, type Client } from "ssh2";
import { Cancelled, messageOf } from "../core/errors.ts";
import { createAuthentication } from "./authentication.ts";
import { connectError, timeoutError, type ConnectStage } from "./connectError.ts";
import { startDeadline } from "./deadline.ts";
import { checkHostKey } from "./hostKeyCheck.ts";
import { fingerprint, orderedHostKeyAlgorithms } from "./knownHosts.ts";
import { readKnownHosts } from "./knownHostsFile.ts";
import type { PrivateKeyResult } from "./privateKey.ts";
import type { ConnectPrompts, SshPrompts } from "../core/run/sshPrompts.ts";
import type { SshEnvironment, SshTarget } from "./target.ts";

/** What connections of one session to a host remember, so that a second one asks nothing again. */
export interface ConnectMemory {
  /** Fingerprints of host keys that the person accepted. */
  readonly acceptedHostKeys: Set<string>;
  /** Private keys by their file. */
  readonly keys: Map<string, PrivateKeyResult>;
}

export interface ConnectContext {
  readonly target: SshTarget;
  readonly environment: SshEnvironment;
  readonly prompts: SshPrompts;
  readonly memory: ConnectMemory;
  /** Nobody wants the connection any more. */
  readonly signal: AbortSignal;
}

const keepaliveCount = 3;

/**
 * A connection that is authenticated and whose host key is trusted. The caller must listen to its "error".
 * Throws KubeadmError: host-unreachable, host-authentication, host-key-changed, -unknown, -revoked; Cancelled.
 */
export async function connect(context: ConnectContext): Promise<Client> {
  const { target, environment, prompts, memory, signal } = context;
  const entries = await readKnownHosts(environment.knownHostsFiles);
  if (signal.aborted) {
    throw new Cancelled();
  }
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    let stage: ConnectStage = "reaching";
    let lastError: unknown;
    const unwanted = new AbortController();
    const deadline = startDeadline(environment.connectTimeoutMs, () => {
      fail(timeoutError(target, stage, lastError));
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

    const paused = duringPause(prompts, unwanted.signal, (work) => deadline.pausedDuring(work));
    const authentication = createAuthentication({
      target,
      environment,
      prompts: paused,
      keys: memory.keys,
      onUnanswered: fail,
    });

    async function verifyHostKey(key: Buffer, verify: (isValid: boolean) => void): Promise<void> {
      try {
        await checkHostKey(key, {
          target,
          entries,
          prompts: paused,
          knownHostsFile: environment.knownHostsFiles[0],
          accepted: memory.acceptedHostKeys,
        });
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
        // A key of the agent that cannot sign: ssh2 goes on with the next one.
        const isPassing = error.level === "agent" || error.level === "client-authentication";
        if (!isPassing) {
          fail(connectError(target, stage, error));
        }
      })
      .on("close", () => {
        fail(connectError(target, stage, lastError ?? new Error("no reason was given")));
      })
      .on("ready", () => {
        settle();
        client.setNoDelay(true);
        resolve(client);
      })
      .connect({
        host: target.address,
        port: target.port,
        username: target.user,
        // The deadline above replaces it: ssh2's runs on while a person reads a fingerprint.
        readyTimeout: 0,
        keepaliveInterval: environment.keepaliveIntervalMs,
        keepaliveCountMax: keepaliveCount,
        algorithms: { serverHostKey: orderedHostKeyAlgorithms(entries, target.address, target.port) },
        hostVerifier: (key: Buffer, verify: (isValid: boolean) => void) => void verifyHostKey(key, verify),
        authHandler: (offered, partial, next) => void authenticate(offered, partial, next),
      });
  });
}

/** The same prompts, which stop the deadline while they are open. */
function duringPause(
  prompts: SshPrompts,
  unwanted: AbortSignal,
  pause: <T>(work: Promise<T>) => Promise<T>,
): ConnectPrompts {
  return {
    confirmHostKey: (question) => pause(prompts.confirmHostKey(question, unwanted)),
    password: (question) => pause(prompts.password(question, unwanted)),
    passphrase: (question) => pause(prompts.passphrase(question, unwanted)),
    answer: (question) => pause(prompts.answer(question, unwanted)),
  };
}
