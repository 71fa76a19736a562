import * as vscode from "vscode";

export interface SecretBoxOptions {
  readonly title: string;
  readonly prompt: string;
  /** Whether what is typed is hidden. */
  readonly isHidden: boolean;
  /** Whether the button "keep" is pressed at first; undefined: there is none. */
  readonly keep?: boolean | undefined;
}

export interface SecretAnswer {
  readonly value: string;
  /** Whether the person wants it kept beyond this window. */
  readonly isKept: boolean;
}

/**
 * An input box that goes away when `unwanted` aborts, and not when something else is clicked. undefined when it is
 * closed without an answer.
 */
export function showSecretBox(
  { title, prompt, isHidden, keep }: SecretBoxOptions,
  unwanted: AbortSignal,
): Promise<SecretAnswer | undefined> {
  const box = vscode.window.createInputBox();
  const keepButton: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon("key"),
    tooltip: "Keep it in the keyring (Kubeadm: Forget Passwords and Passphrases removes it)",
    location: vscode.QuickInputButtonLocation.Input,
    toggle: { checked: keep ?? false },
  };
  box.title = title;
  box.prompt = prompt;
  box.password = isHidden;
  box.ignoreFocusOut = true;
  box.buttons = keep === undefined ? [] : [keepButton];
  return new Promise((resolve) => {
    let answer: SecretAnswer | undefined;
    const close = (): void => box.hide();
    box.onDidAccept(() => {
      answer = { value: box.value, isKept: keepButton.toggle?.checked ?? false };
      box.hide();
    });
    box.onDidHide(() => {
      unwanted.removeEventListener("abort", close);
      box.dispose();
      resolve(answer);
    });
    unwanted.addEventListener("abort", close, { once: true });
    box.show();
    if (unwanted.aborted) {
      close();
    }
  });
}
