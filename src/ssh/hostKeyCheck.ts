import { KubeadmError, assertNever } from "../core/errors.ts";
import { quote } from "../core/shell/quote.ts";
import { fingerprint, judgeHostKey, keyTypeOf, knownHostName, type KnownHost } from "./knownHosts.ts";
import { recordHostKey } from "./knownHostsFile.ts";
import type { ConnectPrompts } from "../core/run/sshPrompts.ts";
import type { SshTarget } from "./target.ts";

/** What a check of a host key needs. */
export interface HostKeyContext {
  readonly target: SshTarget;
  readonly entries: readonly KnownHost[];
  readonly prompts: Pick<ConnectPrompts, "confirmHostKey">;
  /** Fingerprints that were accepted and stay so for the life of the session; extended by the check. */
  readonly accepted: Set<string>;
}

/**
 * Resolves when the host's key may be trusted; asks the person about an unknown one.
 * Throws KubeadmError host-key-changed, host-key-revoked, or host-key-unknown (the person refused it).
 */
export async function checkHostKey(key: Buffer, context: HostKeyContext): Promise<void> {
  const { target, entries, prompts, accepted } = context;
  const { host, address, port } = target;
  const keyType = keyTypeOf(key);
  const presented = fingerprint(key);
  const verdict = judgeHostKey(entries, address, port, key);
  switch (verdict.kind) {
    case "known":
      return;
    case "unknown": {
      if (accepted.has(presented)) {
        return;
      }
      const { recordedKeyTypes } = verdict;
      const question = { host, address, port, keyType, fingerprint: presented, recordedKeyTypes };
      const answer = await prompts.confirmHostKey(question);
      if (answer === "cancel") {
        throw new KubeadmError({
          code: "host-key-unknown",
          host,
          message: `the host's ${keyType} key ${presented} is not known, and was not accepted.`,
          next: "Compare the fingerprint with the one on the host's console, then connect again and accept it.",
        });
      }
      accepted.add(presented);
      const [file] = target.userKnownHostsFiles;
      if (answer === "remember" && file !== undefined) {
        await recordHostKey(file, address, port, key);
      }
      return;
    }
    case "changed":
      throw new KubeadmError({
        code: "host-key-changed",
        host,
        message:
          `the host's key has changed: it presents the ${keyType} key ${verdict.presented}, ` +
          `but ${verdict.file}:${verdict.line} records ${verdict.recorded}.`,
        next:
          "Somebody may be between you and the host. If it was reinstalled, remove the old key with " +
          `ssh-keygen -f ${quote(verdict.file)} -R ${quote(knownHostName(address, port))} and connect again.`,
      });
    case "revoked":
      throw new KubeadmError({
        code: "host-key-revoked",
        host,
        message: `the host's ${keyType} key ${presented} is revoked at ${verdict.file}:${verdict.line}.`,
        next: "Give the host a new key; do not connect to it with this one.",
      });
    default:
      assertNever(verdict);
  }
}
