import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, copyFile, link, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Cancelled } from "../../src/core/errors.ts";
import { Secret } from "../../src/core/shell/secret.ts";
import { readPublicKeyFile } from "../../src/ssh/privateKey.ts";
import { wireString } from "../../src/ssh/wireFormat.ts";
import { answers, startAgent, startFakeAgent, type FakeAgent, type RealAgent } from "./support/agents.ts";
import { describeOnOpenssh } from "./support/onOpenssh.ts";
import { breakConnections } from "./support/privateSshd.ts";
import { securityKeyBlob, securityKeyType, signBySecurityKey } from "./support/securityKey.ts";
import { certify, makeKey, publicKeys } from "./support/sshKeys.ts";

/** A user who may try two keys by each connection. */
const few = { name: "kubeadm-t-few", password: "few", sudo: "without password" } as const;

let keys: string;
const fileOf = (name: string): string => join(keys, name);
const strangers = Array.from({ length: 7 }, (_, index) => `stranger-${index + 1}`);
const certifiedTypes = ["ed25519", "ecdsa", "rsa"] as const;
const passphrase = "open sesame";
const failure = Buffer.from([5]);

async function settings(): Promise<readonly string[]> {
  keys = await mkdtemp(join(tmpdir(), "ssh-keys-"));
  // sshd reads what is authorized as the user who logs in.
  await chmod(keys, 0o755);
  const make = (name: string, secret?: string): Promise<string> =>
    makeKey(keys, name, { type: "ed25519", ...(secret === undefined ? {} : { passphrase: secret }) });
  const [right, locked] = await Promise.all([
    make("right"),
    make("locked", passphrase),
    make("ca"),
    ...strangers.map((name) => make(name)),
    ...certifiedTypes.map((type) => makeKey(keys, `certified-${type}`, { type })),
    make("expired"),
  ]);
  for (const type of certifiedTypes) {
    await certify(fileOf("ca"), fileOf(`certified-${type}`), ["-I", `ada-${type}`, "-n", "root"]);
  }
  await certify(fileOf("ca"), fileOf("expired"), ["-I", "grace", "-n", "root", "-V", "20200101:20210101"]);
  const authorized = fileOf("authorized_keys");
  await writeFile(
    authorized,
    `${await publicKeys([right, locked])}${securityKeyType} ${securityKeyBlob.toString("base64")}\n`,
  );
  return [
    "LogLevel VERBOSE",
    `TrustedUserCAKeys ${fileOf("ca")}.pub`,
    `Match User ${few.name}`,
    "  MaxAuthTries 2",
    "Match all",
    `  AuthorizedKeysFile ${authorized}`,
  ];
}

