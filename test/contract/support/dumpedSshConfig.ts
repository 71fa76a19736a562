import { posix } from "node:path";
import type { SshOptions } from "../../../src/ssh/config/sshOptions.ts";

/** Output of `ssh -G`, in a form that options read here can be brought into. */
export interface DumpedConfig {
  readonly values: Readonly<Record<string, unknown>>;
  readonly comparable: (options: SshOptions) => Readonly<Record<string, unknown>>;
}

export interface Surroundings {
  readonly user: string;
  readonly uid: number;
  readonly home: string;
  readonly hostname: string;
  readonly destination: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Output of `ssh -G` without configuration. */
  readonly standard: string;
}

/** Reads what `ssh -G` has printed. It leaves tokens in some values; they are expanded here by plain replacement. */
export function sshOptionsOf(output: string, around: Surroundings): DumpedConfig {
  const all = valuesIn(output);
  const get = (name: string): string | undefined => all(name)[0];
  const standard = valuesIn(around.standard);
  const list = (written: string | undefined, name: string): string =>
    assembled(written, standard(name)[0] ?? "");
  const { user, uid, home, hostname, env } = around;
  const original = around.destination
    .replace(/^ssh:\/\//, "")
    .replace(/^.*@/, "")
    .replace(/^([^:]*):\d+$/, "$1");

  const expand = (text: string): string =>
    text.replace(/%(.)|\$\{(\w+)\}/g, (_, token: string | undefined, variable: string) =>
      token === undefined
        ? (env[variable] ?? "")
        : ({
            "%": "%",
            h: get("hostname"),
            n: original,
            p: get("port"),
            r: get("user"),
            k: get("hostkeyalias") ?? original,
            u: user,
            d: home,
            i: String(uid),
            l: hostname,
            L: hostname.split(".")[0],
          }[token] ?? `?${token}?`),
    );
  const path = (text: string): string => expand(text.replace(/^~\/*/, `${home}/`));
  const inHome = (text: string): string => (posix.isAbsolute(text) ? text : posix.join(home, text));
  const agent = get("identityagent");
  const defaultKeys = all("identityfile").some((file) => /^~\/\.ssh\/id_(rsa|ed25519)$/.test(file));

  return {
    values: {
      host: get("hostname"),
      user: get("user"),
      port: Number(get("port")),
      identityFiles: defaultKeys
        ? "default"
        : all("identityfile")
            .filter((file) => file !== "none")
            .map((file) => inHome(path(file))),
      identitiesOnly: get("identitiesonly") === "yes",
      identityAgent: agent?.startsWith("$") ? (env[agent.slice(1)] ?? "none") : agent,
      proxy: proxyOf(get("proxyjump"), get("proxycommand"), expand),
      hostKeyAlias: get("hostkeyalias"),
      userKnownHosts: get("userknownhostsfile"),
      globalKnownHosts: get("globalknownhostsfile")?.replace(/(^| )~\//g, `$1${home}/`),
      strict:
        { true: "yes", false: "ask" }[get("stricthostkeychecking") ?? ""] ?? get("stricthostkeychecking"),
      hash: get("hashknownhosts") === "yes",
      interval: Number(get("serveraliveinterval")),
      count: Number(get("serveralivecountmax")),
      timeout: get("connecttimeout"),
      kex: get("kexalgorithms"),
      ciphers: get("ciphers"),
      macs: get("macs"),
      keys: get("hostkeyalgorithms"),
      preferred: get("preferredauthentications"),
      publicKey: get("pubkeyauthentication") !== "false",
      password: get("passwordauthentication") === "yes",
      keyboard: get("kbdinteractiveauthentication") === "yes",
      prompts: Number(get("numberofpasswordprompts")),
      family: get("addressfamily"),
      bind: get("bindaddress"),
    },
    comparable: (options) => ({
      host: options.hostName,
      user: options.user ?? user,
      port: options.port ?? 22,
      identityFiles: options.identityFiles ?? "default",
      identitiesOnly: options.identitiesOnly,
      identityAgent: options.identityAgent,
      proxy: options.proxy?.kind === "none" ? undefined : options.proxy,
      hostKeyAlias: options.hostKeyAlias,
      userKnownHosts: files(options.userKnownHostsFiles, standard("userknownhostsfile")),
      globalKnownHosts: files(options.globalKnownHostsFiles, standard("globalknownhostsfile")),
      strict: options.strictHostKeyChecking,
      hash: options.hashKnownHosts,
      interval: options.serverAliveIntervalSeconds ?? 0,
      count: options.serverAliveCountMax ?? 3,
      timeout: String(options.connectTimeoutSeconds ?? "none"),
      kex: list(options.kexAlgorithms, "kexalgorithms"),
      ciphers: list(options.ciphers, "ciphers"),
      macs: list(options.macs, "macs"),
      keys: list(options.hostKeyAlgorithms, "hostkeyalgorithms"),
      preferred: options.preferredAuthentications?.join(","),
      publicKey: options.pubkeyAuthentication,
      password: options.passwordAuthentication,
      keyboard: options.kbdInteractiveAuthentication,
      prompts: options.numberOfPasswordPrompts,
      family: options.addressFamily,
      bind: options.bindAddress,
    }),
  };
}

function valuesIn(output: string): (name: string) => readonly string[] {
  const lines = output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)] as const);
  return (name) => lines.flatMap(([key, value]) => (key === name ? [value] : []));
}

function files(paths: readonly string[] | undefined, standard: readonly string[]): string | undefined {
  return paths === undefined ? standard[0] : paths.length === 0 ? "none" : paths.join(" ");
}

/** The hops or the command that are printed, "none" as if there were nothing. */
function proxyOf(
  jump: string | undefined,
  command: string | undefined,
  expand: (text: string) => string,
): SshOptions["proxy"] {
  if (jump === undefined) {
    return command === undefined ? undefined : { kind: "command", command: expand(command) };
  }
  const hops = jump.split(",").map((hop) => {
    const [, user, host = "", port] =
      /^(?:ssh:\/\/)?(?:(.*)@)?(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(hop) ?? [];
    return {
      host: expand(host.replace(/^\[(.*)\]$/, "$1")),
      user: user === undefined ? undefined : expand(user),
      port: port ? Number(port) : undefined,
    };
  });
  return { kind: "jump", hops };
}

/** A list with its mark applied to the standard one. Source: ssh_config(5), Ciphers. */
function assembled(written: string | undefined, standard: string): string {
  const names = (written ?? "")
    .replace(/^[-+^]/, "")
    .split(",")
    .filter(Boolean);
  const all = standard.split(",");
  switch (written?.[0]) {
    case undefined:
      return standard;
    case "+":
      return [...all, ...names.filter((name) => !all.includes(name))].join(",");
    case "-":
      return all.filter((name) => !names.includes(name)).join(",");
    case "^":
      return [...names, ...all.filter((name) => !names.includes(name))].join(",");
    default:
      return names.join(",");
  }
}
