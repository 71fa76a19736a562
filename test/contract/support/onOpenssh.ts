import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SshPrompts } from "../../../src/core/run/sshPrompts.ts";
import type { SshSession } from "../../../src/ssh/sshSession.ts";
import type { SshTarget } from "../../../src/ssh/target.ts";
import { createOpensshClient, users, type OpensshClient } from "./opensshClient.ts";
import { startPrivateSshd, whyNoSshd, type PrivateSshd, type ThrowAwayUser } from "./privateSshd.ts";

/** What the tests of a suite on OpenSSH share. */
export interface OnOpenssh {
  /** The suite's server. */
  readonly sshd: () => PrivateSshd;
  /** An empty folder of the test's own. */
  readonly folder: () => string;
  /** A known_hosts path of the test's own; neither it nor its folder exists. */
  readonly knownHosts: () => string;
  /** A session with the server, closed after the test. */
  readonly client: (changes?: Partial<SshTarget>, answers?: Partial<SshPrompts>) => OpensshClient;
}

/** How a suite's server differs from what others have. */
export interface OpensshOptions {
  /** Instead of the users that others have. */
  readonly users?: readonly ThrowAwayUser[];
  /** Runs before the server starts; gives further lines of its sshd_config. */
  readonly settings?: () => Promise<readonly string[]>;
}

/** A suite on a private OpenSSH server; skipped, with the reason, where none can run. */
export function describeOnOpenssh(
  title: string,
  body: (suite: OnOpenssh) => void,
  options: OpensshOptions = {},
): void {
  const whySkipped = whyNoSshd();
  describe(`${title}${whySkipped === undefined ? "" : ` (skipped: ${whySkipped})`}`, function () {
    this.timeout(30_000);
    let sshd: PrivateSshd;
    let folder: string;
    const sessions: SshSession[] = [];

    before(async function () {
      if (whySkipped !== undefined) {
        this.skip();
      }
      sshd = await startPrivateSshd(options.users ?? users, await options.settings?.());
    });
    after(() => sshd?.stop());
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "known-hosts-"));
    });
    afterEach(async () => {
      await Promise.all(sessions.splice(0).map((session) => session.close()));
      await rm(folder, { recursive: true });
    });

    body({
      sshd: () => sshd,
      folder: () => folder,
      knownHosts: () => join(folder, "ssh", "known_hosts"),
      client: (changes = {}, answers = {}) => {
        const created = createOpensshClient(sshd, changes, answers);
        sessions.push(created.session);
        return created;
      },
    });
  });
}
