import { assertNever, KubeadmError } from "../core/errors.ts";
import { granterOf, type Elevation, type LaunchFailureKind } from "./elevation.ts";
import { describeTarget, type SshTarget } from "./target.ts";

/** What a launcher that never got ready left behind. */
export interface FailedLaunch {
  readonly exitCode: number;
  /** What the login, sudo, doas or the shell printed. */
  readonly words: string;
  /** Whose password was asked for; undefined when none was. */
  readonly askedOf: string | undefined;
}

/** A failed launch, and why it failed. */
export interface LaunchFailure extends FailedLaunch {
  readonly kind: LaunchFailureKind;
}

// sudo and sudo-rs, in English because the launcher sets LC_ALL=C.
const wrongPassword = /incorrect (password|authentication) attempt|authentication failed|try again/i;
const notAllowed =
  /not in the sudoers file|not allowed to (execute|run sudo)|may not run sudo|I'm afraid I can't do that/i;
const needsTerminal = /must have a tty|terminal is required/i;
// Older versions of doas say of a wrong password what they say of a missing rule; they ask only where there is one.
const doasRefused = /\bdoas: (Authentication failed|Operation not permitted)/;

/** Tells why a launch failed from what was printed. Never throws. */
export function launchFailure(elevation: Elevation, launch: FailedLaunch): LaunchFailure {
  return { ...launch, kind: kindOf(elevation, launch) };
}

function kindOf(elevation: Elevation, { exitCode, words, askedOf }: FailedLaunch): LaunchFailureKind {
  if (elevation === "none") {
    return "unknown";
  }
  // The rest of env's sentence is in the user's language, and may stand behind what a profile printed.
  if (exitCode === 127 && new RegExp(`\\benv: .*${granterOf(elevation)}`).test(words)) {
    return "not-installed";
  }
  if (elevation === "doas") {
    if (!doasRefused.test(words)) {
      return "unknown";
    }
    return askedOf !== undefined
      ? "wrong-password"
      : words.includes("not permitted")
        ? "not-allowed"
        : "unknown";
  }
  return notAllowed.test(words)
    ? "not-allowed"
    : needsTerminal.test(words)
      ? "needs-terminal"
      : wrongPassword.test(words)
        ? "wrong-password"
        : "unknown";
}

/** Why a script could not be started, as the error for the person. */
export function launchError(target: SshTarget, elevation: Elevation, failure: LaunchFailure): KubeadmError {
  const { host, user } = target;
  const { kind, exitCode } = failure;
  const said = lastWords(failure.words);
  const ending = `(exit code ${exitCode}${said && `: ${said}`})`;
  if (kind === "unknown" && exitCode === 0) {
    return new KubeadmError({
      code: "session-protocol",
      host,
      message: `${describeTarget(target)} ran something else than it was told${said && `: ${said}`}.`,
      next:
        "Look for a ForceCommand in the host's sshd_config, for a command in front of your key in its " +
        "authorized_keys, and for an exit in the user's shell profile.",
    });
  }
  if (elevation === "none") {
    return new KubeadmError({
      code: "session-protocol",
      host,
      message: `${describeTarget(target)} runs no command ${ending}.`,
      next: "Log in as a user that has a shell and may become root with sudo.",
    });
  }
  const granter = granterOf(elevation);
  const permit =
    granter === "sudo"
      ? "Allow it in the host's sudoers (visudo), or log in as another user."
      : "Permit it in the host's /etc/doas.conf, or log in as another user.";
  const refused = (message: string, next: string): KubeadmError =>
    new KubeadmError({ code: "sudo-refused", host, message, next });
  switch (kind) {
    case "not-allowed":
      return refused(`${user} may not become root: ${said}.`, permit);
    case "needs-terminal":
    case "no-terminal":
      return refused(
        `${granter} wants a terminal, and the host gives ${user} none.`,
        "Allow it in the host's sshd_config (PermitTTY), or remove requiretty for this user from its sudoers.",
      );
    case "wrong-password":
      return wrongPasswordError(target, elevation, failure.askedOf ?? user);
    case "not-installed":
      return refused(
        "neither sudo nor doas is installed.",
        "Install one of them and allow it for the user, or log in as root.",
      );
    case "unknown":
      return refused(`${user} could not become root ${ending}.`, permit);
    default:
      return assertNever(kind);
  }
}

/** `of`: the user whose password it should have been. */
export function wrongPasswordError(target: SshTarget, elevation: Elevation, of: string): KubeadmError {
  return new KubeadmError({
    code: "sudo-password",
    host: target.host,
    message: `${granterOf(elevation)} refused the password of ${of}.`,
    next: "Try again with the right one.",
  });
}

export function noPasswordError(target: SshTarget, elevation: Elevation): KubeadmError {
  const granter = granterOf(elevation);
  return new KubeadmError({
    code: "sudo-password",
    host: target.host,
    message: `no password was given to ${granter} for ${target.user}.`,
    next: `Try again and enter it, or allow the user to run ${granter} without a password.`,
  });
}

/** The launcher did not say that it is ready within its time. */
export function launchTimeoutError(target: SshTarget, elevation: Elevation, words: string): KubeadmError {
  const said = lastWords(words);
  return new KubeadmError({
    code: elevation === "none" ? "session-protocol" : "sudo-refused",
    host: target.host,
    message:
      `${describeTarget(target)} logged in, but started no script in time` +
      `${said && `; the last it printed is: ${said}`}.`,
    next:
      elevation === "none"
        ? "Look for a command in the user's shell profile that waits, and for a ForceCommand in the host's sshd_config."
        : `${granterOf(elevation)} may wait for more than a password (a one-time code, say): allow it with a password alone.`,
  });
}

const maximumWords = 300;

/** The last line or two of `words`, short enough for a message, without the end mark and what only a terminal obeys. */
function lastWords(words: string): string {
  const lines = words
    // sudo names the whole command that it does not allow: that is our launcher, which says nothing to a person.
    .replace(/(not allowed to execute '\S*).*' as/s, "$1' as")
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll(/\p{Cc}/gu, "").trim())
    .filter(Boolean);
  return lines.slice(-2).join(" ").slice(-maximumWords).replace(/[.:]$/, "");
}
