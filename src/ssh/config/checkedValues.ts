import { SshConfigError } from "./sshConfigError.ts";
import { expandVariables, type Variables } from "./tokens.ts";
import {
  integerOf,
  oneOf,
  oneWord,
  portOf,
  refuseMore,
  secondsOf,
  yesOrNo,
  type ReadValue,
} from "./values.ts";

/*
 * Values of directives that have a form of their own. Most are not used, but a mistake in one of them keeps ssh from
 * connecting, and so has to be said here, too.
 */

/** A socket's path, "none", "SSH_AUTH_SOCK" or a variable's name. ${VARIABLES} have to be set. */
export const agentSocket: ReadValue = ({ words, rest, env }) =>
  oneWord((word) => checkedAgentSocket(word, env))({ words, rest, env });

function checkedAgentSocket(word: string, env: Variables): string {
  expandVariables(word, env);
  if (/^\$(?!\{)/.test(word) && !/^\$[A-Za-z0-9_]+$/.test(word)) {
    throw new SshConfigError(`"${word}" names no environment variable`);
  }
  return word;
}

/** yes, no or the path of the agent to forward. */
export const forwardedAgent: ReadValue = ({ words, rest, env }) =>
  oneWord((word) =>
    /^(yes|no|true|false)$/i.test(word)
      ? (yesOrNo()({ words, rest, env })?.[0] ?? word)
      : checkedAgentSocket(word, env),
  )({ words, rest, env });

/** yes, no, ask, "confirm" with or without a time, or a time. */
export const agentKeyLife: ReadValue = ({ words, rest, env }) => {
  const [first = "", second, ...others] = words;
  refuseMore(others);
  if (/^(yes|true|no|false|ask|confirm)$/i.test(first)) {
    if (second !== undefined && first.toLowerCase() !== "confirm") {
      throw new SshConfigError(`"${first}" takes no time`);
    }
    const life = second === undefined ? [] : [String(secondsOf(second))];
    return [...(yesOrNo("ask", "confirm")({ words: [first], rest, env }) ?? []), ...life];
  }
  refuseMore(second === undefined ? [] : [second]);
  return [String(secondsOf(first))];
};

/** yes, no or a time. Unlike elsewhere, letters' case counts. */
export const persistence: ReadValue = oneWord((word) =>
  ["yes", "true", "no", "false"].includes(word) ? word : String(secondsOf(word)),
);

/** An amount of data with a unit, and a time. */
export const rekeyLimit: ReadValue = ({ words }) => {
  const [amount, interval, ...others] = words;
  refuseMore(others);
  const isAmount = amount !== undefined && /^\s*[+-]?(\d{1,18}(\.\d*)?|\.\d+)[BKMGTPE]?$/i.test(amount);
  if (amount !== "default" && !isAmount) {
    throw new SshConfigError(`"${amount ?? ""}" is no amount of data such as 512M`);
  }
  const bytes =
    Number.parseFloat(amount) * 1024 ** Math.max(0, "BKMGTPE".indexOf(amount.slice(-1).toUpperCase()));
  if (bytes !== 0 && bytes < 16) {
    throw new SshConfigError(`${amount} is too small`);
  }
  if (interval !== undefined && interval !== "none") {
    secondsOf(interval);
  }
  return words;
};

/** One character, ^ and a character, or "none". */
export const escapeCharacter: ReadValue = oneWord((word) => {
  if (word !== "none" && !/^(.|\^[\x40-\x7f])$/s.test(word)) {
    throw new SshConfigError(`"${word}" is no character`);
  }
  return word;
});

/** Numbers of tunnel devices, or "any". */
export const tunnelDevice: ReadValue = oneWord((word) => {
  const [local = "", ...remote] = word.split(":");
  for (const device of remote.length === 0 ? [local] : [local, remote.join(":")]) {
    if (device.toLowerCase() !== "any") {
      integerOf(device, 0, 2_147_483_645);
    }
  }
  return word;
});

/** A file mode in octal. */
export const mask: ReadValue = oneWord((word) => {
  const octal = /^\s*\+?([0-7]+)/.exec(word)?.[1];
  if (octal === undefined || Number.parseInt(octal, 8) > 0o777) {
    throw new SshConfigError(`"${word}" is no file mode`);
  }
  return word;
});

const serviceClasses =
  /^(af[1-4][1-3]|cs[0-7]|ef|le|va|lowdelay|throughput|reliability|none|0x0*[\da-f]{1,2}|0*[0-9]{1,3})$/i;

/** One or two classes of service. */
export const serviceClass: ReadValue = ({ words }) => {
  const [first, second, ...others] = words;
  refuseMore(others);
  for (const word of second === undefined ? [first ?? ""] : [first ?? "", second]) {
    if (!serviceClasses.test(word) || Number(word) > 255) {
      throw new SshConfigError(`"${word}" is no class of service`);
    }
  }
  return words;
};

/** NAME=VALUE each, or names without a value. */
export function environment(hasValue: boolean): ReadValue {
  return ({ words }) => {
    const wrong = words.find((word) => word.includes("=") !== hasValue || word === "");
    if (wrong !== undefined) {
      throw new SshConfigError(`"${wrong}" is no ${hasValue ? "assignment" : "name"} of a variable`);
    }
    return words.length === 0 ? undefined : words;
  };
}

/** Domains, or "none". */
export const domains: ReadValue = ({ words }) => {
  const wrong = words.find((word) => !isDomain(word));
  if (wrong !== undefined) {
    throw new SshConfigError(`"${wrong}" is no domain`);
  }
  refuseBeside(words, "none");
  return words.length === 0 ? undefined : words;
};

/** Whether a name could be one of the DNS; "_" is let pass. Source: valid_domain in misc.c of OpenSSH. */
export function isDomain(name: string): boolean {
  return /^[a-z0-9_][a-z0-9._-]*$/i.test(name) && !name.includes("..");
}

/** SOURCES:TARGETS each, "*", or "none" alone. */
export const permittedNames: ReadValue = ({ words }) => {
  const wrong = words.find((word) => word !== "*" && word.toLowerCase() !== "none" && !/^[^:]*:./.test(word));
  if (wrong !== undefined) {
    throw new SshConfigError(`"${wrong}" is no rule for names`);
  }
  refuseBeside(words, "none");
  return words.length === 0 ? undefined : words;
};

/** TYPE=TIME each, or "none" alone. */
export const channelTimeouts: ReadValue = ({ words }) => {
  refuseBeside(words, "none");
  for (const word of words) {
    const [, life] = /^[^=]+=(.*)$/s.exec(word) ?? [];
    if (life === undefined && word.toLowerCase() !== "none") {
      throw new SshConfigError(`"${word}" is no channel and time`);
    }
    if (life !== undefined) {
      secondsOf(life);
    }
  }
  return words.length === 0 ? undefined : words;
};

/** yes, no or "interval:" and milliseconds. */
export const keystrokeTiming: ReadValue = oneWord((word) => {
  if (word.startsWith("interval:")) {
    integerOf(word.slice("interval:".length), 1, 1000);
  } else if (!["yes", "true", "no", "false"].includes(word)) {
    throw new SshConfigError(`"${word}" is none of yes, no, interval:MILLISECONDS`);
  }
  return word;
});

/** HOST:PORT each, or "any" or "none" alone. */
export const permittedTargets: ReadValue = ({ words }) => {
  if (words.length === 0) {
    throw new SshConfigError("the value is missing");
  }
  refuseBeside(words, "none");
  refuseBeside(words, "any");
  for (const word of words.filter((word) => !/^(any|none)$/i.test(word))) {
    const [, port] = /^(?:\[[^\]]*\]|[^:/]*):(.*)$/s.exec(word) ?? [];
    if (port !== "*") {
      portOf(port ?? "");
    }
  }
  return words;
};

/** The level or facility of a log. */
export const logLevel: ReadValue = oneOf(
  ...["quiet", "fatal", "error", "info", "verbose", "debug", "debug1", "debug2", "debug3"],
);
export const logFacility: ReadValue = oneOf(
  ...["daemon", "user", "auth", "authpriv"],
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((number) => `local${number}`),
);

function refuseBeside(words: readonly string[], alone: string): void {
  if (words.length > 1 && words.some((word) => word.toLowerCase() === alone)) {
    throw new SshConfigError(`"${alone}" stands beside other arguments`);
  }
}
