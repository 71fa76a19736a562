import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hostSessionContract } from "./hostSession.contract.ts";
import { createCollector } from "./support/collector.ts";
import { addSudoers, type DropIn } from "./support/dropIn.ts";
import { loginShells, setShell } from "./support/loginShell.ts";
import { describeOnOpenssh } from "./support/onOpenssh.ts";
import { careful, createOpensshClient, nobody, users } from "./support/opensshClient.ts";
import { breakConnections, startPrivateSshd, whyNoSshd } from "./support/privateSshd.ts";
import { answersWith, becomesRoot } from "./support/rootScript.ts";

const { name } = careful;

hostSessionContract(
  "OpenSSH, sudo in a terminal",
  async () => {
    const sshd = await startPrivateSshd(users);
    const sudoers = await addSudoers(name, [`Defaults:${name} requiretty`]);
    const { session } = createOpensshClient(sshd, { user: name });
    return {
      session,
      breakLink: () => breakConnections(sshd),
      stop: async () => {
        await session.close();
        await sudoers.remove();
        await sshd.stop();
      },
    };
  },
  whyNoSshd(),
);

const records = "/tmp/kubeadm-t-io";

/** What may stand behind "Defaults" in sudoers. */
const options = [
  "use_pty",
  "!use_pty",
  "requiretty,use_pty",
  "requiretty,!use_pty",
  "lecture=always",
  "requiretty,lecture=always",
  "insults",
  "pwfeedback",
  "requiretty,pwfeedback",
  "!visiblepw",
  "timestamp_timeout=0",
  "env_reset,secure_path=/usr/bin",
  "!env_reset,!secure_path",
  'passprompt="Kennwort von %%p: ",passprompt_override',
  `log_output,iolog_dir=${records}`,
  `requiretty,log_output,iolog_dir=${records}`,
];

describeOnOpenssh(
  "OpenSSH sudo",
  ({ folder, client }) => {
    let rules: DropIn | undefined;

    afterEach(async () => {
      await rules?.remove();
      rules = undefined;
      await rm(records, { recursive: true, force: true });
    });

    async function sudoers(...lines: readonly string[]): Promise<void> {
      rules = await addSudoers(name, lines);
    }

    for (const option of options) {
      it(`works with Defaults ${option}`, async () => {
        await sudoers(`Defaults:${name} ${option}`);
        await becomesRoot(client({ user: name }).session);
      });
    }

    it("costs one exec more for the first script when it wants a terminal, and none for later ones", async () => {
      await sudoers(`Defaults:${name} requiretty`);
      const { session, activities, prompts } = client({ user: name });
      await becomesRoot(session);
      assert.deepEqual(activities, ["connection", "exec", "exec"]);
      await becomesRoot(session);
      assert.deepEqual(activities, ["connection", "exec", "exec", "exec"]);
      assert.deepEqual(prompts.asked.slice(1), ["sudoPassword 1", "sudoPassword 1"]);
    });

    it("is told to want a terminal when the host gives none", async () => {
      await sudoers(`Defaults:${nobody.name} requiretty`, `${nobody.name} ALL=(ALL) NOPASSWD: ALL`);
      const { session, activities } = client({ user: nobody.name });
      await assert.rejects(session.run("true"), {
        code: "sudo-refused",
        message: /sudo wants a terminal, and the host gives kubeadm-t-none none/,
        next: /PermitTTY/,
      });
      assert.deepEqual(activities, ["connection", "exec", "exec"]);
    });

    it("does not wait in a terminal for a background process that keeps the output open", async () => {
      await sudoers(`Defaults:${name} requiretty`);
      const fifo = join(folder(), "fifo");
      const output = createCollector();
      const end = await client({ user: name }).session.run(
        `mkfifo ${fifo}; (cat ${fifo}; echo late) & echo done; exit 4`,
        { onOutput: output.onOutput },
      );
      assert.deepEqual(end, { exitCode: 4 });
      assert.equal(output.text(), "done\n");
      await writeFile(fifo, "");
    });

    it("says that a user may use it for another command alone", async () => {
      await sudoers(`${nobody.name} ALL=(root) /usr/bin/id`);
      const { prompts } = answersWith(() => nobody.password);
      await assert.rejects(client({ user: nobody.name }, prompts).session.run("true"), {
        code: "sudo-refused",
        message:
          /: kubeadm-t-none may not become root: Sorry, user kubeadm-t-none is not allowed to execute '\/usr\/bin\/sh' as root on [^ ]+\./,
      });
    });

    describe("is started by the login shell", () => {
      after(() => setShell(name, "/bin/bash"));

      for (const shell of loginShells) {
        const isThere = existsSync(shell);
        it(`${shell}${isThere ? "" : " (skipped: it is not installed)"}`, async function () {
          if (!isThere) {
            this.skip();
          }
          await setShell(name, shell);
          await becomesRoot(client({ user: name }).session);
          await sudoers(`Defaults:${name} requiretty`);
          await becomesRoot(client({ user: name }).session);
        });
      }
    });
  },
  { settings: () => Promise.resolve([`Match User ${nobody.name}`, "PermitTTY no"]) },
);
