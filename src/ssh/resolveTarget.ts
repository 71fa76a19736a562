import { isAbsolute, resolve } from "node:path";
import { KubeadmError, messageOf } from "../core/errors.ts";
import type { Host } from "../core/spec/clusterSpec.ts";
import type { IgnoredDirective, SshConfigReading } from "./config/readSshConfig.ts";
import type { JumpHop, SshOptions } from "./config/sshOptions.ts";
import { chosenAlgorithms } from "./algorithms.ts";
import type { LocalDefaults } from "./localDefaults.ts";
import type { LoginMethod, Route, SshTarget } from "./target.ts";

/** What ssh_config is asked about: a destination, and what is said about it beforehand. */
export interface ConfigQuestion {
  readonly destination: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  readonly proxyJump?: string | undefined;
}

export interface ResolveContext {
  readonly defaults: LocalDefaults;
  /** Reads ssh_config for a destination. */
  readonly readConfig: (question: ConfigQuestion, signal?: AbortSignal) => Promise<SshConfigReading>;
  /** Folder of the spec file: what relative identity files are relative to. */
  readonly specFolder: string;
  /** The person's home folder: what ~ stands for. */
  readonly home: string;
  /** The person's user name on this machine, which ssh logs in as unless told otherwise. */
  readonly user: string;
  /** A directive that changes what ssh does, and that is not supported here. Called once each. */
  readonly onIgnored: (directive: IgnoredDirective) => void;
}

/** OpenSSH gives up a chain of jump hosts that leads back to itself; so do we, by its length. */
const maximumHops = 16;

/**
 * A function that finds where a host of the spec is, the way `ssh ADDRESS` would: the spec's own fields, then
 * ssh_config, then OpenSSH's defaults. It throws KubeadmError host-unreachable when ssh_config cannot be used.
 */
