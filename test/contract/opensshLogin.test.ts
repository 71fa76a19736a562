import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Secret } from "../../src/core/shell/secret.ts";
import { free } from "./support/opensshClient.ts";
import { breakConnections } from "./support/privateSshd.ts";
import { describeOnOpenssh } from "./support/onOpenssh.ts";

describeOnOpenssh("OpenSSH login", ({ sshd, folder, knownHosts, client }) => {
  describe("host keys", () => {
    it("asks about an unknown one, records it when told to, and does not ask again", async () => {
      const first = client(
        { userKnownHostsFiles: [knownHosts()] },
        { confirmHostKey: () => Promise.resolve("remember") },
      );
      await first.session.run("true");
      const key = sshd().hostKeys["ssh-ed25519"] ?? "";
      assert.equal(await readFile(knownHosts(), "utf8"), `[127.0.0.1]:${sshd().port} ${key}\n`);
      assert.equal((await stat(knownHosts())).mode & 0o777, 0o600);
      assert.equal((await stat(join(folder(), "ssh"))).mode & 0o777, 0o700);

      const second = client({ userKnownHostsFiles: [knownHosts()] });
      await second.session.run("true");
      assert.deepEqual(second.prompts.asked, []);
    });

    it("records nothing when the key is accepted for once", async () => {
      const { session } = client({ userKnownHostsFiles: [knownHosts()] });
      await session.run("true");
      await assert.rejects(stat(knownHosts()), { code: "ENOENT" });
    });

    it("does not connect when the key is not accepted", async () => {
      const { session } = client({}, { confirmHostKey: () => Promise.resolve("cancel") });
      await assert.rejects(session.run("true"), {
        code: "host-key-unknown",
        host: "cp-1",
        message: /ssh-ed25519 key SHA256:[\w+/]{43} is not known/,
      });
    });

    it("recognises a host by whichever of its keys is recorded", async () => {
      const file = join(folder(), "known");
      await writeFile(file, `[127.0.0.1]:${sshd().port} ${sshd().hostKeys["ecdsa-sha2-nistp256"] ?? ""}\n`);
      const { session, prompts } = client({ userKnownHostsFiles: [file] });
      await session.run("true");
      assert.deepEqual(prompts.asked, []);
    });

    it("refuses one that has changed, says where the old one is, and leaves the file alone", async () => {
      const file = join(folder(), "known");
      const stranger = (await readFile(`${sshd().strangerKeyFile}.pub`, "utf8"))
        .split(" ")
        .slice(0, 2)
        .join(" ");
      const text = `# a comment\n[127.0.0.1]:${sshd().port} ${stranger}`;
      await writeFile(file, text);
      const { session, prompts } = client({ userKnownHostsFiles: [file] });
      const [old, now] = await Promise.all([
        fingerprintOf(stranger),
        fingerprintOf(sshd().hostKeys["ssh-ed25519"] ?? ""),
      ]);
      await assert.rejects(session.run("true"), (error: Error & { code?: string }) => {
        assert.equal(error.code, "host-key-changed");
        for (const part of [old, now, `${file}:2`, `ssh-keygen -f ${file} -R '[127.0.0.1]:${sshd().port}'`]) {
          assert.ok(error.message.includes(part), `${error.message} lacks ${part}`);
        }
        return true;
      });
      assert.deepEqual(prompts.asked, []);
      assert.equal(await readFile(file, "utf8"), text);
    });

    it("refuses one that is revoked", async () => {
      const file = join(folder(), "known");
      await writeFile(file, `@revoked * ${sshd().hostKeys["ssh-ed25519"] ?? ""}\n`);
      const { session } = client({ userKnownHostsFiles: [file] });
      await assert.rejects(session.run("true"), {
        code: "host-key-revoked",
        message: new RegExp(`${file}:1`),
      });
    });

    // The fingerprint as OpenSSH's own tool prints it.
    async function fingerprintOf(publicKey: string): Promise<string> {
      const file = join(folder(), "key.pub");
      await writeFile(file, `${publicKey}\n`);
      const { stdout } = await promisify(execFile)("ssh-keygen", ["-lf", file]);
      return stdout.split(" ")[1] ?? "";
    }
  });

  describe("authentication", () => {
    it("refuses a key that the host does not know, and says which was tried", async () => {
      const { session } = client({ identityFile: sshd().strangerKeyFile });
      await assert.rejects(session.run("true"), {
        code: "host-authentication",
        host: "cp-1",
        message: new RegExp(`the login of root@127.0.0.1:${sshd().port} refused ${sshd().strangerKeyFile}`),
      });
    });

    it("asks for the passphrase of an encrypted key, again when it is wrong, and then no more", async () => {
      const { session, prompts } = client(
        { identityFile: sshd().encryptedKeyFile },
        {
          passphrase: ({ attempt }) =>
            Promise.resolve(new Secret(attempt === 1 ? "wrong" : sshd().passphrase)),
        },
      );
      await session.run("true");
      await breakConnections(sshd());
      await session.run("true");
      assert.deepEqual(prompts.asked.slice(1), ["passphrase 1", "passphrase 2"]);
    });

    it("says so when the identity file is missing or no key", async () => {
      const missing = client({ identityFile: join(folder(), "none") });
      await assert.rejects(missing.session.run("true"), {
        code: "host-authentication",
        message: /the identity file .* does not exist/,
      });
      const file = join(folder(), "text");
      await writeFile(file, "not a key");
      const other = client({ identityFile: file });
      await assert.rejects(other.session.run("true"), {
        code: "host-authentication",
        message: /not a private key/,
      });
    });

    it("uses the agent, and after it the default keys", async () => {
      const socket = join(folder(), "agent");
      const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
      try {
        await once(agent.stdout, "data");
        const add = (file: string): Promise<unknown> =>
          promisify(execFile)("ssh-add", ["-q", file], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
        await add(sshd().strangerKeyFile);
        const byDefaultKey = client({
          identityFile: undefined,
          agent: socket,
          defaultIdentityFiles: [join(folder(), "none"), sshd().keyFile],
        });
        await byDefaultKey.session.run("true");
        await add(sshd().keyFile);
        const byAgent = client({ identityFile: undefined, agent: socket });
        await byAgent.session.run("true");
      } finally {
        agent.kill();
      }
    });

    it("uses a password when there is no key", async () => {
      const { session, prompts } = client(
        { user: free.name, identityFile: undefined },
        { password: () => Promise.resolve(new Secret(free.password)) },
      );
      await session.run("true");
      assert.deepEqual(prompts.asked.slice(1), ["password 1"]);
    });
  });
});
