import ssh2, { type AnyAuthMethod, type Client } from "ssh2";
import { createAuthentication } from "./authentication.ts";
import { connectError, timeoutError, type ConnectStage } from "./connectError.ts";
import { startDeadline } from "./deadline.ts";
import { checkHostKey } from "./hostKeyCheck.ts";
import { fingerprint, orderedHostKeyAlgorithms } from "./knownHosts.ts";
import { readKnownHosts } from "./knownHostsFile.ts";
import type { PrivateKeyResult } from "./privateKey.ts";
import type { SshPrompts } from "./prompts.ts";
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
}

const keepaliveCount = 3;

/**
 * A connection that is authenticated and whose host key is trusted. The caller must listen to its "error".
 * Throws KubeadmError: host-unreachable, host-authentication, host-key-changed, -unknown, -revoked.
 */
export async function connect(context: ConnectContext): Promise<Client> {
  const { target, environment, prompts, memory } = context;
  const entries = await readKnownHosts(environment.knownHostsFiles);
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    let stage: ConnectStage = "reaching";
    let lastError: unknown;
    const deadline = startDeadline(environment.connectTimeoutMs, () => {
      fail(timeoutError(target, stage, lastError));
    });

    function fail(error: unknown): void {
      deadline.stop();
      reject(error);
      client.destroy();
    }

    const paused = pausing(prompts, (work) => deadline.pausedDuring(work));
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
        deadline.stop();
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

function pausing(prompts: SshPrompts, during: <T>(work: Promise<T>) => Promise<T>): SshPrompts {
  return {
    confirmHostKey: (question) => during(prompts.confirmHostKey(question)),
    password: (question) => during(prompts.password(question)),
    passphrase: (question) => during(prompts.passphrase(question)),
    sudoPassword: (question) => during(prompts.sudoPassword(question)),
    answer: (question) => during(prompts.answer(question)),
  };
}