export function createTargetResolver(
  context: ResolveContext,
): (host: Host, signal?: AbortSignal) => Promise<SshTarget> {
  const { home, specFolder, onIgnored } = context;
  const told = new Set<string>();

  async function ask(host: string, question: ConfigQuestion, signal: AbortSignal | undefined) {
    let reading: SshConfigReading;
    try {
      reading = await context.readConfig(question, signal);
    } catch (error) {
      throw asHostError(error, host);
    }
    for (const directive of reading.ignored) {
      const key = `${directive.file}:${directive.line}:${directive.directive}`;
      if (!told.has(key)) {
        told.add(key);
        onIgnored(directive);
      }
    }
    return reading.options;
  }

  async function resolveDestination(
    host: string,
    question: ConfigQuestion,
    hopsLeft: number,
    signal: AbortSignal | undefined,
  ): Promise<SshTarget> {
    if (hopsLeft === 0) {
      throw new KubeadmError({
        code: "host-unreachable",
        host,
        message: `ssh_config leads to it through more than ${maximumHops} jump hosts.`,
        next: "Look for a ProxyJump that leads back to itself.",
      });
    }
    const options = await ask(host, question, signal);
    const { defaults } = context;
    // 0 means no limit to ssh; a run that hangs on a dead host or link for hours serves nobody.
    const milliseconds = (seconds: number | undefined, otherwise: number): number =>
      seconds === undefined || seconds === 0 ? otherwise : seconds * 1000;
    return {
      host,
      address: options.hostName,
      port: options.port ?? 22,
      user: options.user ?? context.user,
      route: await routeOf(options.proxy),
      identityFiles: options.pubkeyAuthentication ? (options.identityFiles ?? []) : [],
      defaultIdentityFiles: options.identityFiles === undefined ? defaults.defaultIdentityFiles : [],
      identitiesOnly: options.identitiesOnly,
      agent: agentOf(options.identityAgent, defaults.agent),
      loginMethods: loginMethods(options),
      passwordPrompts: options.numberOfPasswordPrompts,
      hostKeyAlias: options.hostKeyAlias,
      userKnownHostsFiles: options.userKnownHostsFiles ?? defaults.userKnownHostsFiles,
      globalKnownHostsFiles: options.globalKnownHostsFiles ?? defaults.globalKnownHostsFiles,
      strictHostKeyChecking: options.strictHostKeyChecking,
      hashKnownHosts: options.hashKnownHosts,
      algorithms: chosenAlgorithms(options),
      connectTimeoutMs: milliseconds(options.connectTimeoutSeconds, defaults.connectTimeoutMs),
      keepaliveIntervalMs: milliseconds(options.serverAliveIntervalSeconds, defaults.keepaliveIntervalMs),
      keepaliveCount: options.serverAliveCountMax ?? defaults.keepaliveCount,
      bindAddress: options.bindAddress,
      addressFamily: addressFamilies[options.addressFamily],
    };

    async function routeOf(proxy: typeof options.proxy): Promise<Route> {
      switch (proxy?.kind) {
        case undefined:
        case "none":
          return { kind: "direct" };
        case "command":
          return { kind: "command", command: proxy.command };
        case "jump": {
          const through = await resolveHops(proxy.hops, hopsLeft - 1, signal);
          return through === undefined ? { kind: "direct" } : { kind: "jump", through };
        }
      }
    }
  }

  /** The last hop, reached through those before it; the first one may have a ProxyJump of its own. */
  async function resolveHops(
    hops: readonly JumpHop[],
    hopsLeft: number,
    signal: AbortSignal | undefined,
  ): Promise<SshTarget | undefined> {
    const last = hops.at(-1);
    if (last === undefined) {
      return undefined;
    }
    const before = hops.slice(0, -1);
    return resolveDestination(
      last.host,
      {
        destination: last.host,
        user: last.user,
        port: last.port,
        ...(before.length === 0 ? {} : { proxyJump: before.map(hopText).join(",") }),
      },
      hopsLeft,
      signal,
    );
  }

  return async ({ name, ssh }, signal) => {
    const target = await resolveDestination(
      name,
      { destination: ssh.address, user: ssh.user, port: ssh.port },
      maximumHops,
      signal,
    );
    if (ssh.identityFile === undefined) {
      return target;
    }
    const file = ssh.identityFile.replace(/^~(?=$|[\\/])/, () => home);
    return { ...target, identityFile: isAbsolute(file) ? file : resolve(specFolder, file) };
  };
}

const addressFamilies: Readonly<Record<SshOptions["addressFamily"], SshTarget["addressFamily"]>> = {
  any: undefined,
  inet: 4,
  inet6: 6,
};

function hopText({ host, user, port }: JumpHop): string {
  const address = host.includes(":") ? `[${host}]` : host;
  return `${user === undefined ? "" : `${user}@`}${address}${port === undefined ? "" : `:${port}`}`;
}

function agentOf(written: string | undefined, usual: string | undefined): string | undefined {
  switch (written) {
    case undefined:
    case "SSH_AUTH_SOCK":
      return usual;
    case "none":
      return undefined;
    default:
      return written;
  }
}

function loginMethods(options: SshOptions): readonly LoginMethod[] {
  const isAllowed: Readonly<Record<LoginMethod, boolean>> = {
    publickey: options.pubkeyAuthentication,
    password: options.passwordAuthentication,
    "keyboard-interactive": options.kbdInteractiveAuthentication,
  };
  // As ssh has it: a host with one-time codes refuses a right password that comes alone.
  const known: readonly LoginMethod[] = ["publickey", "keyboard-interactive", "password"];
  const preferred = options.preferredAuthentications;
  const inOrder = preferred ? preferred.flatMap((name) => known.filter((method) => method === name)) : known;
  return inOrder.filter((method) => isAllowed[method]);
}

function asHostError(error: unknown, host: string): unknown {
  if (!(error instanceof Error) || error.name !== "SshConfigError") {
    return error;
  }
  return new KubeadmError({
    code: "host-unreachable",
    host,
    message: `ssh_config cannot be used: ${messageOf(error)}`,
    next: "Correct the line that it names; ssh refuses it too.",
    cause: error,
  });
}
