import { isDomain } from "./checkedValues.ts";
import { SshConfigError } from "./sshConfigError.ts";
import type { JumpHop } from "./sshOptions.ts";
import { portOf, type ReadValue } from "./values.ts";

/**
 * The hops of a ProxyJump, as words, in the order in which they are passed; "none" for none.
 * Source: parse_jump in readconf.c of OpenSSH.
 */
export const jumps: ReadValue = ({ rest }) => {
  const text = rest.replace(/^[ \t\r\n=]+/, "");
  if (text.toLowerCase() === "none") {
    return ["none"];
  }
  const hops = text
    .replace(/#.*$/s, "")
    .split(",")
    .map((hop) => hop.trim());
  hops.forEach(parseHop);
  return hops;
};

/** What [user@]host[:port] or ssh://[user@]host[:port] says. Throws SshConfigError for anything else. */
export function parseHop(text: string): JumpHop {
  return parseSshUri(text) ?? parseUserHostPort(text);
}

/** What a URI with the scheme "ssh" says; undefined for what is none. Throws SshConfigError when it is wrong. */
export function parseSshUri(text: string): JumpHop | undefined {
  if (!text.startsWith("ssh://")) {
    return undefined;
  }
  const [, login, address = "", port, path] =
    /^ssh:\/\/(?:([^@]*)@)?(\[[^\]]*\]|[^:/]*)(?::([^/]+(?=$|\/))?)?(?:\/(.*))?$/s.exec(text) ?? [];
  const host = withoutBrackets(address);
  if (!isDomain(host) || path || (login !== undefined && /^(;|$)/.test(login))) {
    throw new SshConfigError(`"${text}" is not of the form ssh://USER@HOST:PORT`);
  }
  return {
    host: host.replace(/\.$/, ""),
    user: login === undefined ? undefined : decodeUser(login.replace(/;.*$/s, "")),
    port: port === undefined ? undefined : portOf(port),
  };
}

function decodeUser(text: string): string {
  try {
    return decodeURIComponent(text.replace(/\+/g, " "));
  } catch {
    throw new SshConfigError(`"${text}" is not encoded as URIs are`);
  }
}

function parseUserHostPort(text: string): JumpHop {
  const at = text.lastIndexOf("@");
  const [, address = "", port] = /^(\[[^\]]*\]|[^:/[][^:/]*)(?::(.*))?$/s.exec(text.slice(at + 1)) ?? [];
  if (at === 0 || address === "" || /\s/.test(address)) {
    throw new SshConfigError(`"${text}" is not of the form USER@HOST:PORT`);
  }
  return {
    host: withoutBrackets(address),
    user: at < 0 ? undefined : text.slice(0, at),
    port: port ? portOf(port) : undefined,
  };
}

function withoutBrackets(address: string): string {
  return address.startsWith("[") && address.endsWith("]") ? address.slice(1, -1) : address;
}

/**
 * Refuses names that a shell could take for more than names; they may end in ProxyCommand. Throws SshConfigError.
 * Source: ssh_valid_hostname and ssh_valid_ruser in readconf.c of OpenSSH.
 */
export function refuseOddNames({ host, user }: Pick<JumpHop, "host" | "user">): void {
  if (/^-|['`"$\\;&<>|(){},\s\x00-\x1f\x7f]/.test(host)) {
    throw new SshConfigError(`"${host}" has characters that host names do not have`);
  }
  if (user !== undefined && /^-|['`";&<>|(){}\x00-\x1f\x7f]|\s-|\\$/.test(user)) {
    throw new SshConfigError(`"${user}" has characters that names of users do not have`);
  }
}
