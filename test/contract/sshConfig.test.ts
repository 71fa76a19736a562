import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { globConfigFiles, readConfigText } from "../../src/ssh/config/localFiles.ts";
import { readSshConfig } from "../../src/ssh/config/readSshConfig.ts";
import { SshConfigError } from "../../src/ssh/config/sshConfigError.ts";
import type { SshOptions } from "../../src/ssh/config/sshOptions.ts";
import { sshOptionsOf, type DumpedConfig } from "./support/dumpedSshConfig.ts";
import { configFiles, destinations, singleLines, type ConfigFile } from "./support/sshConfigText.ts";

/** What both sides are asked. */
interface Question {
  readonly file: string;
  readonly destination: string;
  readonly user?: string;
  readonly port?: number;
}

const { username: user, uid, homedir: home } = userInfo();
const runs = process.env["KUBEADM_TEST_FULL"] ? 6000 : 300;

function whyNot(): string | undefined {
  if (process.platform === "win32") {
    return "Windows has no /bin/sh for Match exec";
  }
  const { status, stderr } = spawnSync("ssh", ["-V"], { encoding: "utf8" });
  const [, major, minor] = /OpenSSH_(\d+)\.(\d+)/.exec(stderr) ?? [];
  return status === 0 && Number(major) * 100 + Number(minor) >= 807
    ? undefined
    : "there is no ssh of OpenSSH 8.7 or later, which splits arguments as is done here";
}

describe("ssh_config as ssh reads it", function () {
  this.timeout(3_600_000);
  let folder = "";
  let env: NodeJS.ProcessEnv = {};
  let standard = "";

  before(function () {
    const why = whyNot();
    if (why !== undefined) {
      console.log(`    skipped: ${why}`);
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "ssh-config-"));
    mkdirSync(join(folder, "home", ".ssh"), { recursive: true, mode: 0o700 });
    env = {
      PATH: process.env["PATH"],
      SHELL: "/bin/sh",
      HOME: join(folder, "home"),
      KEYS: "/mnt/keys",
      LC_ALL: "C",
    };
    standard = spawnSync("ssh", ["-G", "-F", "none", "web-1"], { env, encoding: "utf8" }).stdout;
  });

  after(() => {
    if (folder !== "") {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  /** What `ssh -G` prints; undefined when it refuses. */
  function dump({ file, destination, user: login, port }: Question): Promise<DumpedConfig | undefined> {
    const args = [
      ...["-G", "-F", file],
      ...(login === undefined ? [] : ["-l", login]),
      ...(port === undefined ? [] : ["-p", String(port)]),
      destination,
    ];
    return new Promise((resolve) => {
      execFile("ssh", args, { env, cwd: folder }, (error, stdout) =>
        resolve(
          error
            ? undefined
            : sshOptionsOf(stdout, { user, uid, home, hostname: hostname(), destination, env, standard }),
        ),
      );
    });
  }

  /** What is read here; undefined when it is refused. */
  async function ours(question: Question): Promise<SshOptions | SshConfigError> {
    const trust = { uid, unchecked: [question.file] };
    try {
      const { options } = await readSshConfig({
        destination: question.destination,
        user: question.user,
        port: question.port,
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

  async function agree(question: Question, text: string): Promise<"read" | "refused"> {
    const [theirs, mine] = await Promise.all([dump(question), ours(question)]);
    if (theirs === undefined || mine instanceof SshConfigError) {
      const said = mine instanceof SshConfigError ? mine.message : "read";
      assert.ok(
        theirs === undefined && mine instanceof SshConfigError,
        `ssh ${theirs ? "reads" : "refuses"}, here: ${said}\n${text}`,
      );
      return "refused";
    }
    assert.deepEqual(theirs.comparable(mine), theirs.values, text);
    return "read";
  }

  /** Writes a file with its includes, each named in another way, and gives its path. */
  function write(config: ConfigFile): string {
    let count = 0;
    const put = ({ text, includes }: ConfigFile): string => {
      const name = `file${(count += 1)}`;
      const path = join(folder, "home", ".ssh", name);
      const inner = includes.map(put);
      const named = text.replace(/\{(\d)\}/g, (_, index: string) => {
        const included = inner[Number(index)] ?? "";
        return [
          `${folder}/home/.ssh/${included}`,
          included,
          `~/.ssh/${included}`,
          `${folder}/home/.s?h/${included}*`,
        ][included.length % 2 === 0 ? 3 : Number(included.slice(4)) % 4] as string;
      });
      writeFileSync(path, named);
      return name;
    };
    return join(folder, "home", ".ssh", put(config));
  }

  it(`agrees with ssh -G on ${runs} generated configurations, and on what is none`, async () => {
    const outcomes = { read: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(
        configFiles,
        fc.uniqueArray(destinations, { minLength: 2, maxLength: 2 }),
        fc.option(fc.constantFrom("root", "eve"), { nil: undefined, freq: 3 }),
        fc.option(fc.constantFrom(22, 2022), { nil: undefined, freq: 3 }),
        async (config, [first = "", second = ""], login, port) => {
          const file = write(config);
          const asked = {
            file,
            ...(login === undefined ? {} : { user: login }),
            ...(port === undefined ? {} : { port }),
          };
          const text = JSON.stringify(config);
          outcomes[await agree({ ...asked, destination: first }, text)] += 1;
          outcomes[await agree({ file, destination: second }, text)] += 1;
        },
      ),
      { numRuns: runs },
    );
    console.log(`      ${outcomes.read} read, ${outcomes.refused} refused`);
    assert.ok(outcomes.read > runs && outcomes.refused > 0, JSON.stringify(outcomes));
  });

  it(`agrees with ssh -G on ${runs} lines by themselves`, async () => {
    const file = join(folder, "line");
    await fc.assert(
      fc.asyncProperty(singleLines, async (line) => {
        writeFileSync(file, `${line}\n`);
        await agree({ file, destination: "web-1" }, line);
      }),
      { numRuns: runs },
    );
  });
});
