import { directiveOf } from "./directives.ts";
import { canonicalHost } from "./hostAddress.ts";
import { jumps, parseSshUri, refuseOddNames } from "./jump.ts";
import { readFiles } from "./readFiles.ts";
import { Settings } from "./settings.ts";
import type { JumpHop, SshOptions } from "./sshOptions.ts";
import { SshConfigError } from "./sshConfigError.ts";
import { hostNameOf, toSshOptions } from "./toSshOptions.ts";

/** What is to be read, and the machine's parts that reading needs. */
export interface SshConfigRequest {
  /** As one would type it after `ssh`: host, user@host or ssh://user@host:port. */
  readonly destination: string;
  /** Said by the spec: it wins over the files, as -l does, and `Match user` sees it. */
  readonly user?: string | undefined;
  /** Said by the spec: it wins over the files, as -p does. */
  readonly port?: number | undefined;
  /** As -J: it wins over ProxyJump and ProxyCommand of the files. "none", or hops between commas. */
  readonly proxyJump?: string | undefined;
  readonly machine: SshConfigMachine;
  /** In order: the user's, then the system's; or the one file of the setting, which then has to exist. */
  readonly files: readonly string[];
  /** A file's text; undefined when it does not exist. What it throws is thrown on. */
  readonly readText: (path: string) => Promise<string | undefined>;
  /** Existing paths that match an absolute pattern of *, ? and [...], sorted. */
  readonly glob: (pattern: string) => Promise<readonly string[]>;
  /** Runs the command of a `Match exec` in the user's shell and says whether it exited with 0. */
  readonly matchExec: (command: string) => Promise<boolean>;
}

/** What ssh_config's tokens and criteria tell of the machine and the person. */
export interface SshConfigMachine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly user: string;
  readonly uid: number;
  readonly hostname: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the interfaces that are up, for `Match localnetwork`; without it no network matches. */
  readonly localAddresses?: readonly string[] | undefined;
}

export interface SshConfigReading {
  readonly options: SshOptions;
  /** Directives that apply to the destination, would change something, and are not supported; in their order. */
  readonly ignored: readonly IgnoredDirective[];
}

export interface IgnoredDirective {
  /** As ssh_config(5) spells it. */
  readonly directive: string;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Why it is not supported and what is done instead, as half a sentence. */
  readonly why: string;
}

/**
 * What ssh_config says for a destination. Throws SshConfigError where ssh would refuse: for what is no configuration,
 * in any block; for directives that nobody knows, unless IgnoreUnknown covers them; for files that include each other
 * without end; for a destination that is none. What the functions of the request throw is thrown on.
 */
export async function readSshConfig(request: SshConfigRequest): Promise<SshConfigReading> {
  const { machine } = request;
  const { host: originalHost, user, port } = destinationOf(request);
  const settings = new Settings();
  const preset = (name: string, words: readonly string[]): void => {
    const directive = directiveOf(name.toLowerCase(), machine.platform);
    if (directive) {
      settings.replace({ directive, words, place: undefined, isUsers: true });
    }
  };
  if (user !== undefined) {
    preset("User", [user]);
  }
  if (port !== undefined) {
    preset("Port", [String(port)]);
  }
  if (request.proxyJump !== undefined) {
    preset("ProxyJump", jumps({ words: [], rest: request.proxyJump, env: machine.env }) ?? []);
  }

  const first = await readFiles({ request, originalHost, host: originalHost, isFinal: false, settings });
  const host = canonicalHost(hostNameOf(settings, originalHost), familyOf(settings));
  if (first.wantsFinalPass) {
    preset("Hostname", [host]);
    await readFiles({ request, originalHost, host, isFinal: true, settings });
  }
  const options = await toSshOptions({ request, settings, originalHost, hostName: host });
  return { options, ignored: ignoredOf(settings) };
}

function familyOf(settings: Settings): SshOptions["addressFamily"] {
  const family = settings.word("AddressFamily");
  return family === "inet" || family === "inet6" ? family : "any";
}

function destinationOf({ destination, user, port }: SshConfigRequest): JumpHop {
  const uri = parseSshUri(destination);
  const at = destination.lastIndexOf("@");
  const named = uri ?? {
    host: destination.slice(at + 1),
    user: at < 0 ? undefined : destination.slice(0, at),
    port: undefined,
  };
  if (named.host === "" || named.user === "") {
    throw new SshConfigError(`"${destination}" is no destination of the form USER@HOST`);
  }
  const wanted = { host: named.host, user: user ?? named.user, port: port ?? named.port };
  refuseOddNames(wanted);
  return wanted;
}

function ignoredOf(settings: Settings): readonly IgnoredDirective[] {
  return settings.every().flatMap(({ directive, words, place }) => {
    const isIdle = directive.idle?.includes(words[0]?.toLowerCase() ?? "") ?? false;
    return directive.support === "ignored" && place && !isIdle
      ? [{ directive: directive.name, file: place.file, line: place.line, why: directive.note }]
      : [];
  });
}
