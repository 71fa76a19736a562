import * as vscode from "vscode";
import { Secret } from "../core/shell/secret.ts";

const SUDO = "sudo";
const PASSWORD = "password";
const PASSPHRASE = "passphrase";
/** Names of the secrets that are kept, as SecretStorage cannot list its own. */
const INDEX = "kubeadm.secretNames";

interface Question {
  readonly key: string;
  readonly title: string;
  readonly prompt: string;
  readonly attempt: number;
}

/**
 * Asks the person what a connection needs to know. Passwords and passphrases are kept in SecretStorage, asked
 * again when they turn out wrong, and removed by `forget`. Fits SshPrompts of ssh/.
 */
export function createSshPrompts(context: vscode.ExtensionContext) {
  const once = new Map<string, Promise<Secret | undefined>>();

  /** Several connections may need the same answer at once: the person is asked once. */
  const ask = (question: Question): Promise<Secret | undefined> => {
    const key = `${question.key}#${question.attempt}`;
    const asked = once.get(key) ?? askNow(question).finally(() => once.delete(key));
    once.set(key, asked);
    return asked;
  };

  const askNow = async ({ key, title, prompt, attempt }: Question): Promise<Secret | undefined> => {
    const kept = attempt === 1 ? await context.secrets.get(key) : undefined;
    if (kept !== undefined) {
      return new Secret(kept);
    }
    const again = attempt > 1 ? "That was wrong. " : "";
    const value = await vscode.window.showInputBox({ title, prompt: again + prompt, password: true, ignoreFocusOut: true });
    if (value === undefined) {
      return undefined;
    }
    await context.secrets.store(key, value);
    const names = new Set(context.globalState.get<string[]>(INDEX) ?? []);
    await context.globalState.update(INDEX, [...names.add(key)]);
    return new Secret(value);
  };

  return {
    async confirmHostKey(question: {
      readonly host: string;
      readonly address: string;
      readonly port: number;
      readonly keyType: string;
      readonly fingerprint: string;
      readonly recordedKeyTypes: readonly string[];
    }): Promise<"remember" | "once" | "cancel"> {
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
      return answer === remember ? "remember" : answer === justOnce ? "once" : "cancel";
    },

    password({ host, user, attempt }: { readonly host: string; readonly user: string; readonly attempt: number }) {
      return ask({ key: `${PASSWORD}:${user}@${host}`, title: `SSH password`, prompt: `Password of ${user} on ${host}`, attempt });
    },

    passphrase({ file, attempt }: { readonly file: string; readonly attempt: number }) {
      return ask({ key: `${PASSPHRASE}:${file}`, title: "SSH key", prompt: `Passphrase of ${file}`, attempt });
    },

    sudoPassword({ host, user, attempt }: { readonly host: string; readonly user: string; readonly attempt: number }) {
      return ask({ key: `${SUDO}:${user}@${host}`, title: "sudo", prompt: `Password of ${user} on ${host} for sudo`, attempt });
    },

    async answer({ host, user, question, echo }: { readonly host: string; readonly user: string; readonly question: string; readonly echo: boolean }) {
      const value = await vscode.window.showInputBox({
        title: `${host} asks ${user}`,
        prompt: question,
        password: !echo,
        ignoreFocusOut: true,
      });
      return value === undefined ? undefined : new Secret(value);
    },

    /** Removes every kept password and passphrase. */
    async forget(): Promise<void> {
      const names = context.globalState.get<string[]>(INDEX) ?? [];
      await Promise.all(names.map((name) => context.secrets.delete(name)));
      await context.globalState.update(INDEX, []);
    },
  };
}
