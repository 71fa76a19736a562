import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ServerHostKeyAlgorithm } from "ssh2";
import type { KubeadmError, Place } from "../../src/core/errors.ts";
import type { HostKeyQuestion } from "../../src/core/run/sshPrompts.ts";
import { describeOnOpenssh } from "./support/onOpenssh.ts";
import { makeKey } from "./support/sshKeys.ts";
import { testTarget } from "./support/testTarget.ts";

const execute = promisify(execFile);

/** Further host keys of the server: it has ed25519 and ecdsa 256 anyway. */
const further = [
  { name: "rsa", recipe: { type: "rsa" } },
  { name: "ecdsa384", recipe: { type: "ecdsa", bits: 384 } },
  { name: "ecdsa521", recipe: { type: "ecdsa", bits: 521 } },
] as const;
let keyFolder = "";

async function moreHostKeys(): Promise<readonly string[]> {
  keyFolder = await mkdtemp(join(tmpdir(), "host-keys-"));
  const files = await Promise.all(further.map(({ name, recipe }) => makeKey(keyFolder, name, recipe)));
  return files.map((file) => `HostKey ${file}`);
}

describeOnOpenssh(
  "OpenSSH host keys",
  ({ sshd, folder, knownHosts, client }) => {
    after(async () => {
      if (keyFolder !== "") {
        await rm(keyFolder, { recursive: true });
      }
    });

    /** The name under which known_hosts lists the server. */
    const name = (): string => `[127.0.0.1]:${sshd().port}`;
    const ed25519 = (): string => sshd().hostKeys["ssh-ed25519"] ?? "";

    /** Logs in with the real ssh; a host that it does not know is refused. Gives what it says. */
    async function openssh(file: string, ...options: readonly string[]): Promise<string> {
      const set = [
        ...options,
        `UserKnownHostsFile=${file}`,
        "GlobalKnownHostsFile=none",
        "StrictHostKeyChecking=yes",
        "UpdateHostKeys=no",
        "BatchMode=yes",
      ];
      const argv = [
        "-F",
        "none",
        "-i",
        sshd().keyFile,
        "-p",
        String(sshd().port),
        ...set.flatMap((one) => ["-o", one]),
      ];
      return (await execute("ssh", [...argv, "root@127.0.0.1", "echo in"])).stdout;
    }

    /** The fingerprint as OpenSSH's own tool prints it. */
    async function fingerprintOf(publicKey: string): Promise<string> {
      const file = join(folder(), "key.pub");
      await writeFile(file, `${publicKey}\n`);
      const { stdout } = await execute("ssh-keygen", ["-lf", file]);
      return stdout.split(" ")[1] ?? "";
    }

    async function refused(running: Promise<unknown>): Promise<KubeadmError> {
      return running.then(
        () => assert.fail("it connected"),
        (error: unknown) => error as KubeadmError,
      );
    }

    async function stranger(): Promise<string> {
      return (await readFile(`${sshd().strangerKeyFile}.pub`, "utf8")).split(" ").slice(0, 2).join(" ");
    }

    it("ask about an unknown one, record it when told to, and do not ask again", async () => {
      const changes = { userKnownHostsFiles: [knownHosts()] };
      const first = client(changes, { confirmHostKey: () => Promise.resolve("remember") });
      await first.session.run("true");
      assert.equal(await readFile(knownHosts(), "utf8"), `${name()} ${ed25519()}\n`);
      assert.equal((await stat(knownHosts())).mode & 0o777, 0o600);
      assert.equal((await stat(join(folder(), "ssh"))).mode & 0o777, 0o700);

      const second = client(changes);
      await second.session.run("true");
      assert.deepEqual(second.prompts.asked, []);
    });

    it("record nothing when one is trusted once", async () => {
      const { session, prompts } = client({ userKnownHostsFiles: [knownHosts()] });
      await session.run("true");
      assert.deepEqual(prompts.asked, ["confirmHostKey ssh-ed25519"]);
      await assert.rejects(stat(knownHosts()), { code: "ENOENT" });
    });

    it("keep out of a host whose key is not trusted", async () => {
      const { session } = client({}, { confirmHostKey: () => Promise.resolve("cancel") });
      const error = await refused(session.run("true"));
      assert.equal(error.code, "host-key-unknown");
      assert.equal(error.host, "cp-1");
      assert.match(error.message, /ssh-ed25519 key SHA256:[\w+/]{43} is not known/);
    });

    it("go on with a warning when one cannot be recorded", async () => {
      const file = join(folder(), "file");
      await writeFile(file, "");
      const { session, prompts } = client(
        { userKnownHostsFiles: [join(file, "known_hosts")] },
        { confirmHostKey: () => Promise.resolve("remember") },
      );
      await session.run("true");
      assert.equal(prompts.warnings.length, 1);
      assert.match(
        prompts.warnings[0] ?? "",
        /^cp-1: its key is trusted for now, but could not be added to .*: E/,
      );
    });

    for (const [algorithm, hashKnownHosts, file] of [
      ["ssh-ed25519", false, undefined],
      ["ssh-ed25519", true, undefined],
      ["ecdsa-sha2-nistp256", false, undefined],
      ["ecdsa-sha2-nistp384", true, "ecdsa384"],
      ["ecdsa-sha2-nistp521", false, "ecdsa521"],
      ["rsa-sha2-512", true, "rsa"],
      ["rsa-sha2-256", false, "rsa"],
    ] as const satisfies readonly (readonly [ServerHostKeyAlgorithm, boolean, string | undefined])[]) {
      it(`are known to ssh when recorded here: ${algorithm}${hashKnownHosts ? ", hashed" : ""}`, async () => {
        const questions: HostKeyQuestion[] = [];
        const { session } = client(
          {
            userKnownHostsFiles: [knownHosts()],
            hashKnownHosts,
            algorithms: { serverHostKey: [algorithm] },
          },
          {
            confirmHostKey: (question) => {
              questions.push(question);
              return Promise.resolve("remember");
            },
          },
        );
        await session.run("true");
        const publicKey =
          file === undefined
            ? (sshd().hostKeys[algorithm] ?? "")
            : (await readFile(join(keyFolder, `${file}.pub`), "utf8")).split(" ").slice(0, 2).join(" ");
        const [question] = questions;
        assert.ok(question);
        assert.equal(question.keyType, publicKey.split(" ")[0]);
        assert.equal(question.fingerprint, await fingerprintOf(publicKey));
        assert.equal(question.file, knownHosts());
        const text = await readFile(knownHosts(), "utf8");
        assert.equal(text.startsWith("|1|"), hashKnownHosts);
        assert.ok(text.endsWith(` ${publicKey}\n`), text);
        const { stdout } = await execute("ssh-keygen", ["-F", name(), "-f", knownHosts()]);
        assert.match(stdout, /found: line 1/);
        // ssh prefers the recorded type, too, so it sees this key.
        assert.equal(await openssh(knownHosts()), "in\n");
      });
    }

    for (const isHashed of [false, true]) {
      it(`are known here when ssh recorded them${isHashed ? ", hashed" : ""}`, async () => {
        const file = join(folder(), "known");
        const options = ["StrictHostKeyChecking=accept-new", `HashKnownHosts=${isHashed ? "yes" : "no"}`];
        await openssh(file, ...options);
        await openssh(file, ...options, "HostKeyAlias=Web", "HostKeyAlgorithms=rsa-sha2-512");
        const text = await readFile(file, "utf8");
        assert.equal(text.includes("|1|"), isHashed);
        for (const changes of [{}, { hostKeyAlias: "wEB" }]) {
          const { session, prompts } = client({
            userKnownHostsFiles: [file],
            strictHostKeyChecking: "yes",
            ...changes,
          });
          await session.run("true");
          assert.deepEqual(prompts.asked, []);
        }
        assert.equal(await readFile(file, "utf8"), text);
      });
    }

    it("are known by whichever of them is recorded, in whichever file", async () => {
      const [user, system] = [join(folder(), "user"), join(folder(), "system")];
      await writeFile(user, `# nothing\n`);
      await writeFile(system, `${name()} ${sshd().hostKeys["ecdsa-sha2-nistp256"] ?? ""}\n`);
      const { session, prompts } = client({ userKnownHostsFiles: [user], globalKnownHostsFiles: [system] });
      await session.run("true");
      assert.deepEqual(prompts.asked, []);
      assert.equal(await openssh(user, `GlobalKnownHostsFile=${system}`), "in\n");
    });

    it("keep out of a host whose key has changed, lead to the old one, and leave the file alone", async () => {
      const file = join(folder(), "known");
      const text = `# a comment\n${name()} ${await stranger()}`;
      await writeFile(file, text);
      const { session, prompts } = client({ userKnownHostsFiles: [file] });
      const error = await refused(session.run("true"));
      assert.equal(error.code, "host-key-changed");
      assert.deepEqual(error.place, { file, line: 2 } satisfies Place);
      for (const part of [
        await fingerprintOf(await stranger()),
        await fingerprintOf(ed25519()),
        `${file}:2`,
        `ssh-keygen -f ${file} -R '${name()}'`,
      ]) {
        assert.ok(error.message.includes(part), `${error.message} lacks ${part}`);
      }
      assert.deepEqual(prompts.asked, []);
      assert.equal(await readFile(file, "utf8"), text);
    });

    it("let in again once the old one is removed as the error says", async () => {
      const file = join(folder(), "known");
      await writeFile(file, `cp-9 ${ed25519()}\n${name()} ${await stranger()}\n`);
      const { session } = client({ userKnownHostsFiles: [file] });
      const error = await refused(session.run("true"));
      const command = /ssh-keygen .*-R '[^']*'/.exec(error.message)?.[0] ?? "";
      await execute("sh", ["-c", command]);
      await session.run("true");
      assert.equal(await readFile(file, "utf8"), `cp-9 ${ed25519()}\n`);
    });

    it("keep out of a host whose key is revoked", async () => {
      const file = join(folder(), "known");
      await writeFile(file, `${name()} ${ed25519()}\n@revoked * ${ed25519()}\n`);
      const error = await refused(client({ userKnownHostsFiles: [file] }).session.run("true"));
      assert.equal(error.code, "host-key-revoked");
      assert.deepEqual(error.place, { file, line: 2 });
    });

    it("of a jump host are checked before anything goes through it", async () => {
      const file = join(folder(), "known");
      const jump = testTarget({
        host: "bastion",
        port: sshd().port,
        identityFile: sshd().keyFile,
        hostKeyAlias: "bastion",
        userKnownHostsFiles: [file],
      });
      const behind = {
        route: { kind: "jump", through: jump },
        hostKeyAlias: "behind",
        userKnownHostsFiles: [file],
      } as const;

      const hosts: string[] = [];
      const asked = client(behind, {
        confirmHostKey: ({ host }) => {
          hosts.push(host);
          return Promise.resolve("remember");
        },
      });
      await asked.session.run("true");
      assert.deepEqual(hosts, ["bastion", "cp-1"]);
      assert.equal(await readFile(file, "utf8"), `bastion ${ed25519()}\nbehind ${ed25519()}\n`);

      await writeFile(file, `bastion ${await stranger()}\nbehind ${ed25519()}\n`);
      const changed = await refused(client(behind).session.run("true"));
      assert.equal(changed.code, "host-key-changed");
      assert.match(changed.message, /^cp-1: its jump host bastion: the host's key has changed/);
      assert.deepEqual(changed.place, { file, line: 1 });

      const strict = {
        ...behind,
        route: { kind: "jump", through: { ...jump, strictHostKeyChecking: "yes" } },
      } as const;
      await writeFile(file, `behind ${ed25519()}\n`);
      const unknown = await refused(client(strict).session.run("true"));
      assert.equal(unknown.code, "host-key-unknown");
      assert.match(unknown.message, /^cp-1: its jump host bastion: no known_hosts file lists/);
    });
  },
  { users: [], settings: moreHostKeys },
);
