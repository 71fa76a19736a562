import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Secret } from "../../src/core/shell/secret.ts";
import { createLinks } from "../../src/ssh/links.ts";
import { createSshSession } from "../../src/ssh/sshSession.ts";
import { describeOnOpenssh } from "./support/onOpenssh.ts";
import { createTestPrompts } from "./support/prompts.ts";
import { certify, type KeyRecipe, makeKey, publicKeys } from "./support/sshKeys.ts";
import { testTarget } from "./support/testTarget.ts";

const passphrase = "open sésame";
const encrypted = { passphrase } as const;

/** Every type of key in every format in which OpenSSH writes it. */
const recipes: Readonly<Record<string, KeyRecipe>> = {
  "an ed25519 key": { type: "ed25519" },
  "an encrypted ed25519 key": { type: "ed25519", ...encrypted },
  "an ed25519 key encrypted in CBC mode": { type: "ed25519", ...encrypted, cipher: "aes256-cbc" },
  "an ed25519 key encrypted in GCM mode": { type: "ed25519", ...encrypted, cipher: "aes256-gcm@openssh.com" },
  "an ecdsa key of 256 bits": { type: "ecdsa", bits: 256 },
  "an encrypted ecdsa key of 256 bits": { type: "ecdsa", bits: 256, ...encrypted },
  "an ecdsa key of 384 bits": { type: "ecdsa", bits: 384 },
  "an ecdsa key of 521 bits": { type: "ecdsa", bits: 521 },
  "an ecdsa key in SEC1": { type: "ecdsa", bits: 256, format: "PEM" },
  "an encrypted ecdsa key in SEC1": { type: "ecdsa", bits: 384, format: "PEM", ...encrypted },
  "an ecdsa key in PKCS#8": { type: "ecdsa", bits: 521, format: "PKCS8" },
  "an encrypted ecdsa key in PKCS#8": { type: "ecdsa", bits: 521, format: "PKCS8", ...encrypted },
  "an rsa key": { type: "rsa", bits: 2048 },
  "an encrypted rsa key": { type: "rsa", bits: 3072, ...encrypted },
  "an rsa key in PKCS#1": { type: "rsa", bits: 2048, format: "PEM" },
  "an encrypted rsa key in PKCS#1": { type: "rsa", bits: 2048, format: "PEM", ...encrypted },
  "an rsa key in PKCS#8": { type: "rsa", bits: 2048, format: "PKCS8" },
  "an encrypted rsa key in PKCS#8": { type: "rsa", bits: 2048, format: "PKCS8", ...encrypted },
};

let keys: string;
const fileOf = (title: string): string => join(keys, title.replaceAll(/\W/g, "-"));
const byOpenssl = "an encrypted ed25519 key in PKCS#8";
const certified = "certified";
const ca = "ca";

async function settings(): Promise<readonly string[]> {
  keys = await mkdtemp(join(tmpdir(), "ssh-keys-"));
  const files = await Promise.all(
    Object.entries(recipes).map(([title, recipe]) =>
      makeKey(keys, fileOf(title).slice(keys.length + 1), recipe),
    ),
  );
  await makeKey(keys, certified, { type: "rsa", bits: 2048, ...encrypted });
  await makeKey(keys, ca, { type: "ed25519" });
  await certify(fileOf(ca), fileOf(certified), ["-I", "ada", "-n", "root"]);
  const authorized = join(keys, "authorized_keys");
  await writeFile(authorized, `${await publicKeys(files)}${await keyOfOpenssl()}\n`);
  return [
    "LogLevel VERBOSE",
    `TrustedUserCAKeys ${fileOf(ca)}.pub`,
    "Match User root",
    `  AuthorizedKeysFile ${authorized}`,
  ];
}

/** OpenSSH reads ed25519 keys in PKCS#8 since 9.6; openssl makes them anywhere. Gives the public key's line. */
async function keyOfOpenssl(): Promise<string> {
  const openssl = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)("openssl", args, { encoding: "latin1" })).stdout;
  const file = fileOf(byOpenssl);
  await openssl(
    "genpkey",
    "-algorithm",
    "ed25519",
    "-aes-256-cbc",
    "-pass",
    `pass:${passphrase}`,
    "-out",
    file,
  );
  const der = await openssl(
    "pkey",
    "-in",
    file,
    "-passin",
    `pass:${passphrase}`,
    "-pubout",
    "-outform",
    "DER",
  );
  const type = "ssh-ed25519";
  const point = Buffer.from(der.slice(-32), "latin1");
  const blob = Buffer.concat([
    Buffer.from([0, 0, 0, 11]),
    Buffer.from(type),
    Buffer.from([0, 0, 0, 32]),
    point,
  ]);
  return `${type} ${blob.toString("base64")}`;
}

