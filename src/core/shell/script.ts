import { quote, quoteAll } from "./quote.ts";
import { concat, reveal, type Text } from "./secret.ts";
import type { Step } from "./step.ts";

/** Begins each line by which a script speaks to us between the output of its commands. */
export const MARK = "\u001e";

/** A script for a host: its steps in order until one fails, then the facts, whatever happened. */
export interface ScriptParts {
  /** Unpredictable; only lines that carry it are believed. [a-z0-9]+ */
  readonly nonce: string;
  readonly steps: readonly Step[];
  /** Shell text that prints the facts (factsScript.ts); left out: none are gathered. */
  readonly factsScript?: string;
}

/**
 * Renders a POSIX shell script. All output comes on one stream, so that its order is kept; between it stand
 * lines of MARK, nonce and: `begin INDEX`, `end INDEX CODE`, `learned INDEX BASE64`, `clock SECONDS`,
 * `facts BASE64`, `done CODE`. scriptOutput.ts reads them.
 * Values become quoted words or here-documents with an unguessable end; never syntax.
 */
export function renderScript({ nonce, steps, factsScript }: ScriptParts): Text {
  const body = steps.flatMap((step, index) => [renderStep(step, index, nonce), "\n"]);
  return concat(
    prelude(nonce),
    ...body,
    factsScript === undefined ? "" : facts(factsScript),
    'mark done "$rc"\nexit "$rc"\n',
  );
}

function prelude(nonce: string): string {
  return `exec 2>&1
export LC_ALL=C DEBIAN_FRONTEND=noninteractive KUBECONFIG=/etc/kubernetes/admin.conf
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH
umask 022
cd /
rc=0
mark() { printf '\\036${nonce} %s\\n' "$*"; }
learned() { printf '\\036${nonce} learned %s ' "$1"; printf '%s' "$2" | base64 | tr -d '\\n'; printf '\\n'; }
write_file() {
  target=$(readlink -f -- "$1") || target=$1
  mkdir -p -- "$(dirname -- "$target")" || return
  if [ "$3" = keep ] && [ -e "$target" ] && [ ! -e "$target.before-kubeadm" ]; then
    cp -p -- "$target" "$target.before-kubeadm" || return
  fi
  (umask 077 && cat > "$target.kubeadm-new") && chmod "$2" "$target.kubeadm-new" &&
    mv -fT -- "$target.kubeadm-new" "$target" &&
    { ! command -v restorecon > /dev/null || restorecon "$target" || :; } && return
  rm -f -- "$target.kubeadm-new"
  return 1
}
`;
}

function renderStep(step: Step, index: number, nonce: string): Text {
  const command = renderCommand(step);
  const stdin = step.kind === "write" ? step.content : step.stdin;
  const hereDocument = stdin === undefined ? "" : ` <<'${nonce}'`;
  const input = stdin === undefined ? "" : concat(endLine(stdin), `${nonce}\n`);
  const learns = step.kind !== "write" && step.learns !== undefined;
  const redirect = stdin === undefined ? " < /dev/null" : hereDocument;
  const call = learns
    ? concat(`value=$(${command}${redirect}\n`, input, ")\n")
    : concat(`${command}${redirect}\n`, input);
  return concat(
    `if [ "$rc" = 0 ]; then\nmark begin ${index}\n`,
    call,
    "rc=$?\n",
    learns ? `[ "$rc" != 0 ] || learned ${index} "$value"\n` : "",
    `mark end ${index} "$rc"\nfi`,
  );
}

function renderCommand(step: Step): string {
  switch (step.kind) {
    case "run":
      return withTimeout(step.timeoutSeconds) + quoteAll(step.argv);
    case "script":
      return (
        withTimeout(step.timeoutSeconds) + quoteAll(["sh", "-c", step.script, "sh", ...(step.args ?? [])])
      );
    case "write":
      return `write_file ${quote(step.path)} ${quote(step.mode)} ${step.keepsOriginal ? "keep" : "replace"}`;
  }
}

/** Ends the command with everything that it started: a child that lives on would hold the output open. */
function withTimeout(seconds: number | undefined): string {
  return seconds === undefined ? "" : `timeout -k 10 ${seconds} `;
}

/** A here-document ends with a newline: so does what stands in it. Throws a RangeError on a NUL character. */
function endLine(content: Text): Text {
  const whole = reveal(content);
  if (whole.includes("\0")) {
    throw new RangeError("a shell script cannot contain a NUL character");
  }
  return whole.endsWith("\n") || whole === "" ? content : concat(content, "\n");
}

function facts(script: string): string {
  return `mark clock "$(date +%s.%N)"
facts=$( (
${script}
) 2> /dev/null < /dev/null | base64 | tr -d '\\n')
mark facts "$facts"
`;
}
