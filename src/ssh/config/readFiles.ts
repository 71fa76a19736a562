import { connectionTokens } from "./connectionTokens.ts";
import { expandTilde, pathsOf } from "./configPaths.ts";
import { directiveOf, type Directive } from "./directives.ts";
import { judgeMatch } from "./matchLine.ts";
import { matchesPattern } from "../patterns.ts";
import { matchesList } from "./patterns.ts";
import { parseHop } from "./jump.ts";
import type { SshConfigRequest } from "./readSshConfig.ts";
import { mostIdentityFiles, type Settings } from "./settings.ts";
import { splitArguments, splitKeyword, type DirectiveLine } from "./splitLine.ts";
import { SshConfigError } from "./sshConfigError.ts";
import { expandTokens, expandTokensAndVariables } from "./tokens.ts";

const deepestInclude = 16;

/** One reading of the files. */
export interface Pass {
  readonly request: SshConfigRequest;
  /** The destination without user and port. */
  readonly originalHost: string;
  /** What Host patterns are compared with: the destination, or in the second pass where it leads. */
  readonly host: string;
  readonly isFinal: boolean;
  /** Extended while reading. */
  readonly settings: Settings;
}

interface FileScope {
  readonly file: string;
  readonly depth: number;
  readonly isUsers: boolean;
  /** Included from a block that does not apply, so that nothing of it applies. */
  readonly neverApplies: boolean;
  /** Where relative includes are. */
  readonly folder: string;
}

interface ReadResult {
  readonly wantsFinalPass: boolean;
}

/** Reads the files of the request. Throws SshConfigError where ssh would refuse them. */
export async function readFiles(pass: Pass): Promise<ReadResult> {
  const { files, machine } = pass.request;
  const paths = pathsOf(machine.platform);
  let wantsFinalPass = false;
  for (const [index, file] of files.entries()) {
    const isUsers = index === 0;
    const folder = isUsers ? paths.join(machine.home, ".ssh") : paths.dirname(file);
    const text = await pass.request.readText(file);
    if (text === undefined && files.length === 1) {
      throw new SshConfigError("there is no such file", { file });
    }
    const scope = { file, depth: 0, isUsers, neverApplies: false, folder };
    const result = await readText(pass, scope, text ?? "", true);
    wantsFinalPass ||= result.wantsFinalPass;
  }
  return { wantsFinalPass };
}

async function readText(pass: Pass, scope: FileScope, text: string, applies: boolean): Promise<ReadResult> {
  let isActive = applies;
  let wantsFinalPass = false;
  for (const [index, line] of text.split("\n").entries()) {
    const place = { file: scope.file, line: index + 1 };
    try {
      const said = splitKeyword(line);
      const result = said && (await readLine(pass, scope, said, place, isActive));
      isActive = result?.isActive ?? isActive;
      wantsFinalPass ||= result?.wantsFinalPass ?? false;
    } catch (error) {
      throw error instanceof SshConfigError && error.file === undefined
        ? new SshConfigError(error.what, place)
        : error;
    }
  }
  return { wantsFinalPass };
}

/** What a line changes for those after it. */
interface LineResult {
  readonly isActive?: boolean;
  readonly wantsFinalPass?: boolean;
}

async function readLine(
  pass: Pass,
  scope: FileScope,
  { keyword, rest }: DirectiveLine,
  place: { readonly file: string; readonly line: number },
  isActive: boolean,
): Promise<LineResult> {
  const { machine } = pass.request;
  if (rest === "") {
    throw new SshConfigError(`${keyword} has no argument`);
  }
  const directive = directiveOf(keyword, machine.platform);
  const words = splitArguments(rest);
  if (!directive && !matchesList(keyword, (pass.settings.word("IgnoreUnknown") ?? "").toLowerCase())) {
    throw new SshConfigError(`there is no directive ${keyword}`);
  }
  if (!words) {
    throw new SshConfigError("a quotation does not end");
  }
  if (!directive) {
    return {};
  }
  switch (directive.name) {
    case "Host":
      return { isActive: isHostOf(pass.host, words, scope) };
    case "Match": {
      const verdict = await judgeMatch(words, matchSubject(pass, scope));
      return { isActive: verdict.isMatch && !scope.neverApplies, wantsFinalPass: verdict.wantsFinalPass };
    }
    case "Include":
      return readIncludes(pass, scope, words, isActive);
    default: {
      const value = readValue(directive, words, rest, pass);
      if (isActive && value !== undefined) {
        apply(pass.settings, { directive, words: value, place, isUsers: scope.isUsers });
      }
      return {};
    }
  }
}

