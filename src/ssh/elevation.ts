/**
 * How a script becomes root:
 *
 *   none            the login is root's;
 *   sudo            on a channel without a terminal;
 *   terminal-sudo   in a terminal: sudoers has requiretty;
 *   doas            in a terminal, as it reads a password from nowhere else.
 *
 * su is none of them. It asks for root's own password, which many hosts do not have; it hands the command line to
 * root's login shell, whatever that is; and its prompt is PAM's own word "Password: " in the host's language,
 * which cannot be told from what a login profile prints. So a password could reach something else than su.
 */
export type Elevation = "none" | "sudo" | "terminal-sudo" | "doas";

/** The command that grants root, in words for a person. */
export type Granter = "sudo" | "doas";

/** Why a launch never got ready. */
export type LaunchFailureKind =
  /** The command that grants root is not installed. */
  | "not-installed"
  /** It works only in a terminal. */
  | "needs-terminal"
  /** The host gives no terminal. */
  | "no-terminal"
  /** The user may not become root, or not for this command. */
  | "not-allowed"
  /** It allows no further try; a new start does. */
  | "wrong-password"
  | "unknown";

/** A script on its way to root. */
export interface Approach {
  readonly elevation: Elevation;
  /** Passwords that were refused on the way. */
  readonly refusedPasswords: number;
}

/** So often a person may enter a password for one script. */
export const passwordAttempts = 3;

/** What to try for `user` on a host of which nothing is known. */
export function firstElevation(user: string): Elevation {
  return user === "root" ? "none" : "sudo";
}

export function isInTerminal(elevation: Elevation): boolean {
  return elevation === "terminal-sudo" || elevation === "doas";
}

/** The command that makes a script root; of "none", what would. */
export function granterOf(elevation: Elevation): Granter {
  return elevation === "doas" ? "doas" : "sudo";
}

/** What to try after a launch failed, `refusedPasswords` having been refused by now; undefined: nothing is left. */
export function nextApproach(
  approach: Approach,
  failure: LaunchFailureKind,
  refusedPasswords: number,
): Approach | undefined {
  const { elevation } = approach;
  const wasAsked = refusedPasswords > approach.refusedPasswords;
  if (failure === "wrong-password" && wasAsked && refusedPasswords < passwordAttempts) {
    return { elevation, refusedPasswords };
  }
  if (elevation === "sudo" && failure === "not-installed") {
    return { elevation: "doas", refusedPasswords: 0 };
  }
  if (elevation === "sudo" && failure === "needs-terminal") {
    return { elevation: "terminal-sudo", refusedPasswords: 0 };
  }
  return undefined;
}
