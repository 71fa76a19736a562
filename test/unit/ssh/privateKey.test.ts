import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { Secret } from "../../../src/core/shell/secret.ts";
import { type KeyFile, readKeyFile, readPublicKeyFile } from "../../../src/ssh/privateKey.ts";
import { wireReader } from "../../../src/ssh/wireFormat.ts";

const passphrase = "öffne dich";

describe("private keys", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "private-keys-"));
  });
  after(() => rm(folder, { recursive: true }));

  async function read(text: string): Promise<KeyFile> {
    const file = join(folder, "key");
    await writeFile(file, text);
    return readKeyFile(file);
  }

  const pem = (key: KeyObject, type: "pkcs1" | "pkcs8" | "sec1", secret?: string): string =>
    key
      .export({
        format: "pem",
        type,
        ...(secret === undefined ? {} : { cipher: "aes-256-cbc", passphrase: secret }),
      })
      .toString();

  it("of every kind sign what their public keys verify", async () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const pairs = [
      { ...rsa, format: "pkcs1", algorithm: "rsa-sha2-256", hash: "sha256" },
      { ...rsa, format: "pkcs8", algorithm: "rsa-sha2-512", hash: "sha512" },
      { ...rsa, format: "pkcs8", algorithm: "ssh-rsa", hash: "sha1" },
      ...(["prime256v1", "secp384r1", "secp521r1"] as const).map((namedCurve, index) => ({
        ...generateKeyPairSync("ec", { namedCurve }),
        format: "sec1" as const,
        algorithm: ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"][index] ?? "",
        hash: ["sha256", "sha384", "sha512"][index],
      })),
      { ...generateKeyPairSync("ed25519"), format: "pkcs8", algorithm: "ssh-ed25519", hash: undefined },
    ] as const;
    // Numbers of ECDSA differ in length from one signature to the next.
    const data = Array.from({ length: 20 }, (_, index) => Buffer.from(`message ${index}`));
    for (const { publicKey, privateKey, format, algorithm, hash } of pairs) {
      for (const secret of [undefined, passphrase]) {
        const file = await read(pem(privateKey, format, secret));
        const key = file.kind === "open" ? file.key : decrypted(file);
        assert.ok(key, `${algorithm} in ${format}`);
        const ours = ssh2.utils.parseKey(key.publicKey.blob);
        assert.ok(!(ours instanceof Error));
        for (const message of data) {
          const signature = wireReader(await key.sign(message, algorithm));
          assert.equal(signature.string().toString(), algorithm);
          const value = asOpenssl(signature.string(), algorithm);
          assert.ok(verify(hash, message, publicKey, value), `${algorithm} in ${format}`);
          assert.ok(verify(hash, message, ours.getPublicPEM(), value), `public key of ${algorithm}`);
        }
      }
    }
  });

  it("in OpenSSH's format tell their public key before they are decrypted", async () => {
    const { private: text, public: line } = ssh2.utils.generateKeyPairSync("ed25519", {
      passphrase,
      cipher: "aes256-ctr",
      rounds: 2,
    });
    const file = await read(text);
    assert.ok(file.kind === "encrypted");
    assert.equal(`${file.publicKey?.type} ${file.publicKey?.id}`, line);
    assert.equal(file.decrypt(new Secret("wrong")), undefined);
    assert.equal(file.decrypt(new Secret("")), undefined);
    assert.equal(decrypted(file)?.publicKey.id, file.publicKey?.id);
  });

  it("may have lines of Windows, and parameters before them", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    const text = (parameters + pem(privateKey, "sec1")).replaceAll("\n", "\r\n");
    assert.equal((await read(text)).kind, "open");
    const openssh = ssh2.utils.generateKeyPairSync("ed25519").private.replaceAll("\n", "\r\n");
    assert.equal((await read(`${openssh}\r\n\r\n`)).kind, "open");
  });

  it("that cannot be used say why", async () => {
    const dsa = generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }).privateKey;
    const openssh = ssh2.utils.generateKeyPairSync("ed25519").private;
    const chacha = Buffer.from("openssh-key-v1\0\0\0\0\x1dchacha20-poly1305@openssh.com", "latin1");
    const rest = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    const block = (data: Buffer): string =>
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${data.toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`;
    const words: readonly (readonly [string, RegExp])[] = [
      ["", /^is not a private key$/],
      ["no key at all", /^is not a private key$/],
      ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", /^is not a private key$/],
      [
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        /^is not a private key that can be used/,
      ],
      [openssh.slice(0, 100), /damaged/],
      [block(Buffer.from("openssh-key-v1\0\0\0", "latin1")), /the data ends early/],
      [block(Buffer.concat([chacha, rest])), /chacha20-poly1305.*ssh-keygen -p -Z/],
      [pem(dsa, "pkcs8"), /SSH servers take no keys of its type/],
      ["PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\n", /export it as an OpenSSH key/],
    ];
    for (const [text, expected] of words) {
      const file = await read(text);
      assert.ok(file.kind === "unusable", text);
      assert.match(file.why, expected);
    }
    const encryptedDsa = await read(pem(dsa, "pkcs8", passphrase));
    assert.throws(() => decrypted(encryptedDsa), /SSH servers take no keys of its type/);
  });

  it("may be missing, a folder, or public", async () => {
    assert.equal((await readKeyFile(join(folder, "none"))).kind, "missing");
    const unreadable = await readKeyFile(folder);
    assert.ok(unreadable.kind === "unusable");
    assert.match(unreadable.why, /^cannot be read \(/);
    const { public: line } = ssh2.utils.generateKeyPairSync("ed25519");
    const file = await read(`${line} ada@example.com\n`);
    assert.ok(file.kind === "public");
    assert.equal((await readPublicKeyFile(join(folder, "key")))?.id, file.publicKey.id);
    assert.equal(await readPublicKeyFile(join(folder, "none")), undefined);
  });

  function decrypted(file: KeyFile) {
    assert.ok(file.kind === "encrypted");
    return file.decrypt(new Secret(passphrase));
  }
});

/** An ECDSA signature as OpenSSL has it, two numbers in ASN.1, from the two of SSH; others are the same. */
function asOpenssl(value: Buffer, algorithm: string): Buffer {
  if (!algorithm.startsWith("ecdsa-")) {
    return value;
  }
  const reader = wireReader(value);
  const numbers = [reader.string(), reader.string()].map((number) =>
    Buffer.concat([Buffer.from([2, number.length]), number]),
  );
  const content = Buffer.concat(numbers);
  const length = content.length < 0x80 ? [content.length] : [0x81, content.length];
  return Buffer.concat([Buffer.from([0x30, ...length]), content]);
}