function readValue(
  directive: Directive,
  words: readonly string[],
  rest: string,
  { request }: Pass,
): readonly string[] | undefined {
  try {
    return directive.read({ words, rest, env: request.machine.env });
  } catch (error) {
    throw error instanceof SshConfigError ? new SshConfigError(`${directive.name}: ${error.what}`) : error;
  }
}

function apply(settings: Settings, setting: Parameters<Settings["add"]>[0]): void {
  if (setting.directive.name === "RefuseConnection") {
    throw new SshConfigError(`RefuseConnection: ${setting.words.join(" ")}`);
  }
  settings.add(setting);
  if (settings.all("IdentityFile").length > mostIdentityFiles) {
    throw new SshConfigError(`there are more than ${mostIdentityFiles} identity files`);
  }
}

function isHostOf(host: string, words: readonly string[], scope: FileScope): boolean {
  let isMatch = false;
  for (const word of words) {
    if (word === "") {
      throw new SshConfigError("Host: an argument is empty");
    }
    if (scope.neverApplies) {
      return false;
    }
    const isNegated = word.startsWith("!");
    if (matchesPattern(isNegated ? word.slice(1) : word, host)) {
      if (isNegated) {
        return false;
      }
      isMatch = true;
    }
  }
  return isMatch;
}

async function readIncludes(
  pass: Pass,
  scope: FileScope,
  words: readonly string[],
  isActive: boolean,
): Promise<LineResult> {
  const { request } = pass;
  let wantsFinalPass = false;
  for (const word of words) {
    if (word === "") {
      throw new SshConfigError("Include: an argument is empty");
    }
    const pattern = await includePattern(pass, scope, word);
    for (const file of pattern === undefined ? [] : await request.glob(pattern)) {
      if (scope.depth >= deepestInclude) {
        throw new SshConfigError(`files include each other more than ${deepestInclude} deep`);
      }
      const inner = { ...scope, file, depth: scope.depth + 1, neverApplies: !isActive };
      const result = await readText(pass, inner, (await request.readText(file)) ?? "", isActive);
      wantsFinalPass ||= result.wantsFinalPass;
    }
  }
  return { wantsFinalPass };
}

/** The absolute pattern of an Include; undefined when it names a variable that is not set. */
async function includePattern(pass: Pass, scope: FileScope, word: string): Promise<string | undefined> {
  const { request } = pass;
  const { platform, env } = request.machine;
  const variables = [...word.matchAll(/\$\{([^}]+)\}/g)].map(([, name = ""]) => env[name]);
  if (variables.includes(undefined)) {
    return undefined;
  }
  const pattern = expandTokensAndVariables(word, tokensSoFar(pass), env);
  if (pattern.startsWith("~") && !scope.isUsers) {
    throw new SshConfigError(`Include: the system's configuration cannot name ${pattern}`);
  }
  const paths = pathsOf(platform);
  const expanded = await expandTilde(pattern, request);
  return paths.isAbsolute(expanded) ? expanded : paths.join(scope.folder, expanded);
}

function matchSubject(pass: Pass, scope: FileScope): Parameters<typeof judgeMatch>[1] {
  const { request, settings } = pass;
  const tokens = tokensSoFar(pass);
  return {
    host: tokens["h"] ?? "",
    originalHost: pass.originalHost,
    user: tokens["r"] ?? "",
    localUser: request.machine.user,
    tag: settings.word("Tag") ?? "",
    isFinal: pass.isFinal,
    sessionType: { none: "none", subsystem: "subsystem" }[settings.word("SessionType") ?? ""] ?? "shell",
    localAddresses: request.machine.localAddresses ?? [],
    expand: (command) => expandTokens(command, tokens),
    // What a block says that cannot apply does not matter: no command is run for it.
    run: (command) => (scope.neverApplies ? Promise.resolve(false) : request.matchExec(command)),
  };
}

/** Tokens by what has been read up to now; what is missing has its default. */
function tokensSoFar({ request, settings, originalHost, isFinal }: Pass): Record<string, string> {
  const hostName = settings.word("Hostname");
  const host =
    hostName === undefined ? originalHost : isFinal ? hostName : expandTokens(hostName, { h: originalHost });
  const jump = settings.words("ProxyJump")?.at(-1);
  return {
    ...connectionTokens(
      {
        host,
        originalHost,
        keyAlias: settings.word("HostKeyAlias") ?? host,
        port: Number(settings.word("Port") ?? 22),
        user: settings.word("User") ?? request.machine.user,
        jumpHost: jump === undefined || jump === "none" ? "" : parseHop(jump).host,
      },
      request.machine,
    ),
  };
}
