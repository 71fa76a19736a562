import { quoteAll } from "../core/shell/quote.ts";
import { concat, type Text } from "../core/shell/secret.ts";

/**
 * How a script reaches the host. The command line that SSH starts is this constant launcher (through sudo for
 * anybody but root); it announces itself, and only then gets the script by standard input:
 *
 *   outer sh: starts the inner one in a session of its own, so that cancelling finds every process of it even
 *             below sudo, and passes its exit status on (128 + n after a signal);
 *   inner sh: says "NONCE ready PID", joins standard error to standard output so that their order is kept, reads
 *             the whole script and evaluates it only when its last line is "#NONCE end": a script whose
 *             transfer broke off is never run in part. Its standard input is then /dev/null.
 *
 * The nonce tells these words from whatever a login shell prints. Root's environment is made the same on every
 * host. Neither text has a single quote, so every login shell (fish too) reads them alike.
 */
export interface Launch {
  /** For SSH's exec request. */
  readonly command: string;
  /** What is sent once the launcher is ready, before the end of input. */
  readonly input: Text;
}

/** `nonce`: letters and digits, new for each launch. */
export function createLaunch(script: Text, nonce: string, needsSudo: boolean): Launch {
  const sh = ["sh", "-c", outer, inner(nonce)];
  // LC_ALL: sudo's own words are told apart in launchError. -S: the password comes by standard input, of which
  // sudo reads one line byte by byte, and only after it has printed the prompt.
  const sudo = ["env", "LC_ALL=C", "sudo", "-S", "-p", passwordPrompt(nonce)];
  return {
    command: quoteAll(needsSudo ? [...sudo, ...sh] : sh),
    input: concat(script, `\n#${nonce} end\n`),
  };
}

/** What sudo prints when it wants the password. sudo-rs embeds it in words of its own. */
export function passwordPrompt(nonce: string): string {
  return `${nonce} password:`;
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

const outer = 'exec 3<&0; setsid sh -c "$0" <&3 3<&- & exec </dev/null 3<&-; wait $!';

const rootEnvironment =
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; HOME=~root; LC_ALL=C; " +
  "export PATH HOME LC_ALL; umask 022; cd /";

function inner(nonce: string): string {
  return [
    `printf "%s ready %s\\n" ${nonce} $$`,
    "exec 2>&1",
    rootEnvironment,
    "kubeadm_script=$(cat)",
    "exec </dev/null",
    `case $kubeadm_script in *"#${nonce} end") eval "unset kubeadm_script; $kubeadm_script" ;; *) exit 255 ;; esac`,
  ].join("; ");
}