describeOnOpenssh(
  "OpenSSH keys",
  ({ sshd, folder, client }) => {
    after(() => (keys === undefined ? undefined : rm(keys, { recursive: true })));

    for (const title of [...Object.keys(recipes), byOpenssl]) {
      const isEncrypted = title === byOpenssl || recipes[title]?.passphrase !== undefined;
      it(`logs in with ${title}`, async () => {
        const { session, prompts } = client(
          { identityFile: fileOf(title) },
          { passphrase: () => Promise.resolve(new Secret(passphrase)) },
        );
        await session.connect();
        assert.deepEqual(prompts.asked.slice(1), isEncrypted ? ["passphrase 1"] : []);
      });
    }

    it("uses the certificate beside a key, whose own public key the host does not know", async () => {
      const { session, prompts } = client(
        { identityFile: fileOf(certified) },
        { passphrase: () => Promise.resolve(new Secret(passphrase)) },
      );
      await session.connect();
      assert.deepEqual(prompts.asked.slice(1), ["passphrase 1"]);
      await sshd().logged(/Accepted publickey for root .* ssh2: RSA-CERT .* ID ada /);
    });

    it("asks for no passphrase of a key that the host does not take", async () => {
      const stranger = await makeKey(folder(), "stranger", { type: "ed25519", ...encrypted });
      const { session, prompts } = client({
        identityFile: undefined,
        identityFiles: [stranger],
        defaultIdentityFiles: [fileOf("an rsa key")],
      });
      await session.connect();
      assert.deepEqual(prompts.asked.slice(1), []);
    });

    it("tries what it must decrypt to know it after all the others", async () => {
      const pem = join(folder(), "pem");
      await copyFile(fileOf("an encrypted rsa key in PKCS#1"), pem);
      const { session, prompts } = client({
        identityFile: undefined,
        identityFiles: [pem],
        defaultIdentityFiles: [fileOf("an ed25519 key")],
      });
      await session.connect();
      assert.deepEqual(prompts.asked.slice(1), []);
      const alone = client(
        { identityFile: undefined, identityFiles: [pem] },
        { passphrase: () => Promise.resolve(new Secret(passphrase)) },
      );
      await alone.session.connect();
      assert.deepEqual(alone.prompts.asked.slice(1), ["passphrase 1"]);
    });

    it("goes on with the next key when no passphrase is given, and says so when there is none", async () => {
      const file = fileOf("an encrypted ed25519 key");
      const without = { passphrase: () => Promise.resolve(undefined) };
      const { session, prompts } = client(
        { identityFile: undefined, identityFiles: [file, fileOf("an ed25519 key")] },
        without,
      );
      await session.connect();
      assert.deepEqual(prompts.asked.slice(1), ["passphrase 1"]);
      const alone = client(
        { identityFile: undefined, identityFiles: [file], loginMethods: ["publickey"] },
        without,
      );
      await assert.rejects(alone.session.connect(), {
        code: "host-authentication",
        message: new RegExp(
          `found no key or password to try; the host accepts .*; ${file} got no passphrase\\.`,
        ),
      });
      const named = client({ identityFile: file }, without);
      await assert.rejects(named.session.connect(), {
        code: "host-authentication",
        message: new RegExp(`the identity file ${file} got no passphrase`),
      });
    });

    it("gives up a key after three wrong passphrases", async () => {
      const { session, prompts } = client(
        { identityFile: fileOf("an encrypted rsa key in PKCS#8") },
        { passphrase: () => Promise.resolve(new Secret("wrong")) },
      );
      await assert.rejects(session.connect(), {
        code: "host-authentication",
        message: /cannot be decrypted with any of the passphrases given/,
      });
      assert.deepEqual(prompts.asked.slice(1), ["passphrase 1", "passphrase 2", "passphrase 3"]);
    });

    it("says what is wrong with a public key beside a private key that is another's", async () => {
      const file = join(folder(), "mixed");
      await copyFile(fileOf("an encrypted rsa key in PKCS#1"), file);
      await copyFile(`${fileOf("an ed25519 key")}.pub`, `${file}.pub`);
      const { session } = client(
        { identityFile: file },
        { passphrase: () => Promise.resolve(new Secret(passphrase)) },
      );
      await assert.rejects(session.connect(), {
        code: "host-authentication",
        message: /is not the private key of the public key beside it/,
      });
      await unlink(`${file}.pub`);
      await client(
        { identityFile: file },
        { passphrase: () => Promise.resolve(new Secret(passphrase)) },
      ).session.connect();
    });

    it("asks for a passphrase once for all hosts that need it at the same time", async () => {
      const prompts = createTestPrompts({ passphrase: () => Promise.resolve(new Secret(passphrase)) });
      const links = createLinks({ prompts, idleMs: 60_000 });
      const names = ["cp-1", "worker-1", "worker-2"];
      const sessions = names.map((host, index) => {
        const target = testTarget({
          host,
          port: sshd().port,
          // Servers of their own, for all that the client knows.
          hostKeyAlias: String(index),
          identityFile: fileOf("an encrypted ed25519 key"),
        });
        return createSshSession({ host, target: () => Promise.resolve(target), links, prompts });
      });
      try {
        await Promise.all(sessions.map((session) => session.connect()));
        assert.deepEqual(
          prompts.asked.filter((question) => question.startsWith("passphrase")),
          ["passphrase 1"],
        );
      } finally {
        await Promise.all(sessions.map((session) => session.close()));
        links.dispose();
      }
    });
  },
  { users: [], settings },
);
