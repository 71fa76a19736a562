import type { AnyAuthMethod, AuthenticationType, Prompt } from "ssh2";
import { KubeadmError } from "../core/errors.ts";
import { readPrivateKey, type PrivateKeyResult } from "./privateKey.ts";
import type { ConnectPrompts } from "../core/run/sshPrompts.ts";
import { describeTarget, type SshTarget } from "./target.ts";

export interface AuthenticationContext {
  readonly target: SshTarget;
  readonly prompts: Pick<ConnectPrompts, "password" | "passphrase" | "answer">;
  /** What earlier connections to the same target found out; extended as the login goes on. */
  readonly memory: LoginMemory;
  /** Told when the person did not answer a question that the host asked by itself. */
  readonly onUnanswered: (error: unknown) => void;
}

export interface LoginMemory {
  /** Keys that were read, by file. */
  readonly keys: Map<string, PrivateKeyResult>;
}

/** Says step by step how to authenticate. */
export interface Authentication {
  /**
   * The next method to try. `offered` is what the host still accepts (undefined before it said so), `partial`
   * whether it took the last method and wants another. Throws KubeadmError host-authentication when none is
   * left or the person gave no answer.
   */
  next(offered: readonly string[] | undefined, partial: boolean): Promise<AnyAuthMethod>;
}

interface Attempt {
  readonly type: AuthenticationType;
  /** What is said of it when every attempt failed. */
  readonly label: string;
  /** Not before the host has taken another method. */
  readonly onlyAsSecond?: boolean;
  /** undefined: there is nothing to try. */
  readonly prepare: () => Promise<AnyAuthMethod | undefined>;
}

const answerAttempts = 3;

/**
 * The order: the spec's identity file alone when it names one; otherwise the agent, the default key files, and
 * a password (or the host's own questions). Both kinds answer a host that wants a second factor.
 */
export function createAuthentication(context: AuthenticationContext): Authentication {
  const { target } = context;
  const hasIdentity = target.identityFile !== undefined;
  const remaining: Attempt[] = [
    ...(target.identityFile === undefined ? [] : [identityAttempt(context, target.identityFile)]),
    ...(target.agent === undefined || hasIdentity ? [] : [agentAttempt(target, target.agent)]),
    ...(hasIdentity ? [] : target.defaultIdentityFiles.map((file) => keyAttempt(context, file))),
    ...answers((attempt) => passwordAttempt(context, attempt, hasIdentity)),
    ...answers((attempt) => questionsAttempt(context, attempt, hasIdentity)),
  ];
  const tried: string[] = [];
  let sawPartial = false;
  let triedPassword = false;

  function isPossible(attempt: Attempt, offered: readonly string[]): boolean {
    const type = attempt.type === "agent" ? "publickey" : attempt.type;
    // A host that offers both checks the same password by either.
    const repeatsPassword = type === "keyboard-interactive" && triedPassword && !sawPartial;
    return offered.includes(type) && !repeatsPassword && (!attempt.onlyAsSecond || sawPartial);
  }

  async function next(offered: readonly string[] | undefined, partial: boolean): Promise<AnyAuthMethod> {
    if (!offered) {
      return { type: "none", username: target.user };
    }
    sawPartial ||= partial;
    for (;;) {
      const index = remaining.findIndex((attempt) => isPossible(attempt, offered));
      const [attempt] = index < 0 ? [] : remaining.splice(index, 1);
      if (!attempt) {
        throw refused(target, tried, offered);
      }
      const method = await attempt.prepare();
      if (method) {
        triedPassword ||= method.type === "password";
        if (!tried.includes(attempt.label)) {
          tried.push(attempt.label);
        }
        return method;
      }
    }
  }

  return { next };
}

function answers(make: (attempt: number) => Attempt): readonly Attempt[] {
  return Array.from({ length: answerAttempts }, (_, index) => make(index + 1));
}

