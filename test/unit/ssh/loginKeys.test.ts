import assert from "node:assert/strict";
import type { AgentKey } from "../../../src/ssh/agent.ts";
import { type IdentityFile, keyCandidates, whyNoKey } from "../../../src/ssh/loginKeys.ts";
import type { KeyFile } from "../../../src/ssh/privateKey.ts";
import { parsePublicKey, type PublicKey } from "../../../src/ssh/publicKey.ts";
import { wireString, wireUint32 } from "../../../src/ssh/wireFormat.ts";

/** A key whose number is its name: nobody looks at it. */
function publicKey(name: string, type = "ssh-ed25519"): PublicKey {
  const key = parsePublicKey(Buffer.concat([wireString(type), wireString(name)]));
  assert.ok(key);
  return key;
}

function certificate(name: string, users = 1): PublicKey {
  const never = Buffer.alloc(8, 255);
  const key = parsePublicKey(
    Buffer.concat([
      wireString("ssh-ed25519-cert-v01@openssh.com"),
      wireString("nonce"),
      wireString(name),
      Buffer.alloc(8),
      wireUint32(users),
      wireString(`certificate of ${name}`),
      wireString(""),
      Buffer.alloc(8),
      never,
    ]),
  );
  assert.ok(key);
  return key;
}

const held = (key: PublicKey): AgentKey => ({ publicKey: key, comment: "" });

const open = (name: string): KeyFile => ({
  kind: "open",
  key: { publicKey: publicKey(name), sign: () => Promise.reject(new Error("nothing to sign")) },
});

const encrypted: KeyFile = { kind: "encrypted", publicKey: undefined, digest: "", decrypt: () => undefined };

function identity(
  name: string,
  file: KeyFile = open(name),
  changes: Partial<IdentityFile> = {},
): IdentityFile {
  return { path: `/keys/${name}`, file, publicKey: publicKey(name), certificate: undefined, ...changes };
}

/** "name by its signers" of each candidate, in order. */
function order(...parameters: Parameters<typeof keyCandidates>): readonly string[] {
  return keyCandidates(...parameters).map(({ label, publicKey: key, signers }) => {
    const name = key === undefined ? "unknown" : (key.certificate?.keyId ?? key.blob.subarray(19).toString());
    const source = label.kind === "file" ? label.path : "agent";
    return `${name} of ${source} by ${signers.map(({ kind }) => kind).join(", ")}`;
  });
}

describe("the keys of a login", () => {
  it("are the named ones, the agent's others, and the default ones, each once", () => {
    const sources = {
      named: [identity("a"), identity("b")],
      defaults: [identity("c"), identity("x")],
      agent: ["x", "b", "y"].map((name) => held(publicKey(name))),
    };
    assert.deepEqual(order(sources, true), [
      "a of /keys/a by file",
      "b of /keys/b by agent, file",
      "x of agent by agent",
      "y of agent by agent",
      "c of /keys/c by file",
    ]);
    assert.deepEqual(order(sources, false), [
      "a of /keys/a by file",
      "b of /keys/b by agent, file",
      "c of /keys/c by file",
      "x of /keys/x by agent, file",
    ]);
  });

  it("begin with the one that was accepted last, and end with those that must be decrypted to be known", () => {
    const sources = {
      named: [identity("a", encrypted, { publicKey: undefined }), identity("b")],
      defaults: [identity("c")],
      agent: [held(publicKey("x"))],
    };
    assert.deepEqual(order(sources, true, publicKey("c").id), [
      "c of /keys/c by file",
      "b of /keys/b by file",
      "x of agent by agent",
      "unknown of /keys/a by file",
    ]);
  });

  it("have their certificates before them, whoever has those", () => {
    const inAgent = certificate("a");
    const beside = certificate("b");
    const sources = {
      named: [identity("a"), identity("b", open("b"), { certificate: beside })],
      defaults: [],
      agent: [held(publicKey("b")), held(inAgent)],
    };
    assert.equal(inAgent.certificate?.subject, publicKey("a").id);
    assert.deepEqual(order(sources, true), [
      "certificate of a of /keys/a by agent, file",
      "a of /keys/a by file",
      "certificate of b of /keys/b by agent, file",
      "b of /keys/b by agent, file",
    ]);
  });

  it("need no file of their own when the agent has them", () => {
    const missing = { kind: "missing" } as const;
    const agent = [held(publicKey("a"))];
    const sources = { named: [identity("a", missing), identity("b", missing)], defaults: [], agent };
    assert.deepEqual(order(sources, false), ["a of /keys/a by agent"]);
    assert.equal(whyNoKey(identity("a", missing), agent), undefined);
    assert.equal(whyNoKey(identity("b", missing), agent), "does not exist");
  });

  it("tell what is in the way of a file", () => {
    const nobody: readonly AgentKey[] = [];
    assert.equal(whyNoKey(identity("a"), nobody), undefined);
    assert.equal(whyNoKey(identity("a", encrypted), nobody), undefined);
    const unusable = { kind: "unusable", why: "cannot be read" } as const;
    assert.equal(whyNoKey(identity("a", unusable, { publicKey: undefined }), nobody), "cannot be read");
    const publicHalf = identity("a", { kind: "public", publicKey: publicKey("a") });
    assert.match(whyNoKey(publicHalf, nobody) ?? "", /no SSH agent holds its private key/);
    assert.equal(whyNoKey(publicHalf, [held(certificate("a"))]), undefined);
    const touched = publicKey("s", "sk-ssh-ed25519@openssh.com");
    const byTouch = identity("s", { kind: "public", publicKey: touched }, { publicKey: touched });
    assert.match(whyNoKey(byTouch, nobody) ?? "", /needs its security key/);
  });
});
