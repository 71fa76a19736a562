import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubeadmError } from "../../../src/core/errors.ts";
import type { HostKeyQuestion } from "../../../src/core/run/sshPrompts.ts";
import { fingerprint } from "../../../src/ssh/hostKey.ts";
import { checkHostKey } from "../../../src/ssh/hostKeyCheck.ts";
import { readKnownHosts } from "../../../src/ssh/knownHostsFile.ts";
import type { SshTarget } from "../../../src/ssh/target.ts";
import { testTarget } from "../../contract/support/testTarget.ts";
import { ed25519, hashed, line, rsa } from "./hostKeys.ts";

const key = ed25519(1);
const other = ed25519(2);

describe("the check of a host key", () => {
  let folder: string;
  let file: string;
  let questions: HostKeyQuestion[];
  let warnings: string[];
  let accepted: Set<string>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "known-hosts-"));
    file = join(folder, "known_hosts");
    questions = [];
    warnings = [];
    accepted = new Set();
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Checks `key` for cp-1, of which `text` is known; the person answers with `answer`. */
  async function check(
    text: string | undefined,
    changes: Partial<SshTarget> = {},
    answer: "remember" | "once" | "cancel" = "cancel",
  ): Promise<void> {
    if (text !== undefined) {
      await writeFile(file, text);
    }
    const target = testTarget({ address: "10.0.0.1", userKnownHostsFiles: [file], ...changes });
    await checkHostKey(key, {
      target,
      knownHosts: await readKnownHosts([...target.userKnownHostsFiles, ...target.globalKnownHostsFiles]),
      accepted,
      prompts: {
        confirmHostKey: (question) => {
          questions.push(question);
          return Promise.resolve(answer);
        },
        warn: (warning) => {
          warnings.push(warning);
        },
      },
    });
  }

  async function refusal(checking: Promise<void>): Promise<KubeadmError> {
    return checking.then(
      () => assert.fail("the key was not refused"),
      (error: unknown) => error as KubeadmError,
    );
  }

  describe("asks about an unknown one", () => {
    it("with its type, its fingerprint and the file that would record it", async () => {
      await check(undefined, { port: 2222 }, "once");
      assert.deepEqual(questions, [
        {
          host: "cp-1",
          address: "10.0.0.1",
          port: 2222,
          keyType: "ssh-ed25519",
          fingerprint: fingerprint(key),
          file,
          notes: [],
        },
      ]);
    });

    it("and records it in the first file of the user when told to", async () => {
      const second = join(folder, "second");
      await writeFile(second, line("cp-2", other));
      await check("# mine\n", { port: 2222, userKnownHostsFiles: [file, second] }, "remember");
      assert.equal(await readFile(file, "utf8"), `# mine\n${line("[10.0.0.1]:2222", key)}`);
      assert.equal(await readFile(second, "utf8"), line("cp-2", other));
    });

    it("and records it under its alias", async () => {
      await check("", { port: 2222, hostKeyAlias: "Web" }, "remember");
      assert.equal(await readFile(file, "utf8"), line("web", key));
    });

    it("and records it hashed when ssh_config says so", async () => {
      await check("", { hashKnownHosts: true }, "remember");
      assert.match(await readFile(file, "utf8"), /^\|1\|[^ ]+ ssh-ed25519 [^ ]+\n$/);
      await check(undefined, { hashKnownHosts: true });
      assert.equal(questions.length, 1);
    });

    it("and records nothing when it is trusted once, nor asks again in the same session", async () => {
      await check("", {}, "once");
      await check(undefined);
      assert.equal(questions.length, 1);
      assert.equal(await readFile(file, "utf8"), "");
      assert.deepEqual([...accepted], [fingerprint(key)]);
    });

    it("and refuses it when the person does not trust it", async () => {
      const error = await refusal(check("", {}, "cancel"));
      assert.equal(error.code, "host-key-unknown");
      assert.match(error.message, /ssh-ed25519 key SHA256:\S{43} is not known, and was not accepted/);
      assert.equal(accepted.size, 0);
    });

    it("and tells what known_hosts says besides", async () => {
      const text = [
        line("*", other, "@cert-authority "),
        line("10.0.0.1", rsa(1)),
        line("cp-1.example", key),
        line(hashed("old-name"), key),
      ].join("");
      await check(text, { port: 2222, globalKnownHostsFiles: [folder] }, "once");
      assert.deepEqual(questions[0]?.notes.slice(0, 3), [
        `${file}:1 trusts a certificate authority for it; host certificates are not checked here.`,
        `Other keys are recorded for 10.0.0.1 at port 22 (${file}:2).`,
        `The same key is recorded for cp-1.example (${file}:3), a hashed name (${file}:4).`,
      ]);
      assert.match(questions[0].notes[3] ?? "", new RegExp(`^${folder} cannot be read \\(EISDIR.*\\)\\.$`));
    });

    it("and tells of three places at most, and how many more there are", async () => {
      await check(line("cp-2", key).repeat(5), {}, "once");
      assert.match(questions[0]?.notes[0] ?? "", /known_hosts:1\), .*:2\), .*:3\) and 2 more\.$/);
    });

    it("and cannot remember it without a file, or under a name that stands for others", async () => {
      await check(undefined, { userKnownHostsFiles: [] }, "once");
      accepted.clear();
      await check("", { hostKeyAlias: "*" }, "remember");
      assert.deepEqual(
        questions.map((question) => question.file),
        [undefined, undefined],
      );
      assert.match(questions[0]?.notes[0] ?? "", /cannot be remembered: UserKnownHostsFile .* none/);
      assert.match(questions[1]?.notes[0] ?? "", /cannot be remembered: \* is no name/);
      assert.equal(await readFile(file, "utf8"), "");
    });

    it("and goes on with a warning when it cannot be recorded", async () => {
      const blocked = join(file, "known_hosts");
      await check("", { userKnownHostsFiles: [blocked] }, "remember");
      assert.equal(warnings.length, 1);
      assert.ok(
        warnings[0]?.startsWith(`cp-1: its key is trusted for now, but could not be added to ${blocked}: E`),
      );
      assert.equal(accepted.size, 1);
    });
  });

  describe("with StrictHostKeyChecking yes", () => {
    it("refuses an unknown one, and says how to add it", async () => {
      const text = line("*", other, "@cert-authority ");
      const error = await refusal(check(text, { strictHostKeyChecking: "yes", port: 2222 }));
      assert.equal(error.code, "host-key-unknown");
      for (const part of [
        `no known_hosts file lists the host's ssh-ed25519 key ${fingerprint(key)}, and StrictHostKeyChecking is yes.`,
        `${file}:1 trusts a certificate authority`,
        "ssh -o StrictHostKeyChecking=ask",
        `to ${file}: ssh-keyscan -t ed25519 -p 2222 10.0.0.1`,
      ]) {
        assert.ok(error.message.includes(part), `${error.message} lacks ${part}`);
      }
      assert.deepEqual(questions, []);
    });

    it("names the alias under which it belongs", async () => {
      const error = await refusal(check("", { strictHostKeyChecking: "yes", hostKeyAlias: "web" }));
      assert.match(error.message, /under the name web, to /);
    });

    it("names no ssh-keyscan for a host that is reached through something", async () => {
      const route = { kind: "command", command: "nc %h %p" } as const;
      const error = await refusal(check("", { strictHostKeyChecking: "yes", route }));
      assert.match(error.message, /with ssh -o StrictHostKeyChecking=ask$/);
    });

    it("takes a known one", async () => {
      await check(line("10.0.0.1", key), { strictHostKeyChecking: "yes" });
      assert.deepEqual(questions, []);
    });
  });

  describe("with StrictHostKeyChecking accept-new", () => {
    it("records an unknown one without asking", async () => {
      await check("", { strictHostKeyChecking: "accept-new" });
      assert.deepEqual(questions, []);
      assert.equal(await readFile(file, "utf8"), line("10.0.0.1", key));
    });

    it("asks where nothing can be recorded: else every key would be new", async () => {
      const changes = { strictHostKeyChecking: "accept-new", userKnownHostsFiles: [] } as const;
      assert.equal((await refusal(check(undefined, changes))).code, "host-key-unknown");
      assert.equal(questions.length, 1);
    });
  });

  for (const strictHostKeyChecking of ["yes", "accept-new", "ask"] as const) {
    it(`refuses a changed one, with the line to look at (${strictHostKeyChecking})`, async () => {
      const text = `# a comment\n${line("10.0.0.1", other)}${line("10.0.0.*", rsa(1))}`;
      const error = await refusal(check(text, { strictHostKeyChecking }, "remember"));
      assert.equal(error.code, "host-key-changed");
      assert.deepEqual(error.place, { file, line: 2 });
      for (const part of [
        `presents the ssh-ed25519 key ${fingerprint(key)}, but ${file}:2 records ${fingerprint(other)} (more in ${file}:3).`,
        `ssh-keygen -f ${file} -R 10.0.0.1`,
      ]) {
        assert.ok(error.message.includes(part), `${error.message} lacks ${part}`);
      }
      assert.deepEqual(questions, []);
      assert.equal(await readFile(file, "utf8"), text);
    });

    it(`refuses a revoked one, with the line that says so (${strictHostKeyChecking})`, async () => {
      const text = line("10.0.0.1", key) + line("*", key, "@revoked ");
      const error = await refusal(check(text, { strictHostKeyChecking }, "remember"));
      assert.equal(error.code, "host-key-revoked");
      assert.deepEqual(error.place, { file, line: 2 });
      assert.ok(error.message.includes(`ssh-ed25519 key ${fingerprint(key)} is revoked at ${file}:2.`));
      assert.deepEqual(questions, []);
    });
  }

  it("refuses one that was accepted once and is listed as another since then", async () => {
    await check("", {}, "once");
    assert.equal((await refusal(check(line("10.0.0.1", other)))).code, "host-key-changed");
  });

  it("names the type of the recorded key when it is another", async () => {
    const error = await refusal(check(line("10.0.0.1", rsa(1))));
    assert.ok(error.message.includes(`records the ssh-rsa key ${fingerprint(rsa(1))}`), error.message);
  });

  it("refuses one that is damaged or too short: no line could list it", async () => {
    const target = testTarget({ userKnownHostsFiles: [file] });
    for (const broken of [
      Buffer.alloc(0),
      key.subarray(0, -1),
      Buffer.concat([key, Buffer.of(0)]),
      rsa(1, 768),
    ]) {
      const prompts = { confirmHostKey: () => assert.fail("asked"), warn: () => assert.fail("warned") };
      const knownHosts = await readKnownHosts([]);
      const error = await refusal(checkHostKey(broken, { target, knownHosts, prompts, accepted }));
      assert.equal(error.code, "session-protocol");
    }
  });

  it("makes no folder or file unless a key is recorded", async () => {
    const missing = join(folder, "ssh");
    await check(undefined, { userKnownHostsFiles: [join(missing, "known_hosts")] }, "once");
    await assert.rejects(stat(missing), { code: "ENOENT" });
  });
});
