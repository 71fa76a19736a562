import { KubeadmError } from "../core/errors.ts";
import { describeTarget, type SshTarget } from "./target.ts";

/** What a launcher that never got ready left behind. */
export interface FailedLaunch {
  readonly exitCode: number;
  /** What the login, sudo or the shell printed. */
  readonly words: string;
}

// sudo and sudo-rs, in English because the launcher sets LC_ALL=C.
const wrongPassword = /incorrect (password|authentication) attempt|authentication failed|try again/i;
const notAllowed =
  /not in the sudoers file|not allowed to (execute|run sudo)|may not run sudo|I'm afraid I can't do that/i;
const needsTerminal = /must have a tty|terminal is required/i;

/** Why a script could not be started, as the error for the person. */
export function launchError(target: SshTarget, needsSudo: boolean, launch: FailedLaunch): KubeadmError {
  const { host, user } = target;
  const { exitCode, words } = launch;
  const said = lastWords(words);
  if (needsSudo) {
    const refused = (message: string, next: string): KubeadmError =>
      new KubeadmError({ code: "sudo-refused", host, message, next });
    const permit = `Allow it in the host's sudoers (visudo), or log in as another user.`;
    if (notAllowed.test(words)) {
      return refused(`${user} may not become root: ${said}.`, permit);
    }
    if (needsTerminal.test(words)) {
      return refused(
        `sudo wants a terminal: ${said}.`,
        "Remove requiretty for this user from the host's sudoers.",
      );
    }
    if (wrongPassword.test(words)) {
      return wrongPasswordError(target);
    }
    if (exitCode === 127 || /sudo.*not found/i.test(words)) {
      return refused("sudo is not installed.", "Install it and allow it for the user, or log in as root.");
    }
    return refused(`${user} could not become root (exit code ${exitCode}${said && `: ${said}`}).`, permit);
  }
  return new KubeadmError({
    code: "session-protocol",
    host,
    message: `${describeTarget(target)} runs no command (exit code ${exitCode}${said && `: ${said}`}).`,
    next: "Log in as a user that has a shell and may become root with sudo.",
  });
}

export function wrongPasswordError(target: SshTarget): KubeadmError {
  return new KubeadmError({
    code: "sudo-password",
    host: target.host,
    message: `sudo refused the password of ${target.user}.`,
    next: "Try again with the right one.",
  });
}

export function noPasswordError(target: SshTarget): KubeadmError {
  return new KubeadmError({
    code: "sudo-password",
    host: target.host,
    message: `no password was given to sudo for ${target.user}.`,
    next: "Try again and enter it, or allow the user to run sudo without a password.",
  });
}

/** The launcher did not say that it is ready within its time. */
export function launchTimeoutError(target: SshTarget, needsSudo: boolean, words: string): KubeadmError {
  const said = lastWords(words);
  return new KubeadmError({
    code: needsSudo ? "sudo-refused" : "session-protocol",
    host: target.host,
    message:
      `${describeTarget(target)} logged in, but started no script in time` +
      `${said && `; the last it printed is: ${said}`}.`,
    next: needsSudo
      ? "sudo may wait for more than a password (a one-time code, say): allow it with a password alone."
      : "Look for a command in the user's shell profile that waits.",
  });
}

const maximumWords = 300;

/** The last line or two of `words`, short enough for a message, without the end mark. */
function lastWords(words: string): string {
  const lines = words
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  return lines.slice(-2).join(" ").slice(-maximumWords).replace(/[.:]$/, "");
}
