import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Secret } from "../../src/core/shell/secret.ts";
import { free } from "./support/opensshClient.ts";
import { breakConnections } from "./support/privateSshd.ts";
import { describeOnOpenssh } from "./support/onOpenssh.ts";

describeOnOpenssh("OpenSSH login", ({ sshd, folder, client }) => {
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
