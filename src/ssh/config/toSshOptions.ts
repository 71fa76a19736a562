import { connectionTokens, proxyTokens, userTokens } from "./connectionTokens.ts";
import { expandTilde, pathsOf } from "./configPaths.ts";
import { parseHop, refuseOddNames } from "./jump.ts";
import type { SshConfigRequest } from "./readSshConfig.ts";
import type { Setting, Settings } from "./settings.ts";
import { SshConfigError } from "./sshConfigError.ts";
import type { SshOptions, SshProxy } from "./sshOptions.ts";
import { expandTokens, expandTokensAndVariables, type Tokens } from "./tokens.ts";

/** The settings of a destination when all files have been read. */
export interface FinishedSettings {
  readonly request: SshConfigRequest;
  readonly settings: Settings;
  /** The destination without user and port. */
  readonly originalHost: string;
  /** HostName, expanded and in its usual form. */
  readonly hostName: string;
}

/** HostName of the settings with its tokens expanded, or the destination. Throws SshConfigError. */
export function hostNameOf(settings: Settings, originalHost: string): string {
  const [setting] = settings.all("Hostname");
  return setting
    ? withPlace(setting, () => expandTokens(setting.words[0] ?? "", { h: originalHost }))
    : originalHost;
}

/** The options that the settings amount to. Throws SshConfigError for values that ssh refuses when it connects. */
export async function toSshOptions(finished: FinishedSettings): Promise<SshOptions> {
  const { settings, hostName } = finished;
  const tokens = tokensOf(finished);
  checkTogether(finished, tokens);
  const isOn = (name: string): boolean => settings.word(name) !== "no";
  const family = settings.word("AddressFamily");
  return {
    hostName,
    port: numberOf(settings, "Port"),
    user: settings.word("User") === undefined ? undefined : tokens["r"],
    identityFiles: await identityFiles(finished, tokens),
    identitiesOnly: settings.word("IdentitiesOnly") === "yes",
    identityAgent: await identityAgent(finished, tokens),
    proxy: proxyOf(settings, tokens),
    hostKeyAlias: settings.word("HostKeyAlias")?.toLowerCase(),
    userKnownHostsFiles: await knownHostsFiles("UserKnownHostsFile", finished, tokens),
    globalKnownHostsFiles: await knownHostsFiles("GlobalKnownHostsFile", finished, undefined),
    strictHostKeyChecking: strictness(settings.word("StrictHostKeyChecking")),
    hashKnownHosts: settings.word("HashKnownHosts") === "yes",
    serverAliveIntervalSeconds: numberOf(settings, "ServerAliveInterval"),
    serverAliveCountMax: numberOf(settings, "ServerAliveCountMax"),
    connectTimeoutSeconds: numberOf(settings, "ConnectTimeout"),
    kexAlgorithms: settings.word("KexAlgorithms"),
    ciphers: settings.word("Ciphers"),
    macs: settings.word("MACs"),
    hostKeyAlgorithms: settings.word("HostKeyAlgorithms"),
    preferredAuthentications: settings.word("PreferredAuthentications")?.split(","),
    pubkeyAuthentication: isOn("PubkeyAuthentication"),
    passwordAuthentication: isOn("PasswordAuthentication"),
    kbdInteractiveAuthentication: isOn("KbdInteractiveAuthentication"),
    numberOfPasswordPrompts: numberOf(settings, "NumberOfPasswordPrompts") ?? 3,
    addressFamily: family === "inet" || family === "inet6" ? family : "any",
    bindAddress: settings.word("BindAddress"),
  };
}

function tokensOf({ request, settings, originalHost, hostName }: FinishedSettings): Tokens {
  const { machine } = request;
  const lastHop = settings.words("ProxyJump")?.at(-1);
  const names = {
    host: hostName,
    originalHost,
    keyAlias: settings.word("HostKeyAlias")?.toLowerCase() ?? originalHost,
    port: numberOf(settings, "Port") ?? 22,
    user: machine.user,
    jumpHost: lastHop === undefined || lastHop === "none" ? "" : parseHop(lastHop).host,
  };
  const [user] = settings.all("User");
  return connectionTokens(
    {
      ...names,
      user: user ? userOf(user, userTokens(connectionTokens(names, machine)), request) : names.user,
    },
    machine,
  );
}

/** Tokens and variables in User are as of OpenSSH 10; for earlier ones a "%" was a character like any other. */
function userOf(setting: Setting, tokens: Tokens, { machine }: SshConfigRequest): string {
  const written = setting.words[0] ?? "";
  if (!setting.place) {
    return written;
  }
  let user = written;
  try {
    user = expandTokensAndVariables(written, tokens, machine.env);
  } catch {
    return written;
  }
  if (user !== written) {
    withPlace(setting, () => refuseOddNames({ host: "", user }));
  }
  return user;
}

