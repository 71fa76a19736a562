import assert from "node:assert/strict";
import fc from "fast-check";
import { isPasswordQuestion } from "../../../src/ssh/passwordLogin.ts";
import { parsePublicKey, parsePublicKeyLine, plainTypeOf } from "../../../src/ssh/publicKey.ts";
import { wireMpint, wireReader, wireString, wireUint32 } from "../../../src/ssh/wireFormat.ts";

const cutOff = "ssh-ed25519 AAAAC3NzaC1lZDI1NT";
const line =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIuWl5eYmJmZmpqam5ubnJycnZ2dnp6en5+foKCgoaGh ada@example.com";

describe("public keys", () => {
  it("are read from a line with or without a comment, and from nothing else", () => {
    const key = parsePublicKeyLine(line);
    assert.equal(key?.type, "ssh-ed25519");
    assert.equal(key.certificate, undefined);
    assert.equal(parsePublicKeyLine(`  ${line.split(" ").slice(0, 2).join(" ")}\r\n`)?.id, key.id);
    for (const text of ["", "ssh-ed25519", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA==", "-----BEGIN", cutOff]) {
      assert.equal(parsePublicKeyLine(text), undefined, text);
    }
  });

  it("of an unknown type are keys all the same", () => {
    const blob = Buffer.concat([wireString("ssh-later@example.com"), wireString("anything")]);
    assert.equal(parsePublicKey(blob)?.type, "ssh-later@example.com");
  });

  it("that are cut off anywhere are none", () => {
    const fields = [wireString("ssh-ed25519-cert-v01@openssh.com"), wireString("nonce"), wireString("key")];
    const whole = Buffer.concat([
      ...fields,
      Buffer.alloc(8),
      wireUint32(1),
      wireString("an id"),
      wireString(""),
      Buffer.alloc(8),
      Buffer.from([0, 0, 0, 0, 0x5f, 0xee, 0x66, 0]),
    ]);
    assert.deepEqual(parsePublicKey(whole)?.certificate, {
      subject: Buffer.concat([wireString("ssh-ed25519"), wireString("key")]).toString("base64"),
      isForUsers: true,
      keyId: "an id",
      expiresAt: 1609459200,
    });
    for (let length = 0; length < whole.length; length++) {
      assert.equal(parsePublicKey(whole.subarray(0, length)), undefined, String(length));
    }
  });

  it("are known by the type of the plain key", () => {
    assert.equal(plainTypeOf("ssh-ed25519"), "ssh-ed25519");
    assert.equal(plainTypeOf("rsa-sha2-512-cert-v01@openssh.com"), "rsa-sha2-512");
    assert.equal(plainTypeOf("sk-ssh-ed25519-cert-v01@openssh.com"), "sk-ssh-ed25519@openssh.com");
  });
});

describe("the wire format", () => {
  it("gives back what was written", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(), (bytes, number) => {
        const reader = wireReader(Buffer.concat([wireString(Buffer.from(bytes)), wireUint32(number)]));
        assert.deepEqual([...reader.string()], [...bytes]);
        assert.equal(reader.uint32(), number);
        assert.throws(() => reader.byte(), RangeError);
      }),
    );
  });

  it("writes numbers without needless zeros, and never as negative", () => {
    // Source: RFC 4251, section 5.
    const written = (hex: string): string => wireMpint(Buffer.from(hex, "hex")).toString("hex");
    assert.equal(written("0000"), "00000000");
    assert.equal(written("0009a378f9b2e332a7"), "0000000809a378f9b2e332a7");
    assert.equal(written("80"), "000000020080");
  });
});

describe("a question of the host", () => {
  it("is one for the password as systems word it", () => {
    for (const question of [
      "Password: ",
      "password:",
      "Password",
      "(root@web-1) Password: ",
      "Password for ada@web-1: ",
      "ada's Password:",
      "ada@web-1's password: ",
    ]) {
      assert.equal(isPasswordQuestion(question, false), true, question);
    }
  });

  it("is not when another password is meant, or it may be seen", () => {
    for (const question of [
      "New password: ",
      "Retype new password: ",
      "Current password: ",
      "Password has expired. New password: ",
      "One-time password: ",
      "Verification code: ",
      "Password + token:",
      "",
    ]) {
      assert.equal(isPasswordQuestion(question, false), false, question);
    }
    assert.equal(isPasswordQuestion("Password: ", true), false);
  });
});
