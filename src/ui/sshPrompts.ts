import * as vscode from "vscode";
import type { SshPrompts } from "../core/run/sshPrompts.ts";
import { Secret } from "../core/shell/secret.ts";
import { QuestionQueue } from "./questionQueue.ts";

const SUDO = "sudo";
const PASSWORD = "password";
const PASSPHRASE = "passphrase";
const ANSWER = "answer";
/** Names of the secrets that are kept, as SecretStorage cannot list its own. */
const INDEX = "kubeadm.secretNames";

interface Question {
  readonly key: string;
  readonly title: string;
  readonly prompt: string;
  readonly attempt: number;
}

/** Prompts whose answers are kept. */
export interface RememberingPrompts extends SshPrompts {
  /** Removes every kept password and passphrase. */
  forget(): Promise<void>;
}

/**
 * Asks the person what a connection needs to know. Passwords and passphrases are kept in SecretStorage, asked
 * again when they turn out wrong, and removed by `forget`. A question is taken away when its `unwanted` aborts.
 */
export function createSshPrompts(context: vscode.ExtensionContext): RememberingPrompts {
  let asked = 0;
  const questions = new QuestionQueue<Secret>();

  const ask = (question: Question, unwanted: AbortSignal): Promise<Secret | undefined> =>
    questions.ask(`${question.key}#${question.attempt}`, unwanted, (signal) => askNow(question, signal));

  const askNow = async (
    { key, title, prompt, attempt }: Question,
    unwanted: AbortSignal,
  ): Promise<Secret | undefined> => {
    const kept = attempt === 1 ? await context.secrets.get(key) : undefined;
    if (kept !== undefined) {
      return new Secret(kept);
    }
    if (attempt > 1) {
      // What was kept is wrong: it must not be tried again by the next connection.
      await context.secrets.delete(key);
    }
    const again = attempt > 1 ? "That was wrong, try again. " : "";
    const value = await showSecretBox({ title, prompt: again + prompt, password: true }, unwanted);
    if (value === undefined) {
      return undefined;
    }
    await context.secrets.store(key, value);
    const names = new Set(context.globalState.get<string[]>(INDEX) ?? []);
    await context.globalState.update(INDEX, [...names.add(key)]);
    return new Secret(value);
  };

  return {
    async confirmHostKey(question, unwanted) {
      const { host, address, port, keyType, fingerprint, recordedKeyTypes } = question;
      const others =
        recordedKeyTypes.length === 0
          ? ""
          : `\n\nBe careful: known_hosts has keys of other types for it (${recordedKeyTypes.join(", ")}).`;
      const remember = "Trust and Remember";
      const justOnce = "Trust Once";
      const answer = await vscode.window.showWarningMessage(
        `Is this really ${host} (${address}:${port})?`,
        {
          modal: true,
          detail: `Its ${keyType} key is not in known_hosts:\n${fingerprint}\n\nCompare it with what the host's owner tells you.${others}`,
        },
        remember,
        justOnce,
      );
      // A dialog cannot be taken away; an answer that comes too late must not make a key known.
      const isLate = unwanted.aborted;
      return isLate ? "cancel" : answer === remember ? "remember" : answer === justOnce ? "once" : "cancel";
    },

    password({ host, user, attempt }, unwanted) {
      const prompt = `Password of ${user} on ${host}`;
      return ask({ key: `${PASSWORD}:${user}@${host}`, title: "SSH password", prompt, attempt }, unwanted);
    },

    passphrase({ file, attempt }, unwanted) {
      const prompt = `Passphrase of ${file}`;
      return ask({ key: `${PASSPHRASE}:${file}`, title: "SSH key", prompt, attempt }, unwanted);
    },

    sudoPassword({ host, user, attempt }, unwanted) {
      const prompt = `Password of ${user} on ${host} for sudo`;
      return ask({ key: `${SUDO}:${user}@${host}`, title: "sudo", prompt, attempt }, unwanted);
    },

    /** A question of the host's own: it may ask another one each time, so no two share an answer. */
    answer({ host, user, question, echo }, unwanted) {
      asked++;
      return questions.ask(`${ANSWER}:${asked}`, unwanted, async (signal) => {
        const value = await showSecretBox(
          { title: `${host} asks ${user}`, prompt: question, password: !echo },
          signal,
        );
        return value === undefined ? undefined : new Secret(value);
      });
    },

    async confirmCommand({ command }, unwanted) {
      const run = "Run";
      const answer = await vscode.window.showWarningMessage(
        "Your ssh_config wants to run a command to decide how to connect.",
        { modal: true, detail: command },
        run,
      );
      return answer === run && !unwanted.aborted;
    },

    async forget() {
      const names = context.globalState.get<string[]>(INDEX) ?? [];
      await Promise.all(names.map((name) => context.secrets.delete(name)));
      await context.globalState.update(INDEX, []);
    },
  };
}

/** An input box that goes away when `unwanted` aborts, and not when something else is clicked. */
async function showSecretBox(
  options: Pick<vscode.InputBoxOptions, "title" | "prompt" | "password">,
  unwanted: AbortSignal,
): Promise<string | undefined> {
  const closing = new vscode.CancellationTokenSource();
  const close = (): void => {
    closing.cancel();
  };
  unwanted.addEventListener("abort", close, { once: true });
  try {
    return await vscode.window.showInputBox({ ...options, ignoreFocusOut: true }, closing.token);
  } finally {
    unwanted.removeEventListener("abort", close);
    closing.dispose();
  }
}
