import type { Prompt } from "ssh2";
import { KubeadmError } from "../core/errors.ts";
import { plainText } from "../core/shell/sanitizer.ts";
import type { Secret } from "../core/shell/secret.ts";
import type { LoginAttempt, LoginMemory, LoginPorts } from "./loginAttempt.ts";
import { describeTarget, type SshTarget } from "./target.ts";

/** The methods by which a person answers. */
export type AskingMethod = "password" | "keyboard-interactive";

export interface PasswordLoginContext {
  readonly target: SshTarget;
  readonly memory: LoginMemory;
  /** The error of a login for which nothing is left to try. */
  readonly refused: () => KubeadmError;
}

/** The passwords and answers of a login, which may take several connections. */
export interface PasswordLogin {
  /** undefined: it was asked for often enough. Throws KubeadmError when the person gives no answer. */
  next(method: AskingMethod, ports: LoginPorts): Promise<LoginAttempt | undefined>;
  readonly hasMore: (method: AskingMethod) => boolean;
  /** The login succeeded: later ones do not ask again. */
  remember(): void;
}

/** So many strikes, and a password is not tried again by the same method. */
const strikesUntilWrong = 2;

export function createPasswordLogin({ target, memory, refused }: PasswordLoginContext): PasswordLogin {
  const { host, user, passwordPrompts } = target;
  /** How often the person was asked for the password, by either method: they check the same one. */
  let asked = 0;
  let exchanges = 0;
  let isAskedByQuestions = false;
  /** The host's questions were not about the password alone. */
  let wasMoreAsked = false;
  const strikes: Record<AskingMethod, Map<string, number>> = {
    password: new Map(),
    "keyboard-interactive": new Map(),
  };
  let lastPassword: Secret | undefined;
  const accepted = new Map<AskingMethod, Secret>();

  /** A password that need not be asked for; not one of `given`. */
  function silent(method: AskingMethod, given: readonly Secret[] = []): Secret | undefined {
    const known = [
      memory.passwords.get(method),
      ...accepted.values(),
      // A server that wants a code, too, refuses a right password by the "password" method, and when the code is wrong.
      method === "keyboard-interactive" && (wasMoreAsked || asked >= passwordPrompts)
        ? lastPassword
        : undefined,
    ];
    return known.find(
      (secret) =>
        secret &&
        (strikes[method].get(secret.reveal()) ?? 0) < strikesUntilWrong &&
        !given.some((other) => other.reveal() === secret.reveal()),
    );
  }

  /** undefined: it was asked for often enough. */
  async function password(
    method: AskingMethod,
    { prompts }: LoginPorts,
    given: readonly Secret[] = [],
  ): Promise<Secret | undefined> {
    const known = silent(method, given);
    if (known || asked >= passwordPrompts) {
      return known;
    }
    asked++;
    lastPassword = await prompts.password({ host, user, attempt: asked });
    if (!lastPassword) {
      throw unanswered(target);
    }
    return lastPassword;
  }

  function settle(method: AskingMethod, given: readonly Secret[], isAccepted: boolean, weight: number): void {
    for (const secret of given) {
      const value = secret.reveal();
      if (isAccepted) {
        accepted.set(method, secret);
        continue;
      }
      const count = (strikes[method].get(value) ?? 0) + weight;
      strikes[method].set(value, count);
      if (count >= strikesUntilWrong && memory.passwords.get(method)?.reveal() === value) {
        memory.passwords.delete(method);
        // The next question follows a wrong answer, though the person was not asked for it this time.
        asked = Math.max(asked, 1);
      }
    }
  }

  async function passwordAttempt(ports: LoginPorts): Promise<LoginAttempt | undefined> {
    const secret = await password("password", ports);
    return (
      secret && {
        label: { kind: "method", method: "password" },
        method: { type: "password", username: user, password: secret.reveal() },
        settle: (isAccepted) => {
          settle("password", [secret], isAccepted, strikesUntilWrong);
          return true;
        },
      }
    );
  }

  function questionsAttempt(ports: LoginPorts): LoginAttempt {
    const method = "keyboard-interactive";
    const given: Secret[] = [];
    let isMoreAsked = false;
    exchanges++;

    async function answer(question: Prompt, instructions: string): Promise<string> {
      const echo = question.echo ?? false;
      if (isPasswordQuestion(question.prompt, echo)) {
        isAskedByQuestions = true;
        const secret = await password(method, ports, given);
        if (!secret) {
          throw refused();
        }
        given.push(secret);
        return secret.reveal();
      }
      isMoreAsked = true;
      const text = await ports.prompts.answer({
        host,
        user,
        question: plainText(question.prompt),
        echo,
        ...(instructions === "" ? {} : { instructions }),
      });
      if (!text) {
        throw unanswered(target);
      }
      return text.reveal();
    }

    return {
      label: { kind: "method", method },
      method: {
        type: method,
        username: user,
        prompt: (name, instructions, _language, questions, finish) => {
          const words = [name, instructions].map((line) => plainText(line).trim()).filter(Boolean);
          void inTurn(questions, (question) => answer(question, words.join("\n"))).then(finish, ports.fail);
        },
      },
      settle: (isAccepted) => {
        // When more was asked than the password, that may be what was wrong.
        wasMoreAsked = isMoreAsked;
        settle(method, given, isAccepted, isMoreAsked ? 1 : strikesUntilWrong);
        return true;
      },
    };
  }

  function hasMore(method: AskingMethod): boolean {
    const canGivePassword = asked < passwordPrompts || silent(method) !== undefined;
    return method === "password"
      ? canGivePassword
      : exchanges < passwordPrompts && (canGivePassword || !isAskedByQuestions);
  }

  async function next(method: AskingMethod, ports: LoginPorts): Promise<LoginAttempt | undefined> {
    if (!hasMore(method)) {
      return undefined;
    }
    return method === "password" ? passwordAttempt(ports) : questionsAttempt(ports);
  }

  return {
    next,
    hasMore,
    remember: () => accepted.forEach((secret, method) => memory.passwords.set(method, secret)),
  };
}

/**
 * Whether a question of the host's own asks for the password, as PAM words it ("Password: ") and other systems do
 * ("Password for ada@web-1:", "ada's password:"). "New password:" must not get the old one.
 */
export function isPasswordQuestion(question: string, echo: boolean): boolean {
  return !echo && /^\s*(?:\([^)]*\)\s*)?(?:\S+'s\s+)?password(?:\s+for\s+[^:]*)?\s*:?\s*$/i.test(question);
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
