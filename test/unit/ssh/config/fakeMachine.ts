import {
  readSshConfig,
  type SshConfigMachine,
  type SshConfigReading,
  type SshConfigRequest,
} from "../../../../src/ssh/config/readSshConfig.ts";

export const machine: SshConfigMachine = {
  platform: "linux",
  home: "/home/ada",
  user: "ada",
  uid: 1000,
  hostname: "desk.example.org",
  env: { SSH_AUTH_SOCK: "/run/agent", KEYS: "/mnt/keys" },
};

export const userFile = "/home/ada/.ssh/config";
export const systemFile = "/etc/ssh/ssh_config";

/** ada's machine as a Windows one. */
export const windows: SshConfigMachine = {
  ...machine,
  platform: "win32",
  home: "C:\\Users\\ada",
  env: { ProgramData: "C:\\ProgramData" },
};

/** What was read, and which commands `Match exec` ran. */
export interface Reading extends SshConfigReading {
  readonly ran: readonly string[];
}

/** Reads ssh_config for `destination` out of files that exist in memory alone: a text is the user's file. */
export async function read(
  files: string | Readonly<Record<string, string>>,
  destination = "web-1",
  more: Partial<SshConfigRequest> & { readonly exits?: (command: string) => number } = {},
): Promise<Reading> {
  const texts = new Map(Object.entries(typeof files === "string" ? { [userFile]: files } : files));
  const ran: string[] = [];
  const { exits = () => 0, ...request } = more;
  const reading = await readSshConfig({
    destination,
    machine,
    files: [userFile, systemFile],
    readText: (path) => Promise.resolve(texts.get(path)),
    glob: (pattern) => Promise.resolve([...texts.keys()].filter((path) => globMatches(pattern, path)).sort()),
    matchExec: (command) => {
      ran.push(command);
      return Promise.resolve(exits(command) === 0);
    },
    ...request,
  });
  return { ...reading, ran };
}

function globMatches(pattern: string, path: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]");
  return new RegExp(`^${source}$`).test(path);
}
