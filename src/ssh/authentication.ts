import type { AnyAuthMethod } from "ssh2";
import { assertNever, Cancelled, KubeadmError } from "../core/errors.ts";
import { createKeyLogin, type KeyLoginContext } from "./keyLogin.ts";
import type { AttemptLabel, LoginAttempt, LoginPorts } from "./loginAttempt.ts";
import { createPasswordLogin } from "./passwordLogin.ts";
import { describeTarget, type LoginMethod, type SshTarget } from "./target.ts";

export type LoginContext = Omit<KeyLoginContext, "onNote">;

/** One login, over as many connections as it takes: a server may end each after a few attempts (MaxAuthTries). */
export interface Login {
  /** Goes on with what was not refused yet, by a new connection. */
  begin(ports: LoginPorts): Authentication;
  /** The server ended the connection instead of refusing the last attempt. */
  cutOff(): void;
  /** Whether another connection could try something that this one did not come to. */
  readonly hasMoreToTry: () => boolean;
  /** The server let us in. */
  succeeded(): void;
  /** The error that says what was refused, and what the server accepts. */
  readonly refused: () => KubeadmError;
}

/** Says step by step how to authenticate. */
export interface Authentication {
  /**
   * The next method to try. `offered` is what the host still accepts (undefined before it said so), `partial` whether
   * it took the last method and wants another. Throws KubeadmError host-authentication when none is left or the
   * person gave no answer, and Cancelled.
   */
  next(offered: readonly string[] | undefined, partial: boolean): Promise<AnyAuthMethod>;
}

/**
 * The methods of target.loginMethods, in their order, each as long as the host offers it and something is left to try
 * by it. A host whose key the spec names gets no password but as a second factor.
 */
export function createLogin(context: LoginContext): Login {
  const { target } = context;
  const notes = new Set<string>();
  const keys = createKeyLogin({ ...context, onNote: (note) => notes.add(note) });
  const passwords = createPasswordLogin({ target, memory: context.memory, refused });
  const results = { accepted: [] as AttemptLabel[], refused: [] as AttemptLabel[] };
  let current: LoginAttempt | undefined;
  let lastOffered: readonly string[] = [];
  let sawPartial = false;

  function settle(isAccepted: boolean): void {
    const attempt = current;
    current = undefined;
    if (attempt?.settle(isAccepted)) {
      results[isAccepted ? "accepted" : "refused"].push(attempt.label);
    }
  }

  /** The methods that may be used now, in order. */
  function methods(): readonly LoginMethod[] {
    const isKeyOnly = target.identityFile !== undefined && !sawPartial;
    return target.loginMethods.filter(
      (method) => lastOffered.includes(method) && (method === "publickey" || !isKeyOnly),
    );
  }

  async function next(
    ports: LoginPorts,
    offered: readonly string[] | undefined,
    partial: boolean,
  ): Promise<AnyAuthMethod> {
    if (ports.unwanted.aborted) {
      throw new Cancelled();
    }
    if (!offered) {
      return { type: "none", username: target.user };
    }
    lastOffered = offered;
    sawPartial ||= partial;
    settle(partial);
    for (const method of methods()) {
      current = await (method === "publickey" ? keys.next(ports) : passwords.next(method, ports));
      if (current) {
        return current.method;
      }
    }
    throw refused();
  }

  function begin(ports: LoginPorts): Authentication {
    current = undefined;
    sawPartial = false;
    results.accepted = [];
    keys.restart();
    return { next: (offered, partial) => next(ports, offered, partial) };
  }

  function refused(): KubeadmError {
    const words = [
      results.accepted.length > 0 ? `took ${inWords(results.accepted)}` : "",
      results.refused.length > 0 ? `refused ${inWords(results.refused)}` : "",
    ].filter(Boolean);
    const outcome = words.length > 0 ? words.join(", but ") : "found no key or password to try";
    return new KubeadmError({
      code: "host-authentication",
      host: target.host,
      message: `the login of ${describeTarget(target)} ${[outcome, accepts(lastOffered, sawPartial), ...notes].join("; ")}.`,
      next: nextStep(target, lastOffered, methods().length > 0),
    });
  }

  return {
    begin,
    cutOff: () => settle(false),
    hasMoreToTry: () =>
      methods().some((method) => (method === "publickey" ? keys.hasMore() : passwords.hasMore(method))),
    succeeded: () => {
      settle(true);
      keys.remember();
      passwords.remember();
    },
    refused,
  };
}

function accepts(offered: readonly string[], sawPartial: boolean): string {
  return `the host ${sawPartial ? "wants" : "accepts"} ${offered.join(", ")}${sawPartial ? " besides" : ""}`;
}

/** "/home/ada/.ssh/id_rsa, 3 keys of the SSH agent, password" */
function inWords(labels: readonly AttemptLabel[]): string {
  const agentKeys = labels.filter(({ kind }) => kind === "agent").length;
  const names = labels.map((label) => {
    switch (label.kind) {
      case "file":
        return label.path;
      case "agent":
        return agentKeys === 1 ? "a key of the SSH agent" : `${agentKeys} keys of the SSH agent`;
      case "method":
        return label.method;
      default:
        return assertNever(label);
    }
  });
  return [...new Set(names)].join(", ");
}

function nextStep(target: SshTarget, offered: readonly string[], isAnyPossible: boolean): string {
  if (target.identityFile !== undefined) {
    return `Check the user, and that the public key of ${target.identityFile} is in its authorized_keys.`;
  }
  if (!offered.some((method) => knownMethods.includes(method))) {
    return "Allow public keys or passwords in its sshd_config.";
  }
  return isAnyPossible
    ? "Check the user, add your public key to its authorized_keys, or set identityFile in the spec."
    : "Your ssh_config rules out what the host accepts: see PreferredAuthentications, PubkeyAuthentication, PasswordAuthentication and KbdInteractiveAuthentication there.";
}

const knownMethods: readonly string[] = [
  "publickey",
  "password",
  "keyboard-interactive",
] satisfies LoginMethod[];