function checkTogether({ settings }: FinishedSettings, tokens: Tokens): void {
  const [attempts] = settings.all("ConnectionAttempts");
  if (attempts?.words[0] === "0") {
    withPlace(attempts, () => {
      throw new SshConfigError("ConnectionAttempts cannot be 0");
    });
  }
  const [jump] = settings.all("ProxyJump");
  const last = jump?.words.at(-1);
  if (jump && last !== undefined && last !== "none") {
    const { host, port, user } = parseHop(last);
    if (host === tokens["h"] && String(port ?? 22) === tokens["p"] && (user ?? tokens["r"]) === tokens["r"]) {
      withPlace(jump, () => {
        throw new SshConfigError(`ProxyJump leads to ${host} by ${host} itself`);
      });
    }
  }
}

async function identityFiles(
  { request, settings }: FinishedSettings,
  tokens: Tokens,
): Promise<readonly string[] | undefined> {
  const configured = settings.all("IdentityFile");
  const named = configured.filter(({ words }) => words[0]?.toLowerCase() !== "none");
  const files = await Promise.all(
    named.map((setting) => expandPath(setting, setting.words[0] ?? "", tokens, request)),
  );
  return configured.length === 0 ? undefined : files.map((file) => absolute(file, request));
}

async function identityAgent(
  { request, settings }: FinishedSettings,
  tokens: Tokens,
): Promise<string | undefined> {
  const [setting] = settings.all("IdentityAgent");
  if (!setting) {
    return undefined;
  }
  const agent = await expandPath(setting, setting.words[0] ?? "", tokens, request);
  const { platform, env } = request.machine;
  if (platform === "win32" && agent.startsWith("\\.\\pipe\\")) {
    // Much advice for Windows has a pipe's two backslashes undoubled. Until 8.9, ssh took them as they stand:
    // github.com/PowerShell/Win32-OpenSSH/issues/1949.
    return `\\${agent}`;
  }
  return agent.startsWith("$") ? (env[agent.slice(1)] ?? "none") : agent;
}

/** `tokens`: undefined where only ~ is expanded. */
async function knownHostsFiles(
  name: string,
  { request, settings }: FinishedSettings,
  tokens: Tokens | undefined,
): Promise<readonly string[] | undefined> {
  const [setting] = settings.all(name);
  if (!setting) {
    return undefined;
  }
  const named = setting.words[0]?.toLowerCase() === "none" ? [] : setting.words;
  const files = await Promise.all(named.map((word) => expandPath(setting, word, tokens, request)));
  return files.map((file) => absolute(file, request));
}

async function expandPath(
  setting: Setting,
  path: string,
  tokens: Tokens | undefined,
  request: SshConfigRequest,
): Promise<string> {
  try {
    const below = await expandTilde(path, request);
    return tokens ? expandTokensAndVariables(below, tokens, request.machine.env) : below;
  } catch (error) {
    throw placed(setting, error);
  }
}

/** ssh takes a relative path as one of the folder it is started in, which for an editor could be any. */
function absolute(path: string, { machine }: SshConfigRequest): string {
  const paths = pathsOf(machine.platform);
  return paths.isAbsolute(path) ? path : paths.join(machine.home, path);
}

function proxyOf(settings: Settings, tokens: Tokens): SshProxy | undefined {
  const [setting] = [...settings.all("ProxyJump"), ...settings.all("ProxyCommand")];
  if (!setting) {
    return undefined;
  }
  if (setting.words[0]?.toLowerCase() === "none") {
    return { kind: "none" };
  }
  const expand = (text: string): string => withPlace(setting, () => expandTokens(text, proxyTokens(tokens)));
  if (setting.directive.name === "ProxyCommand") {
    return { kind: "command", command: expand(setting.words[0] ?? "") };
  }
  const hops = setting.words.map((word) => {
    const { host, user, port } = parseHop(word);
    return { host: expand(host), user: user === undefined ? undefined : expand(user), port };
  });
  return { kind: "jump", hops };
}

function strictness(word: string | undefined): SshOptions["strictHostKeyChecking"] {
  return word === "yes" || word === "true" ? "yes" : word === "accept-new" ? "accept-new" : "ask";
}

function numberOf(settings: Settings, name: string): number | undefined {
  const word = settings.word(name);
  return word === undefined ? undefined : Number(word);
}

function withPlace<T>(setting: Setting, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw placed(setting, error);
  }
}

function placed(setting: Setting, error: unknown): unknown {
  return error instanceof SshConfigError && error.file === undefined
    ? new SshConfigError(`${setting.directive.name}: ${error.what}`, setting.place)
    : error;
}
