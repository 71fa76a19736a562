import { assertNever, messageOf } from "../core/errors.ts";
import type { ConnectPrompts } from "../core/run/sshPrompts.ts";
import { fingerprint, keyTypeOf } from "./hostKey.ts";
import {
  changedError,
  damagedError,
  notRecordedWarning,
  refusedError,
  revokedError,
  strictError,
  unknownNotes,
  whyForgotten,
} from "./hostKeyText.ts";
import { judgeHostKey } from "./hostKeyVerdict.ts";
import { knownHostLine } from "./knownHosts.ts";
import { recordHostKey, type KnownHosts } from "./knownHostsFile.ts";
import type { SshTarget } from "./target.ts";

/** What a check of a host key needs. */
export interface HostKeyContext {
  readonly target: SshTarget;
  readonly knownHosts: KnownHosts;
  readonly prompts: Pick<ConnectPrompts, "confirmHostKey" | "warn">;
  /** Fingerprints that were accepted and stay so for the life of the session; extended by the check. */
  readonly accepted: Set<string>;
}

/**
 * Resolves when the host's key (SSH wire format) may be trusted. strictHostKeyChecking says what becomes of an
 * unknown one: it is asked about, recorded or refused. One that cannot be recorded is trusted, with a warning.
 * Throws KubeadmError host-key-changed and host-key-revoked, with the line that says so, and host-key-unknown;
 * session-protocol for a key that ssh would not take.
 */
export async function checkHostKey(key: Buffer, context: HostKeyContext): Promise<void> {
  const { target, knownHosts, accepted } = context;
  const type = keyTypeOf(key);
  if (type === undefined) {
    throw damagedError(target);
  }
  const presented = { type, fingerprint: fingerprint(key) };
  const verdict = judgeHostKey(knownHosts.entries, target, key);
  switch (verdict.kind) {
    case "known":
      return;
    case "unknown": {
      if (accepted.has(presented.fingerprint)) {
        return;
      }
      const notes = unknownNotes(target, verdict, knownHosts.unread);
      if (target.strictHostKeyChecking === "yes") {
        throw strictError(target, presented, notes);
      }
      const forgotten = whyForgotten(target);
      const file = forgotten === undefined ? target.userKnownHostsFiles[0] : undefined;
      // Without a file to remember a key by, each one would pass for the first.
      const isToRecord = target.strictHostKeyChecking === "accept-new" && file !== undefined;
      const answer = isToRecord
        ? "remember"
        : await context.prompts.confirmHostKey({
            host: target.host,
            address: target.address,
            port: target.port,
            keyType: presented.type,
            fingerprint: presented.fingerprint,
            file,
            notes: forgotten === undefined ? notes : [...notes, forgotten],
          });
      if (answer === "cancel") {
        throw refusedError(target, presented);
      }
      accepted.add(presented.fingerprint);
      if (answer === "remember" && file !== undefined) {
        await record(file, knownHostLine(target, { keyType: type, key }, target.hashKnownHosts), context);
      }
      return;
    }
    case "changed":
      throw changedError(target, presented, verdict);
    case "revoked":
      throw revokedError(target, presented, verdict);
    default:
      assertNever(verdict);
  }
}

/** A key that cannot be recorded is no reason to give up the connection: the person trusts it, if not for long. */
async function record(file: string, line: string, { target, prompts }: HostKeyContext): Promise<void> {
  try {
    await recordHostKey(file, line);
  } catch (error) {
    prompts.warn(notRecordedWarning(target, file, messageOf(error)));
  }
}
