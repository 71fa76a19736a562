import type { SshPrompts } from "../../../src/core/run/sshPrompts.ts";

/** Prompts of a test, with a record of what was asked: "sudoPassword 2", "confirmHostKey ssh-ed25519". */
export interface TestPrompts extends SshPrompts {
  readonly asked: readonly string[];
  readonly warnings: readonly string[];
}

/** Host keys are accepted for once; any other question without an answer of the test rejects. */
export function createTestPrompts(answers: Partial<SshPrompts> = {}): TestPrompts {
  const asked: string[] = [];
  const warnings: string[] = [];
  const unexpected = (what: string): Promise<never> =>
    Promise.reject(new Error(`unexpected question: ${what}`));
  return {
    asked,
    warnings,
    warn: (text) => {
      warnings.push(text);
    },
    confirmHostKey: (question, unwanted) => {
      asked.push(`confirmHostKey ${question.keyType}`);
      return answers.confirmHostKey?.(question, unwanted) ?? Promise.resolve("once");
    },
    password: (question, unwanted) => {
      asked.push(`password ${question.attempt}`);
      return answers.password?.(question, unwanted) ?? unexpected("password");
    },
    passphrase: (question, unwanted) => {
      asked.push(`passphrase ${question.attempt}`);
      return answers.passphrase?.(question, unwanted) ?? unexpected("passphrase");
    },
    sudoPassword: (question, unwanted) => {
      asked.push(`sudoPassword ${question.attempt}`);
      return answers.sudoPassword?.(question, unwanted) ?? unexpected("sudo password");
    },
    confirmCommand: (question, unwanted) => {
      asked.push(`confirmCommand ${question.command}`);
      return answers.confirmCommand?.(question, unwanted) ?? unexpected(question.command);
    },
    answer: (question, unwanted) => {
      asked.push(`answer ${question.question}`);
      return answers.answer?.(question, unwanted) ?? unexpected(question.question);
    },
  };
}
