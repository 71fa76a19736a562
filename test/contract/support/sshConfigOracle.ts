import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { globConfigFiles, readConfigText } from "../../../src/ssh/config/localFiles.ts";
import { readSshConfig } from "../../../src/ssh/config/readSshConfig.ts";
import { SshConfigError } from "../../../src/ssh/config/sshConfigError.ts";
import type { SshOptions } from "../../../src/ssh/config/sshOptions.ts";
import { sshOptionsOf, type DumpedConfig } from "./dumpedSshConfig.ts";
import type { ConfigFile } from "./sshConfigText.ts";

/** What ssh and the reader are asked. */
export interface Question {
  readonly file: string;
  readonly destination: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
}

/** ssh itself, and the reader of ssh_config beside it, in a folder of their own. */
export interface SshConfigOracle {
  /** Put in place of the person's ~/.ssh where ssh looks for includes. */
  readonly sshFolder: string;
  /** Asks both. Throws AssertionError with `text` when they do not agree. */
  agree(question: Question, text?: string): Promise<"read" | "refused">;
  /** What is read here, or why it is refused. */
  ours(question: Question): Promise<SshOptions | SshConfigError>;
  /** What ssh shows of a connection: the keys it looks for, and its ProxyCommand, which is not run. */
  connect(
    question: Question,
  ): Promise<{ readonly files: readonly string[]; readonly command: string | undefined }>;
  /** Writes a file with its includes, each named in another way, and gives its path. */
  write(config: ConfigFile): string;
  dispose(): void;
}

/** Why `ssh` cannot be asked on this machine; undefined when it can. */
export function whyNoOracle(): string | undefined {
  if (process.platform === "win32") {
    return "Windows has no /bin/sh for Match exec";
  }
  const { status, stderr } = spawnSync("ssh", ["-V"], { encoding: "utf8" });
  const [, major, minor] = /OpenSSH_(\d+)\.(\d+)/.exec(stderr) ?? [];
  return status === 0 && Number(major) * 100 + Number(minor) >= 807
    ? undefined
    : "there is no ssh of OpenSSH 8.7 or later, which splits arguments as is done here";
}

export function createOracle(): SshConfigOracle {
  const { username: user, uid, homedir: home } = userInfo();
  const folder = mkdtempSync(join(tmpdir(), "ssh-config-"));
  const sshFolder = join(folder, "home", ".ssh");
  mkdirSync(sshFolder, { recursive: true, mode: 0o700 });
  const env = {
    PATH: process.env["PATH"],
    SHELL: "/bin/sh",
    HOME: join(folder, "home"),
    KEYS: "/mnt/keys",
    LC_ALL: "C",
  };
  const standard = spawnSync("ssh", ["-G", "-F", "none", "web-1"], { env, encoding: "utf8" }).stdout;
  const around = { user, uid, home, hostname: hostname(), env, standard };

  function argumentsOf({ file, destination, user: login, port }: Question): string[] {
    return [
      ...["-F", file],
      ...(login === undefined ? [] : ["-l", login]),
      ...(port === undefined ? [] : ["-p", String(port)]),
      destination,
    ];
  }

  function dump(question: Question): Promise<DumpedConfig | undefined> {
    const { destination } = question;
    return new Promise((resolve) => {
      execFile("ssh", ["-G", ...argumentsOf(question)], { env, cwd: folder }, (error, stdout) =>
        resolve(error ? undefined : sshOptionsOf(stdout, { ...around, destination })),
      );
    });
  }

  async function ours(question: Question): Promise<SshOptions | SshConfigError> {
    const trust = { uid, unchecked: [question.file] };
    try {
      const { options } = await readSshConfig({
        ...question,
        machine: { platform: process.platform, home, user, uid, hostname: hostname(), env },
        files: [question.file],
        readText: (path) => readConfigText(path, trust),
        // ssh takes $HOME for includes, and the home folder of the user's entry in passwd for everything else.
        glob: (pattern) =>
          globConfigFiles(
            pattern.replace(`${home}/`, () => `${folder}/home/`),
            process.platform,
          ),
        matchExec: (command) =>
          new Promise((resolve) => {
            execFile("/bin/sh", ["-c", command], { env }, (error) => resolve(!error));
          }),
      });
      return options;
    } catch (error) {
      if (error instanceof SshConfigError) {
        return error;
      }
      throw error;
    }
  }

  async function agree(question: Question, text = JSON.stringify(question)): Promise<"read" | "refused"> {
    const [theirs, mine] = await Promise.all([dump(question), ours(question)]);
    if (mine instanceof SshConfigError) {
      assert.equal(theirs, undefined, `ssh reads it, and here: ${mine.message}\n${text}`);
      return "refused";
    }
    assert.ok(theirs, `ssh refuses it, and here it is read\n${text}`);
    assert.deepEqual(theirs.comparable(mine), theirs.values, text);
    return "read";
  }

  function connect(question: Question): ReturnType<SshConfigOracle["connect"]> {
    return new Promise((resolve) => {
      const args = ["-v", "-o", "BatchMode=yes", ...argumentsOf(question), "true"];
      // The shell that is to run the command does nothing and closes the connection.
      execFile("ssh", args, { env: { ...env, SHELL: "/bin/true" }, cwd: home }, (_error, _stdout, stderr) =>
        resolve({
          files: [...stderr.matchAll(/^debug1: identity file (.*) type -?\d+\r?$/gm)]
            .map(([, path = ""]) => path)
            .filter((path) => !path.endsWith("-cert")),
          command: /^debug1: Executing proxy command: exec (.*?)\r?$/m.exec(stderr)?.[1],
        }),
      );
    });
  }

  function write(config: ConfigFile): string {
    let count = 0;
    const put = ({ text, includes }: ConfigFile): string => {
      const name = `file${(count += 1)}`;
      const inner = includes.map(put);
      const named = text.replace(/\{(\d)\}/g, (_, index: string) => {
        const file = inner[Number(index)] ?? "";
        const ways = [`${sshFolder}/${file}`, file, `~/.ssh/${file}`, `${folder}/home/.s?h/${file}`];
        return ways[Number(file.slice(4)) % ways.length] ?? file;
      });
      writeFileSync(join(sshFolder, name), named);
      return name;
    };
    return join(sshFolder, put(config));
  }

  return {
    sshFolder,
    agree,
    ours,
    connect,
    write,
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
