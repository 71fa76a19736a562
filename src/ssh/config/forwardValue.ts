import { SshConfigError } from "./sshConfigError.ts";
import { expandVariables } from "./tokens.ts";
import { portOf, refuseMore, type ReadValue } from "./values.ts";

/** Which end is spoken of: LocalForward, RemoteForward or DynamicForward. */
export type ForwardKind = "local" | "remote" | "dynamic";

interface Field {
  readonly text: string;
  readonly isPath: boolean;
}

/**
 * What a forwarding directive forwards, checked and otherwise as written: nothing is forwarded here.
 * Source: ssh_config(5) and parse_forward in readconf.c of OpenSSH.
 */
export function forward(kind: ForwardKind): ReadValue {
  return ({ words, env }) => {
    const [listen, connect, ...others] = words;
    if (!listen) {
      throw new SshConfigError("the value is missing");
    }
    refuseMore(kind === "dynamic" ? words.slice(1) : others);
    if (kind === "local" && !connect) {
      throw new SshConfigError("the place to forward to is missing");
    }
    // A remote forwarding without a target is a dynamic one.
    const isDynamic = kind === "dynamic" || !connect;
    const fields = fieldsOf(expandVariables(isDynamic ? listen : `${listen}:${connect}`, env).trimStart());
    if (!isDynamic) {
      checkForward(fields, kind);
    } else if (fields.length === 1 || fields.length === 2) {
      checkListener(fields, kind);
    } else {
      throw badForward();
    }
    return words;
  };
}

/** [ADDRESS:]PORT or a path. */
function checkListener(fields: readonly Field[], kind: ForwardKind): void {
  const [first, second] = fields;
  if (second) {
    checkPort(second, kind);
  } else if (first && !first.isPath) {
    checkPort(first, kind);
  }
}

/** LISTENER and HOST:PORT or a path. */
function checkForward(fields: readonly Field[], kind: ForwardKind): void {
  const target = fields.at(-1);
  const listener = fields.slice(0, target?.isPath ? -1 : -2);
  const isListener =
    listener.length === 1 || (listener.length === 2 && !listener.some((field) => field.isPath));
  if (!target || !isListener) {
    throw badForward();
  }
  checkListener(listener, kind);
  if (!target.isPath) {
    checkPort(target, "local");
  }
}

function checkPort(field: Field, kind: ForwardKind): void {
  // The other side may choose the port of a remote forwarding.
  if (!(kind === "remote" && /^\s*[+-]?0+$/.test(field.text))) {
    portOf(field.text);
  }
}

/** Parts between colons: one in brackets is taken literally, elsewhere a backslash takes the next character so. */
function fieldsOf(text: string): readonly Field[] {
  const fields: Field[] = [];
  for (let rest = text; rest !== "";) {
    const [all = "", bracketed, plain = ""] =
      /^(?:\[([^\]]*)\](?:$|:)|((?!\[)(?:\\.|[^:\\])*)(?:$|:))/s.exec(rest) ?? [];
    if (all === "" || fields.length === 4) {
      throw badForward();
    }
    const unescaped = bracketed ?? plain.replace(/\\(.)/gs, "$1");
    fields.push({ text: unescaped, isPath: /\//.test(unescaped) });
    rest = rest.slice(all.length);
  }
  return fields;
}

function badForward(): SshConfigError {
  return new SshConfigError("what to forward is not of the form [ADDRESS:]PORT HOST:PORT");
}