describeOnOpenssh(
  "OpenSSH and the agent",
  ({ sshd, folder, client: clientOf }) => {
    let agent: RealAgent;
    let fake: FakeAgent | undefined;
    const client: typeof clientOf = (changes, prompts) =>
      clientOf({ identityFile: undefined, agent: agent.socket, ...changes }, prompts);

    beforeEach(async () => {
      agent = await startAgent(join(folder(), "agent"));
    });
    afterEach(async () => {
      await agent.stop();
      await fake?.stop();
      fake = undefined;
    });
    after(() => (keys === undefined ? undefined : rm(keys, { recursive: true })));

    const add = (...names: readonly string[]): Promise<void> => agent.add(...names.map(fileOf));

    async function startFake(answer: (message: Buffer) => Buffer | undefined): Promise<string> {
      fake = await startFakeAgent(join(folder(), "fake"), answer);
      return fake.socket;
    }

    /** What the server logs of whatever `action` does, up to a line that matches `end`. */
    async function logOf(end: RegExp, action: () => Promise<void>): Promise<string> {
      const before = sshd().log().length;
      await action();
      await sshd().logged(new RegExp(`^[^]{${before}}[^]*?(?:${end.source})`));
      return sshd().log().slice(before);
    }

    const countOf = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

    describe("a host that allows two attempts a connection", () => {
      it("is reached with the fifth of six keys, and next time with that key at once", async () => {
        await add(...strangers.slice(0, 4), "right", ...strangers.slice(4, 5));
        const { session, prompts } = client({ user: few.name });
        const first = await logOf(/Accepted publickey/, () => session.connect());
        assert.equal(countOf(first, /Connection from/g), 3);
        assert.equal(countOf(first, /Failed publickey/g), 4);
        await breakConnections(sshd());
        const second = await logOf(/Accepted publickey/, async () => {
          await session.run("true");
        });
        assert.equal(countOf(second, /Connection from/g), 1);
        assert.equal(countOf(second, /Failed publickey/g), 0);
        assert.deepEqual(prompts.asked.slice(1), []);
      });

      it("is reached with a key of the agent after wrong ones that are named", async () => {
        await add("right");
        const { session } = client({
          user: few.name,
          identityFiles: [fileOf("stranger-1"), fileOf("stranger-2"), fileOf("stranger-3")],
        });
        const log = await logOf(/Accepted publickey/, () => session.connect());
        assert.equal(countOf(log, /Connection from/g), 2);
      });

      it("is reached with a password after wrong keys, which are not tried again", async () => {
        const { session, prompts } = client(
          { user: few.name, identityFiles: [fileOf("stranger-1"), fileOf("stranger-2")] },
          { password: () => Promise.resolve(new Secret(few.password)) },
        );
        const log = await logOf(/Accepted password/, () => session.connect());
        assert.equal(countOf(log, /Failed publickey/g), 2);
        assert.deepEqual(prompts.asked.slice(1), ["password 1"]);
      });

      it("is given up when nothing is left to try, with what it refused", async () => {
        await add(...strangers.slice(0, 2));
        const { session } = client({ user: few.name, loginMethods: ["publickey"] });
        const log = await logOf(/maximum authentication attempts exceeded/, () =>
          assert.rejects(session.connect(), {
            code: "host-authentication",
            message: /refused 2 keys of the SSH agent; the host accepts publickey/,
          }),
        );
        assert.equal(countOf(log, /Connection from/g), 1);
      });

      it("is given up after three connections, with what to do", async () => {
        await add(...strangers, "right");
        const { session } = client({ user: few.name });
        await assert.rejects(session.connect(), {
          code: "host-authentication",
          message: /allows no more login attempts/,
          next: /set identityFile in the spec/,
        });
      });
    });

    describe("a key that is named", () => {
      it("signs by the agent that has it, so that no passphrase is asked for", async () => {
        const { session, prompts } = client({
          agent: await agentWithLocked(),
          identityFile: fileOf("locked"),
        });
        await session.connect();
        assert.deepEqual(prompts.asked.slice(1), []);
      });

      it("may be public: its private key is the agent's", async () => {
        await add("right");
        const { session } = client({ identityFile: `${fileOf("right")}.pub` });
        await session.connect();
      });

      it("signs by itself when the agent that has it does not", async () => {
        const socket = await startFake(answers([await blobOf("right")], () => failure));
        const { session } = client({ agent: socket, identityFiles: [fileOf("right")] });
        await session.connect();
        assert.deepEqual(fake?.requests, [11, 13]);
      });

      it("asks for its passphrase when the agent that has it does not sign", async () => {
        const socket = await startFake(answers([await blobOf("locked")], () => failure));
        const { session, prompts } = client(
          { agent: socket, identityFile: fileOf("locked") },
          { passphrase: () => Promise.resolve(undefined) },
        );
        await assert.rejects(session.connect(), {
          code: "host-authentication",
          message: /got no signature: the SSH agent refuses.*, and got no passphrase/,
        });
        assert.deepEqual(prompts.asked.slice(1), ["passphrase 1"]);
      });

      it("is the only one of the agent's with identitiesOnly", async () => {
        await add("stranger-1", "right");
        const other = client({
          identitiesOnly: true,
          identityFiles: [fileOf("stranger-1")],
          loginMethods: ["publickey"],
        });
        await assert.rejects(other.session.connect(), {
          message: new RegExp(`refused ${fileOf("stranger-1")}; the host accepts`),
        });
        const { session } = client({ identitiesOnly: true, identityFiles: [`${fileOf("right")}.pub`] });
        await session.connect();
      });

      it("is told when it is public, and no agent has its private key", async () => {
        const { session } = client({ identityFile: `${fileOf("right")}.pub` });
        await assert.rejects(session.connect(), {
          code: "host-authentication",
          message: /right.pub is a public key, and no SSH agent holds its private key/,
        });
      });
    });

    describe("certificates", () => {
      for (const type of certifiedTypes) {
        it(`log in for a key of type ${type}`, async () => {
          await add(`certified-${type}`);
          const { session } = client();
          const log = await logOf(/Accepted publickey.*/, () => session.connect());
          assert.match(log, new RegExp(`Accepted publickey .*-CERT .* ID ada-${type} `));
        });
      }

      it("that have expired are refused, and the error says so", async () => {
        await add("expired");
        const { session } = client({ loginMethods: ["publickey"] });
        const log = await logOf(/Certificate invalid: expired/, () =>
          assert.rejects(session.connect(), {
            code: "host-authentication",
            message: /refused 2 keys of the SSH agent; .*; the certificate grace expired on 2021-01-01T/,
          }),
        );
        assert.match(log, /Certificate invalid: expired/);
      });
    });

    it("logs in by a security key", async () => {
      const socket = await startFake(
        answers([securityKeyBlob], (data) =>
          Buffer.concat([Buffer.from([14]), wireString(signBySecurityKey(data))]),
        ),
      );
      const { session } = client({ agent: socket });
      const log = await logOf(/Accepted publickey.*/, () => session.connect());
      assert.match(log, /Accepted publickey for root .* ssh2: ED25519-SK/);
    });

    describe("an agent that is of no use", () => {
      /** Its default key logs in nevertheless, and without one the error tells of the agent. */
      async function isNoError(socket: string, words: RegExp, connectTimeoutMs = 10_000): Promise<void> {
        const { session } = client({
          agent: socket,
          connectTimeoutMs,
          defaultIdentityFiles: [fileOf("right")],
        });
        await session.connect();
        const without = client({ agent: socket, connectTimeoutMs, loginMethods: ["publickey"] });
        await assert.rejects(without.session.connect(), { code: "host-authentication", message: words });
      }

      it("may not be there", async () => {
        await isNoError(
          join(folder(), "none"),
          /found no key .*; the SSH agent is not there \(.*ENOENT.*\)\./,
        );
      });

      it("may have left its socket behind", async () => {
        const socket = join(folder(), "dead");
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(socket, resolve));
        const kept = join(folder(), "kept");
        await link(socket, kept);
        await new Promise((resolve) => server.close(resolve));
        await isNoError(kept, /the SSH agent is not there \(.*ECONNREFUSED.*\)/);
      });

      it("may refuse to list its keys", async () => {
        await isNoError(await startFake(() => failure), /the SSH agent refuses, as one that is locked does/);
      });

      it("may be something else", async () => {
        await isNoError(
          await startFake(() => Buffer.from("HTTP")),
          /answers with something else than an agent does/,
        );
        await fake?.stop();
        fake = undefined;
        await isNoError(
          await startFake(() => Buffer.from([12, 255, 255, 255, 255, 0])),
          /answers with something else than an agent does/,
        );
      });

      it("may hang, and leaves time for the rest", async () => {
        await isNoError(await startFake(() => undefined), /the SSH agent does not answer/, 1000);
      });

      it("may wait for a person to confirm, as long as the connection is wanted", async () => {
        const abort = new AbortController();
        const socket = await startFake(
          answers([await blobOf("right")], () => {
            abort.abort();
            return undefined;
          }),
        );
        const { session } = client({ agent: socket });
        await assert.rejects(session.connect(abort.signal), Cancelled);
        assert.deepEqual(fake?.requests, [11, 13]);
      });
    });

    /** The real agent, with a key whose file is encrypted: it gets a copy that is not, as ssh-add would ask. */
    async function agentWithLocked(): Promise<string> {
      const plain = join(folder(), "plain");
      await copyFile(fileOf("locked"), plain);
      await promisify(execFile)("ssh-keygen", ["-q", "-p", "-P", passphrase, "-N", "", "-f", plain]);
      await agent.add(plain);
      return agent.socket;
    }

    async function blobOf(name: string): Promise<Buffer> {
      const key = await readPublicKeyFile(`${fileOf(name)}.pub`);
      assert.ok(key);
      return key.blob;
    }
  },
  { users: [few], settings },
);
