import { KubeadmError } from "../errors.ts";
import { Secret } from "../shell/secret.ts";
import { type Explanation, failureRules } from "./failureRules.ts";
import { explainPreflight } from "./preflightErrors.ts";

/**
 * The join token in the output of `kubeadm token create`, with or without --print-join-command. Throws a
 * KubeadmError (step-failed) when there is none; the output is not repeated, as it may hold a secret.
 */
export function parseToken(output: string): Secret {
  return only(output, /^[a-z0-9]{6}\.[a-z0-9]{16}$/, "kubeadm token create", "a join token");
}

/**
 * The certificate key in the output of `kubeadm init phase upload-certs --upload-certs` or of `kubeadm certs
 * certificate-key`. Throws like parseToken.
 */
export function parseCertificateKey(output: string): Secret {
  return only(output, /^[0-9a-f]{64}$/, "kubeadm init phase upload-certs", "a certificate key");
}

/** White space splits words also where kubeadm breaks a command over lines, which differs between releases. */
function only(output: string, pattern: RegExp, command: string, what: string): Secret {
  const word = output.split(/\s+/).find((candidate) => pattern.test(candidate));
  if (word === undefined) {
    throw new KubeadmError({
      code: "step-failed",
      message: `${command} did not print ${what}`,
      next: "Run the phase again; if that does not help, run the command on the first control plane.",
    });
  }
  return new Secret(word);
}

/** What failed stands at the end of an output; bounds keep the patterns below fast, whatever a host prints. */
const maxOutput = 100_000;
const longLine = /^(.{2000}).*$/gm;

/**
 * What went wrong, in one sentence, and the next step, from what kubeadm, apt, containerd or kubectl printed.
 * undefined when nothing in it is known. Both texts are free of control characters.
 */
export function explainFailure(output: string): Explanation | undefined {
  const text = withoutControls(output.slice(-maxOutput)).replace(longLine, "$1");
  const found = explainPreflight(text) ?? byRule(text) ?? kubeadmsOwnWords(text);
  return found && { message: short(found.message), next: found.next };
}

function byRule(text: string): Explanation | undefined {
  for (const { pattern, message, next } of failureRules) {
    const match = pattern.exec(text);
    if (match !== null) {
      const groups = match.slice(1).map((group) => group ?? "");
      return { message: message(...groups), next: typeof next === "string" ? next : next(...groups) };
    }
  }
  return undefined;
}

/** What kubeadm gives as its reason, where no rule knows better: it names the phase, and ends with a hint at --v. */
function kubeadmsOwnWords(text: string): Explanation | undefined {
  const next = "The whole output is in the host's terminal.";
  const phase = /^error execution phase (\S+): (.+)$/m.exec(text);
  if (phase !== null) {
    return { message: `stopped at ${phase[1]}: ${phase[2]}`, next };
  }
  const last = /^(.+)\nTo see the stack trace of this error execute with --v=5 or higher$/m.exec(text);
  return last?.[1] === undefined ? undefined : { message: last[1], next };
}

/** Colours and cursor movements of a host must not reach the user's terminal inside our own sentence. */
function withoutControls(output: string): string {
  return output
    .replace(/\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g, "")
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "");
}

const maxLength = 400;

function short(message: string): string {
  const line = message.replace(/\s+/g, " ").trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 3)}...`;
}
