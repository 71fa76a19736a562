import assert from "node:assert/strict";
import {
  entriesFor,
  hasWritableName,
  knownHostLine,
  knownHostNames,
  parseKnownHosts,
} from "../../../src/ssh/knownHosts.ts";
import { ecdsa, ed25519, hashed, line, rsa } from "./hostKeys.ts";
import { wireString } from "../../../src/ssh/wireFormat.ts";

const key = ed25519(1);
const encoded = key.toString("base64");
const at22 = (address: string): Parameters<typeof knownHostNames>[0] => ({ address, port: 22 });

/** Line numbers at which `text` lists `name`. */
function found(text: string, name: string): readonly number[] {
  return entriesFor(parseKnownHosts(text, "f"), name).map((entry) => entry.line);
}

describe("known hosts", () => {
  it("list a host by its name, one of several names, a pattern, or a hash", () => {
    for (const names of ["cp-1", "other,cp-1", "CP-1", "cp-*", "c?-1", "*", "*,!w-*", hashed("cp-1")]) {
      assert.deepEqual(found(line(names, key), "cp-1"), [1], names);
    }
    for (const names of ["cp-11", "cp-", "c?1", "*,!cp-1", "!cp-2", "[cp-1]:2222", hashed("cp-2")]) {
      assert.deepEqual(found(line(names, key), "cp-1"), [], names);
    }
  });

  it("take a hash only as ssh writes it", () => {
    const name = hashed("cp-1");
    const [, , salt = "", hash = ""] = name.split("|");
    for (const names of [
      `${name},cp-1`,
      `|2|${salt}|${hash}`,
      `|1|${salt}`,
      `|1||${hash}`,
      `|1|c2FsdA==|${hash}`,
    ]) {
      assert.deepEqual(found(line(names, key), "cp-1"), [], names);
    }
  });

  it("name a host in lower case, with its port unless it is 22, and then also without", () => {
    assert.deepEqual(knownHostNames(at22("CP-1")), ["cp-1"]);
    assert.deepEqual(knownHostNames({ address: "FE80::1", port: 2222 }), ["[fe80::1]:2222", "fe80::1"]);
  });

  it("name a host by its alias alone, whatever its port", () => {
    assert.deepEqual(knownHostNames({ address: "10.0.0.1", port: 2222, hostKeyAlias: "Web-1" }), ["web-1"]);
  });

  it("are not written for a name that would stand for others", () => {
    for (const address of ["cp-1", "10.0.0.1", "fe80::1%eth0", "cp_1.example.com", "größe"]) {
      assert.ok(hasWritableName(at22(address)), address);
    }
    for (const name of [
      "",
      "*",
      "a?",
      "a,b",
      "a b",
      "a\nb",
      "@revoked",
      "#a",
      "[a]:1",
      "|1|a",
      "!a",
      "a\u0000",
    ]) {
      assert.ok(!hasWritableName(at22(name)), name);
      assert.ok(!hasWritableName({ ...at22("cp-1"), hostKeyAlias: name }), name);
    }
    assert.ok(hasWritableName({ ...at22("*"), hostKeyAlias: "cp-1" }));
  });

  it("are written as they are read, plain and hashed", () => {
    const place = { address: "Cp-1", port: 2222 };
    assert.equal(
      knownHostLine(place, { keyType: "ssh-ed25519", key }, false),
      `[cp-1]:2222 ssh-ed25519 ${encoded}`,
    );
    const lines = [
      knownHostLine(place, { keyType: "ssh-ed25519", key }, true),
      knownHostLine(place, { keyType: "ssh-ed25519", key }, true),
    ];
    assert.notEqual(lines[0], lines[1]);
    for (const text of lines) {
      assert.match(text, /^\|1\|[\w+/]{27}=\|[\w+/]{27}= ssh-ed25519 /);
      assert.deepEqual(found(text, "[cp-1]:2222"), [1]);
      assert.deepEqual(found(text, "cp-1"), []);
    }
  });

  it("skip what ssh takes for no entry", () => {
    const truncated = Buffer.concat([wireString("ssh-ed25519"), wireString(Buffer.alloc(31))]).toString(
      "base64",
    );
    for (const text of [
      `# cp-1 ssh-ed25519 ${encoded}`,
      "cp-1",
      "cp-1 ssh-ed25519",
      "cp-1 ssh-ed25519 AAAA",
      `cp-1 ssh-ed25519 ${truncated}`,
      `cp-1 ssh-ed25519 ${encoded.slice(0, -2)}`,
      `cp-1 ssh-ed25519 ${encoded.slice(0, -3)}*${encoded.slice(-2)}`,
      `cp-1 ssh-rsa ${encoded}`,
      `cp-1 SSH-ED25519 ${encoded}`,
      `cp-1 unheard-of ${Buffer.concat([wireString("unheard-of"), wireString("x")]).toString("base64")}`,
      "cp-1 1024 35 1234567890",
      line("cp-1", Buffer.concat([ecdsa(1).subarray(0, -1), Buffer.of(0)])).trimEnd(),
      line("cp-1", rsa(1, 1016)).trimEnd(),
      `@unheard-of cp-1 ssh-ed25519 ${encoded}`,
      `@revoked @cert-authority cp-1 ssh-ed25519 ${encoded}`,
      `@revoked  @revoked cp-1 ssh-ed25519 ${encoded}`,
      // ssh looks for the space after the marker first, so a tab ends it only in a line without spaces.
      `@revoked\tcp-1 ssh-ed25519 ${encoded}`,
      `\u00a0cp-1 ssh-ed25519 ${encoded}`,
      `\ufeffcp-1 ssh-ed25519 ${encoded}`,
    ]) {
      assert.deepEqual(found(text, "cp-1"), [], text);
    }
  });

  it("take what ssh takes: tabs, indentation, comments after the key, line ends of Windows", () => {
    for (const text of [
      `cp-1 ssh-ed25519 ${encoded}`,
      `\t cp-1\t ssh-ed25519  ${encoded} a comment\r`,
      `cp-1 ssh-ed25519 ${encoded}\r`,
      `@cert-authority  cp-1 ssh-ed25519 ${encoded}`,
      `@revoked\tcp-1\tssh-ed25519\t${encoded}`,
      `cp-1 rsa-sha2-512 ${rsa(1).toString("base64")}`,
      line("cp-1", rsa(1, 1024)).trimEnd(),
      line("cp-1", ecdsa(1)).trimEnd(),
    ]) {
      assert.deepEqual(found(`\n${text}\n`, "cp-1"), [2], text);
    }
    assert.equal(parseKnownHosts(`a rsa-sha2-256 ${rsa(1).toString("base64")}`, "f")[0]?.keyType, "ssh-rsa");
  });
});
