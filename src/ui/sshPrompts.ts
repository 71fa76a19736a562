import * as vscode from "vscode";
import type { SshPrompts } from "../core/run/sshPrompts.ts";
import { Secret } from "../core/shell/secret.ts";
import { toHostKeyDialog } from "./hostKeyDialog.ts";
import { QuestionQueue } from "./questionQueue.ts";
import { showSecretBox } from "./secretBox.ts";

const SUDO = "sudo";
const PASSWORD = "password";
const PASSPHRASE = "passphrase";
const ANSWER = "answer";
/** Names of the secrets that are kept, as SecretStorage cannot list its own. */
const INDEX = "kubeadm.secretNames";

/** Whether the person wanted the last secret of a kind kept. */
const KEEPS = "kubeadm.keepsSecrets";

/** Commands of ssh_config that may always be run. */
const COMMANDS = "kubeadm.allowedCommands";

interface Question {
  readonly kind: typeof SUDO | typeof PASSWORD | typeof PASSPHRASE;
  /** Of its kind: whose it is. */
  readonly name: string;
  readonly title: string;
  readonly prompt: string;
  readonly attempt: number;
}

/** Prompts whose answers are kept. */
export interface RememberingPrompts extends SshPrompts {
  /** Removes every password and passphrase that is remembered, and the leave to run commands of ssh_config. */
  forget(): Promise<void>;
}

/**
 * Asks the person what a connection needs to know. Passwords and passphrases are asked once: they are kept in
 * SecretStorage when the person wants that, else in memory, asked again when they turn out wrong, and removed by
 * `forget`. A question is taken away when its `unwanted` aborts.
 */
export function createSshPrompts(context: vscode.ExtensionContext): RememberingPrompts {
  let asked = 0;
  const questions = new QuestionQueue<Secret>();
  const remembered = new Map<string, string>();
  const commandQuestions = new QuestionQueue<boolean>();
  const allowedCommands = new Set<string>();

  const ask = (question: Question, unwanted: AbortSignal): Promise<Secret | undefined> =>
    questions.ask(`${question.kind}:${question.name}#${question.attempt}`, unwanted, (signal) =>
      askNow(question, signal),
    );

  const askNow = async (
    { kind, name, title, prompt, attempt }: Question,
    unwanted: AbortSignal,
  ): Promise<Secret | undefined> => {
    const key = `${kind}:${name}`;
    const known = attempt === 1 ? (remembered.get(key) ?? (await context.secrets.get(key))) : undefined;
    if (known !== undefined) {
      return new Secret(known);
    }
    if (attempt > 1) {
      // What was remembered is wrong: it must not be tried again by the next connection.
      remembered.delete(key);
      await context.secrets.delete(key);
    }
    const again = attempt > 1 ? "That was wrong, try again. " : "";
    const keeps = context.globalState.get<Partial<Record<string, boolean>>>(KEEPS) ?? {};
    const keep = keeps[kind] ?? false;
    const answer = await showSecretBox({ title, prompt: again + prompt, isHidden: true, keep }, unwanted);
    if (answer === undefined) {
      return undefined;
    }
    if (answer.isKept) {
      await context.secrets.store(key, answer.value);
      const names = new Set(context.globalState.get<string[]>(INDEX) ?? []);
      await context.globalState.update(INDEX, [...names.add(key)]);
    } else {
      remembered.set(key, answer.value);
    }
    await context.globalState.update(KEEPS, { ...keeps, [kind]: answer.isKept });
    return new Secret(answer.value);
  };

  const askForCommand = async (command: string, always: readonly string[]): Promise<boolean> => {
    const [once, forGood] = ["Run", "Always Run"] as const;
    const answer = await vscode.window.showWarningMessage(
      "Your ssh_config runs a command to decide how to connect. Run it on this machine?",
      { modal: true, detail: `Match exec\n${command}\n\nWithout it, that part of ssh_config does not apply.` },
      once,
      forGood,
    );
    if (answer === forGood) {
      await context.globalState.update(COMMANDS, [...always, command]);
    } else if (answer === once) {
      allowedCommands.add(command);
    }
    return answer !== undefined;
  };

  return {
    async confirmHostKey(question, unwanted) {
      const { message, detail, buttons } = toHostKeyDialog(question);
      const labels = buttons.map(({ label }) => label);
      const label = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...labels);
      const answer = buttons.find((button) => button.label === label)?.answer ?? "cancel";
      // A dialog cannot be taken away; an answer that comes too late must not make a key known.
      return unwanted.aborted ? "cancel" : answer;
    },

    password({ host, user, attempt }, unwanted) {
      const prompt = `Password of ${user} on ${host}`;
      return ask({ kind: PASSWORD, name: `${user}@${host}`, title: "SSH password", prompt, attempt }, unwanted);
    },

    passphrase({ file, attempt }, unwanted) {
      const prompt = `Passphrase of ${file}`;
      return ask({ kind: PASSPHRASE, name: file, title: "SSH key", prompt, attempt }, unwanted);
    },

    sudoPassword({ host, user, of, by, attempt }, unwanted) {
      const prompt = `Password of ${of} on ${host} for ${by}${of === user ? "" : `, asked of ${user}`}`;
      return ask({ kind: SUDO, name: `${of}@${host}`, title: by, prompt, attempt }, unwanted);
    },

    /** A question of the host's own: it may ask another one each time, so no two share an answer. */
    answer({ host, user, question, instructions, echo }, unwanted) {
      asked++;
      return questions.ask(`${ANSWER}:${asked}`, unwanted, async (signal) => {
        const title = `${host} asks ${user}`;
        const prompt = [...(instructions?.split("\n") ?? []), question].join(" ");
        const answer = await showSecretBox({ title, prompt, isHidden: !echo }, signal);
        return answer === undefined ? undefined : new Secret(answer.value);
      });
    },

    async confirmCommand({ command }, unwanted) {
      const always = context.globalState.get<string[]>(COMMANDS) ?? [];
      if (always.includes(command) || allowedCommands.has(command)) {
        return true;
      }
      const isAllowed = await commandQuestions.ask(command, unwanted, () => askForCommand(command, always));
      return isAllowed === true && !unwanted.aborted;
    },

    warn(text) {
      void vscode.window.showWarningMessage(text);
    },

    async forget() {
      remembered.clear();
      allowedCommands.clear();
      await context.globalState.update(COMMANDS, []);
      const names = context.globalState.get<string[]>(INDEX) ?? [];
      await Promise.all(names.map((name) => context.secrets.delete(name)));
      await context.globalState.update(INDEX, []);
    },
  };
}
