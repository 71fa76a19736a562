import { lstat, open, readdir } from "node:fs/promises";
import { SshConfigError } from "./sshConfigError.ts";

/** Whose files are trusted: those of this person and of root. */
export interface FileTrust {
  /** undefined: the platform has no user ids, and nothing is checked. */
  readonly uid: number | undefined;
  /** Files that may belong to anybody: the system's own, and one that the person has chosen. */
  readonly unchecked: readonly string[];
}

/**
 * A file's text for readSshConfig; undefined when there is none, "" for a folder. Throws SshConfigError for files that
 * others can write, as ssh does: what they write could run commands here.
 */
export async function readConfigText(path: string, trust: FileTrust): Promise<string | undefined> {
  try {
    // Opened once, so that the file that is read is the one that was looked at.
    await using file = await open(path, "r");
    const status = await file.stat();
    if (status.isDirectory()) {
      return "";
    }
    const isOwn = status.uid === 0 || status.uid === trust.uid;
    // A group that only its user is in has the user's number; Debian's and Red Hat's umask lets it write.
    const isOpen = (status.mode & 0o002) !== 0 || ((status.mode & 0o020) !== 0 && status.gid !== status.uid);
    if (trust.uid !== undefined && !trust.unchecked.includes(path) && (!isOwn || isOpen)) {
      throw new SshConfigError("it belongs to, or can be written by, somebody else", { file: path });
    }
    return await file.readFile("utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Existing paths that match an absolute pattern, sorted: *, ? and [...] stand for characters of one name, a backslash
 * (not on Windows) for the next character itself. Names that start with a dot are only matched by one.
 */
export async function globConfigFiles(
  pattern: string,
  platform: NodeJS.Platform,
): Promise<readonly string[]> {
  const isWindows = platform === "win32";
  const [root = ""] = (isWindows ? /^(?:[A-Za-z]:)?[\\/]+/ : /^\/+/).exec(pattern) ?? [];
  const names = pattern.slice(root.length).split(isWindows ? /[\\/]+/ : /\/+/);
  let found: readonly string[] = [root];
  for (const [index, name] of names.entries()) {
    const below = await Promise.all(found.map((folder) => matchesIn(folder, name, isWindows)));
    const isLast = index === names.length - 1;
    found = below.flat().map((path) => (isLast ? path : `${path}/`));
  }
  return found.toSorted();
}

async function matchesIn(folder: string, name: string, isWindows: boolean): Promise<readonly string[]> {
  const literal = isWindows ? name : name.replace(/\\(.)/gs, "$1");
  if (!/[*?[]/.test(isWindows ? name : name.replace(/\\./gs, ""))) {
    return (await exists(folder + literal)) ? [folder + literal] : [];
  }
  const expression = nameExpression(name, isWindows);
  const entries = await readdir(folder).catch(() => []);
  return entries.filter((entry) => expression.test(entry)).map((entry) => folder + entry);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** What matches a name with stars; [...] that is none, such as [z-a], matches nothing. */
function nameExpression(name: string, isWindows: boolean): RegExp {
  const parts = name.match(isWindows ? /\[!?\]?[^\]]*\]|[^]/g : /\[!?\]?[^\]]*\]|\\.|[^]/g) ?? [];
  const source = parts.map((part) => {
    if (part === "*") {
      return "[^]*";
    } else if (part === "?") {
      return "[^]";
    } else if (part.length > 2 && part.startsWith("[")) {
      const isNegated = part.startsWith("[!");
      return `[${isNegated ? "^" : ""}${part.slice(isNegated ? 2 : 1, -1).replace(/[\\\]^[]/g, "\\$&")}]`;
    }
    return part.slice(-1).replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  });
  const hidden = name.startsWith(".") ? "" : "(?!\\.)";
  try {
    return new RegExp(`^${hidden}${source.join("")}$`, isWindows ? "i" : "");
  } catch {
    return /(?!)/;
  }
}
