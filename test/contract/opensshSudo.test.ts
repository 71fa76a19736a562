import assert from "node:assert/strict";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Cancelled } from "../../src/core/errors.ts";
import { Secret } from "../../src/core/shell/secret.ts";
import { createCollector } from "./support/collector.ts";
import { addPamService, addSudoers } from "./support/dropIn.ts";
import { lookAlikeProfile, stolen } from "./support/loginShell.ts";
import { describeOnOpenssh } from "./support/onOpenssh.ts";
import { careful, nobody } from "./support/opensshClient.ts";
import { processesThatShow } from "./support/processes.ts";
import { answersWith, becomesRoot } from "./support/rootScript.ts";

const { name, password } = careful;

describeOnOpenssh("OpenSSH sudo's password", ({ sshd, folder, client }) => {
  /** Runs `test` for each of the options of sudoers. */
  async function underEach(
    options: readonly string[],
    test: (option: string) => Promise<void>,
  ): Promise<void> {
    for (const option of options) {
      const sudoers = await addSudoers(name, [`Defaults:${name} ${option}`]);
      try {
        await test(option);
      } finally {
        await sudoers.remove();
      }
    }
  }

  /** Runs `test` with a PAM service of the test's own. */
  async function withPam(auth: string, test: (service: string) => Promise<void>): Promise<void> {
    const service = "kubeadm-t-sudo";
    const rules = [auth, "account required pam_permit.so", "session required pam_permit.so"];
    const pam = await addPamService(service, rules);
    try {
      await test(service);
    } finally {
      await pam.remove();
    }
  }

  // The machine's own PAM makes a pause of seconds after each wrong password.
  const withQuickPam = (test: (service: string) => Promise<void>): Promise<void> =>
    withPam("auth required pam_unix.so nodelay", test);

  it("is the user's own, asked for by sudo, once an exec", async () => {
    const { asked, prompts } = answersWith(() => password);
    const { session, activities } = client({ user: name }, prompts);
    await becomesRoot(session);
    const question = { host: "cp-1", user: name, of: name, by: "sudo", attempt: 1 };
    assert.deepEqual(asked, [question]);
    await becomesRoot(session);
    assert.deepEqual(asked, [question, question]);
    assert.deepEqual(activities, ["connection", "exec", "exec"]);
  });

  it("is root's where sudoers says so", async () => {
    // Not by changing the machine's root: a program decides what the password of whom is.
    const check = join(sshd().folder, "check-password");
    await writeFile(`${check}-root`, "root's own");
    await writeFile(check, `#!/bin/sh\ntest "$(tr -d '\\000')" = "$(cat "$0-$PAM_USER")"\n`, {
      mode: 0o755,
    });
    await withPam(`auth required pam_exec.so quiet expose_authtok ${check}`, (service) =>
      underEach(
        ["rootpw", "targetpw", "runaspw", "rootpw,requiretty"].map(
          (option) => `pam_service=${service},${option}`,
        ),
        async (option) => {
          const { asked, prompts } = answersWith(() => "root's own");
          await becomesRoot(client({ user: name }, prompts).session);
          const whose = asked.map(({ user, of }) => ({ user, of }));
          assert.deepEqual(whose, [{ user: name, of: "root" }], option);
        },
      ),
    );
  });

  it("may be wrong at first, however many tries a start of sudo allows", () =>
    withQuickPam(async (service) => {
      const execs: number[] = [];
      await underEach(
        ["passwd_tries=1", "passwd_tries=2,insults", "passwd_tries=5", "passwd_tries=1,requiretty"].map(
          (option) => `pam_service=${service},${option}`,
        ),
        async (option) => {
          const { asked, prompts } = answersWith(({ attempt }) => (attempt < 3 ? "wrong" : password));
          const { session, activities } = client({ user: name }, prompts);
          await becomesRoot(session);
          const attempts = asked.map(({ attempt }) => attempt);
          assert.deepEqual(attempts, [1, 2, 3], option);
          execs.push(activities.filter((kind) => kind === "exec").length);
        },
      );
      assert.deepEqual(execs, [3, 2, 1, 4]);
    }));

  it("is given up after three wrong ones", () =>
    withQuickPam((service) =>
      underEach(
        ["passwd_tries=3", "passwd_tries=1", "passwd_tries=5", "passwd_tries=1,requiretty"].map(
          (option) => `pam_service=${service},${option}`,
        ),
        async (option) => {
          const { asked, prompts } = answersWith(() => "wrong");
          await assert.rejects(client({ user: name }, prompts).session.run("true"), {
            code: "sudo-password",
            host: "cp-1",
            message: new RegExp(`sudo refused the password of ${name}`),
          });
          assert.equal(asked.length, 3, option);
        },
      ),
    ));

  it("may be wrong at first with the machine's own PAM", async () => {
    const { asked, prompts } = answersWith(({ attempt }) => (attempt === 1 ? "wrong" : password));
    await becomesRoot(client({ user: name }, prompts).session);
    assert.equal(asked.length, 2);
  });

  it("may not be given", () =>
    underEach(["!requiretty", "requiretty"], async () => {
      const { prompts } = answersWith(() => undefined);
      await assert.rejects(client({ user: name }, prompts).session.run("true"), {
        code: "sudo-password",
        message: /no password was given to sudo/,
      });
    }));

  it("does not help a user who may not become root", async () => {
    const { prompts } = answersWith(() => nobody.password);
    await assert.rejects(client({ user: nobody.name }, prompts).session.run("true"), {
      code: "sudo-refused",
      message: /kubeadm-t-none may not become root: kubeadm-t-none is not in the sudoers file/,
    });
  });

  it("is asked for anew, as if for the first time, when sudo has forgotten it", () =>
    underEach(["timestamp_type=global"], async () => {
      const memory = join("/run/sudo/ts", name);
      await rm(memory, { force: true });
      const { asked, prompts } = answersWith(() => password);
      const { session } = client({ user: name }, prompts);
      await becomesRoot(session);
      await becomesRoot(session);
      assert.equal(asked.length, 1);
      await rm(memory);
      await becomesRoot(session);
      await rm(memory);
      const attempts = asked.map(({ attempt }) => attempt);
      assert.deepEqual(attempts, [1, 1]);
    }));

  it("is asked for one at a time when scripts start together", async () => {
    let asking = 0;
    const { session } = client(
      { user: name },
      {
        sudoPassword: async () => {
          assert.equal(++asking, 1);
          await Promise.resolve();
          asking--;
          return new Secret(password);
        },
      },
    );
    await Promise.all(Array.from({ length: 6 }, () => session.run("true")));
  });

  it("leaves nothing behind when it is cancelled while it is asked for, and is asked for again", () =>
    underEach(["!requiretty", "requiretty"], async () => {
      const abort = new AbortController();
      const { session, prompts } = client(
        { user: name },
        {
          sudoPassword: () => {
            if (abort.signal.aborted) {
              return Promise.resolve(new Secret(password));
            }
            abort.abort();
            return new Promise(() => undefined);
          },
        },
      );
      await assert.rejects(session.run("true", { signal: abort.signal }), Cancelled);
      await session.run("true");
      assert.deepEqual(prompts.asked.slice(1), ["sudoPassword 1", "sudoPassword 1"]);
      assert.deepEqual(processesThatShow(`SUDO_USER=${name}`), []);
    }));

  it("is shown to no process, in no output and in no record of sudo's", async () => {
    const records = join(folder(), "io");
    await mkdir(records);
    const recording = `log_input,log_output,!compress_io,iolog_dir=${records},logfile=${records}/log`;
    await underEach([`!requiretty,${recording}`, `requiretty,${recording}`], async () => {
      const { session } = client({ user: name });
      const output = createCollector();
      const seen: number[] = [];
      await session.run("ps -ef; cat /proc/$$/environ; echo done", {
        onOutput: (chunk) => {
          output.onOutput(chunk);
          seen.push(...processesThatShow(password));
        },
      });
      assert.match(output.text(), /done/);
      assert.ok(!output.text().includes(password));
      assert.deepEqual(seen, []);
    });
    const entries = await readdir(records, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name))));
    assert.ok(texts.some((text) => text.includes("environ; echo done")));
    assert.deepEqual(
      files.filter((_, index) => texts[index]?.includes(password)),
      [],
    );
  });

  it("is not given to a login profile that asks in sudo's words", async () => {
    const profile = await lookAlikeProfile(name);
    await underEach(["!requiretty", "requiretty"], async () => {
      const { asked, prompts } = answersWith(() => password);
      await becomesRoot(client({ user: name }, prompts).session);
      assert.equal(asked.length, 1);
      assert.equal(await stolen(name), "nothing");
    });
    await profile.remove();
  });
});