function identityAttempt(context: AuthenticationContext, file: string): Attempt {
  const failed = (message: string, next: string): KubeadmError =>
    new KubeadmError({ code: "host-authentication", host: context.target.host, message, next });
  return {
    type: "publickey",
    label: file,
    prepare: async () => {
      const result = await keyOf(context, file);
      switch (result.kind) {
        case "key":
          return { type: "publickey", username: context.target.user, key: result.key };
        case "missing":
          throw failed(`the identity file ${file} does not exist.`, "Correct identityFile in the spec.");
        case "cancelled":
          throw failed(`no passphrase was given for ${file}.`, "Connect again to enter it.");
        case "unusable":
          throw failed(
            `the identity file ${file} ${result.why}.`,
            "Correct identityFile in the spec, or connect again.",
          );
      }
    },
  };
}

function keyAttempt(context: AuthenticationContext, file: string): Attempt {
  return {
    type: "publickey",
    label: file,
    prepare: async () => {
      const result = await keyOf(context, file);
      return result.kind === "key"
        ? { type: "publickey", username: context.target.user, key: result.key }
        : undefined;
    },
  };
}

async function keyOf(context: AuthenticationContext, file: string): Promise<PrivateKeyResult> {
  const result = context.memory.keys.get(file) ?? (await readPrivateKey(file, context.prompts));
  if (result.kind === "key") {
    context.memory.keys.set(file, result);
  }
  return result;
}

function agentAttempt(target: SshTarget, agent: string): Attempt {
  return {
    type: "agent",
    label: "keys of the SSH agent",
    prepare: () => Promise.resolve({ type: "agent", username: target.user, agent }),
  };
}

function passwordAttempt(context: AuthenticationContext, attempt: number, onlyAsSecond: boolean): Attempt {
  const { host, user } = context.target;
  return {
    type: "password",
    label: "password",
    onlyAsSecond,
    prepare: async () => {
      const password = await context.prompts.password({ host, user, attempt });
      if (password === undefined) {
        throw unanswered(context.target);
      }
      return { type: "password", username: user, password: password.reveal() };
    },
  };
}

function questionsAttempt(context: AuthenticationContext, attempt: number, onlyAsSecond: boolean): Attempt {
  const { host, user } = context.target;
  const ask = async (question: Prompt): Promise<string> => {
    const echo = question.echo ?? false;
    const isPassword = !echo && /password/i.test(question.prompt);
    const answer = isPassword
      ? await context.prompts.password({ host, user, attempt })
      : await context.prompts.answer({ host, user, question: question.prompt, echo });
    if (answer === undefined) {
      throw unanswered(context.target);
    }
    return answer.reveal();
  };
  return {
    type: "keyboard-interactive",
    label: "keyboard-interactive",
    onlyAsSecond,
    prepare: () =>
      Promise.resolve({
        type: "keyboard-interactive",
        username: user,
        prompt: (_name, _instructions, _language, questions, finish) => {
          void inTurn(questions, ask).then(finish, context.onUnanswered);
        },
      }),
  };
}

async function inTurn<T, R>(values: readonly T[], use: (value: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const value of values) {
    results.push(await use(value));
  }
  return results;
}

function unanswered(target: SshTarget): KubeadmError {
  return new KubeadmError({
    code: "host-authentication",
    host: target.host,
    message: `no answer was given to the login of ${describeTarget(target)}.`,
    next: "Connect again to enter it, or set identityFile in the spec.",
  });
}

function refused(target: SshTarget, tried: readonly string[], offered: readonly string[]): KubeadmError {
  const attempts = tried.length > 0 ? `refused ${tried.join(", ")}` : "found no key or password to try";
  return new KubeadmError({
    code: "host-authentication",
    host: target.host,
    message: `the login of ${describeTarget(target)} ${attempts}; the host accepts ${offered.join(", ")}.`,
    next: "Check the user, add your public key to its authorized_keys, or set identityFile in the spec.",
  });
}
