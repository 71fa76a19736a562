import { quoteAll } from "../core/shell/quote.ts";
import { concat, reveal, type Text } from "../core/shell/secret.ts";
import { granterOf, isInTerminal, type Elevation } from "./elevation.ts";

/**
 * How a script reaches the host. The command line that SSH starts is this constant launcher (through sudo or doas
 * for anybody but root); it announces itself, and only then gets the script by standard input:
 *
 *   outer sh: starts the inner one in a session of its own, so that cancelling finds every process of it even
 *             below sudo, and passes its exit status on (128 + n after a signal);
 *   inner sh: says "NONCE ready PID", joins standard error to standard output so that their order is kept, reads
 *             the whole script (its length comes first) and evaluates it only when its last line is "#NONCE end":
 *             a script whose transfer broke off is never run in part. Its standard input is then /dev/null.
 *
 * In a terminal two things differ. Before anything else is started, the terminal is made to pass every byte as it
 * is: no echo, no line editing, no signals, no translation of line ends. And the script sees no terminal either:
 * its output goes through a pipe, or commands would draw progress bars in it. So its exit status comes behind its
 * output as a mark (see ExitMarkReader).
 *
 * The nonce tells these words from whatever a login shell prints. Root's environment is made the same on every
 * host. No text here has a single quote, so every login shell (fish and csh, too) reads them alike.
 */
export interface Launch {
  /** For SSH's exec request. */
  readonly command: string;
  /** What is sent once the launcher is ready. */
  readonly input: Text;
}

/** `nonce`: letters and digits, new for each launch. */
export function createLaunch(script: Text, nonce: string, elevation: Elevation): Launch {
  const body = concat(script, `\n#${nonce} end\n`);
  return {
    command: quoteAll(commandOf(nonce, elevation)),
    input: concat(`${Buffer.byteLength(reveal(body))}\n`, body),
  };
}

function commandOf(nonce: string, elevation: Elevation): readonly string[] {
  if (elevation === "none") {
    return ["sh", "-c", outer, inner(nonce)];
  }
  // LC_ALL: the words of sudo and doas are told apart in launchError. -S: the password comes by standard input, of
  // which sudo reads one line byte by byte, and only after it has printed the prompt.
  const granter = granterOf(elevation) === "doas" ? ["doas"] : ["sudo", "-S", "-p", sudoPrompt(nonce)];
  const grant = ["env", "LC_ALL=C", ...granter];
  return isInTerminal(elevation)
    ? ["sh", "-c", terminal, nonce, ...grant, "sh", "-c", terminalOuter, inner(nonce), nonce]
    : [...grant, "sh", "-c", outer, inner(nonce)];
}

/** What sudo is told to print when it wants a password: %p becomes the user whose password it is. */
function sudoPrompt(nonce: string): string {
  return `${nonce} password of %p:`;
}

/** Somebody asks for a password. */
export interface PasswordPrompt {
  /** Whose; undefined: the login user's own. */
  readonly of: string | undefined;
  /** What else there was: the text without the prompt. */
  readonly others: string;
}

/** Finds a prompt for a password in what was printed so far, decoded as latin1. */
export function findPasswordPrompt(
  printed: string,
  nonce: string,
  elevation: Elevation,
): PasswordPrompt | undefined {
  if (elevation === "none") {
    return undefined;
  }
  const match = (elevation === "doas" ? doasPrompt(nonce) : askedBySudo(nonce)).exec(printed);
  if (match === null) {
    return undefined;
  }
  const name = elevation === "doas" ? "" : Buffer.from(match[1] ?? "", "latin1").toString("utf8");
  return {
    // sudo-rs knows no %p and always asks for the user's own.
    of: name === "" || name === "%p" ? undefined : name,
    others: printed.slice(0, match.index) + printed.slice(match.index + match[0].length),
  };
}

/** sudo-rs embeds it in words of its own. */
function askedBySudo(nonce: string): RegExp {
  return new RegExp(`${nonce} password of ([^:\\r\\n]*):`);
}

/**
 * doas cannot be told what to print, and a login profile might print the same. But the shell that prints the line
 * with the nonce then becomes doas, without running anything in between: what stands directly behind it is doas's.
 * It is cut out once it was answered, so that it counts once; doas asks once, and throws away what was typed before.
 */
function doasPrompt(nonce: string): RegExp {
  return new RegExp(`${nonce} terminal\\r?\\n\\rdoas \\([^()\\r\\n]*\\) password: `);
}

/** What the launcher says of itself. */
export interface Greeting {
  /** Process id of the inner shell: the id of its session and of its process group. */
  readonly sessionId: number;
  /** What followed in the same chunk: output of the script. */
  readonly rest: Buffer;
}

/** Finds the launcher's greeting at the end of the noise that a login may print. */
export function findGreeting(output: Buffer, nonce: string): Greeting | undefined {
  // latin1: positions in the text are positions in the buffer.
  const match = new RegExp(`${nonce} ready (\\d+)\n`).exec(output.toString("latin1"));
  return match
    ? { sessionId: Number(match[1]), rest: output.subarray(match.index + match[0].length) }
    : undefined;
}

/** $0: the nonce; the rest: what grants root. */
const terminal = 'stty raw -echo 2>/dev/null; printf "%s terminal\\n" "$0"; exec "$@"';

const outer = 'exec 3<&0; setsid sh -c "$0" <&3 3<&- & exec </dev/null 3<&-; wait $!';

/** $1: the nonce. The mark goes the way of the output, so that it comes behind all of it. */
const terminalOuter =
  'exec 3<&0; { setsid sh -c "$0" <&3 3<&- & exec </dev/null 3<&-; wait $!; ' +
  'printf "\\036%s exit %s\\n" "$1" $?; } | cat';

const rootEnvironment =
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; HOME=~root; LC_ALL=C; " +
  "export PATH HOME LC_ALL; unset TERM; umask 022; cd /";

function inner(nonce: string): string {
  return [
    `printf "%s ready %s\\n" ${nonce} $$`,
    "exec 2>&1",
    rootEnvironment,
    "read -r kubeadm_length",
    'kubeadm_script=$(head -c "$kubeadm_length")',
    "exec </dev/null",
    `case $kubeadm_script in *"#${nonce} end") ` +
      `eval "unset kubeadm_script kubeadm_length; $kubeadm_script" ;; *) exit 255 ;; esac`,
  ].join("; ");
}
