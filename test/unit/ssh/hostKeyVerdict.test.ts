import assert from "node:assert/strict";
import {
  judgeHostKey,
  offeredHostKeyAlgorithms,
  type HostKeyVerdict,
} from "../../../src/ssh/hostKeyVerdict.ts";
import { parseKnownHosts, type KnownHostPlace } from "../../../src/ssh/knownHosts.ts";
import { testTarget } from "../../contract/support/testTarget.ts";
import { ecdsa, ed25519, line, rsa } from "./hostKeys.ts";

const key = ed25519(1);
const other = ed25519(2);
const cp1: KnownHostPlace = { address: "cp-1", port: 22 };
const cp1At2222 = { ...cp1, port: 2222 };

function verdict(text: string, place: KnownHostPlace, presented = key): HostKeyVerdict {
  return judgeHostKey(parseKnownHosts(text, "f"), place, presented);
}

function judge(text: string, place: KnownHostPlace, presented = key): string {
  return verdict(text, place, presented).kind;
}

/** Lines of the file that `kind` of an unknown key's surroundings names. */
function around(
  text: string,
  place: KnownHostPlace,
  kind: "authorities" | "neighbours" | "namesakes",
): readonly number[] {
  const judged = verdict(text, place);
  assert.equal(judged.kind, "unknown");
  return judged.kind === "unknown" ? judged[kind].map((entry) => entry.line) : [];
}

describe("a host key", () => {
  it("is known when it is one of those that are listed for the host", () => {
    assert.equal(judge(line("cp-1", key), cp1), "known");
    assert.equal(judge(line("cp-1", other) + line("cp-1", rsa(1)) + line("cp-*", key), cp1), "known");
    assert.equal(judge(line("cp-2", key), cp1), "unknown");
  });

  it("has changed when only others are listed, of whichever type, as ssh holds it", () => {
    assert.equal(judge(line("cp-1", other), cp1), "changed");
    assert.equal(judge(line("cp-1", rsa(1)), cp1), "changed");
    const judged = verdict(line("cp-1", rsa(1)) + line("cp-1", other) + line("cp-1", ecdsa(1)), cp1);
    assert.deepEqual(judged.kind === "changed" && judged.recorded.map((entry) => entry.line), [2, 1, 3]);
  });

  it("is known at another port by the bare address, unless its own name lists keys", () => {
    assert.equal(judge(line("[cp-1]:2222", key), cp1At2222), "known");
    assert.equal(judge(line("cp-1", key), cp1At2222), "known");
    assert.equal(judge(line("cp-1", key) + line("[cp-1]:2222", other), cp1At2222), "changed");
    assert.equal(judge(line("[cp-1]:2222", key), cp1), "unknown");
  });

  it("is unknown, not changed, when the bare address lists others", () => {
    assert.equal(judge(line("cp-1", other), cp1At2222), "unknown");
    assert.deepEqual(around(line("cp-1", other) + line("cp-1", rsa(1)), cp1At2222, "neighbours"), [1, 2]);
  });

  it("is looked up by the alias alone", () => {
    const place = { ...cp1At2222, hostKeyAlias: "Web" };
    assert.equal(judge(line("web", key), place), "known");
    assert.equal(judge(line("web", other) + line("cp-1", key) + line("[cp-1]:2222", key), place), "changed");
    assert.equal(
      judge(line("cp-1", key) + line("[cp-1]:2222", key) + line("[web]:2222", key), place),
      "unknown",
    );
  });

  it("is revoked wherever it is marked so, also when it is known", () => {
    const judged = verdict(line("cp-1", key) + line("*", key, "@revoked "), cp1);
    assert.ok(judged.kind === "revoked");
    assert.equal(judged.entry.line, 2);
    assert.equal(judge(line("[cp-1]:2222", key) + line("cp-1", key, "@revoked "), cp1At2222), "revoked");
    assert.equal(judge(line("cp-2", key, "@revoked "), cp1), "unknown");
    assert.equal(judge(line("*", other, "@revoked ") + line("cp-1", key), cp1), "known");
    assert.equal(judge(line("*", other, "@revoked "), cp1), "unknown");
  });

  it("is not vouched for by a certificate authority, which is told", () => {
    const text = line("*", key, "@cert-authority ") + line("cp-2", other, "@cert-authority ");
    assert.deepEqual(around(text, cp1, "authorities"), [1]);
    assert.deepEqual(around(text, cp1, "namesakes"), []);
    assert.equal(judge(line("*", other, "@cert-authority "), cp1), "unknown");
    assert.equal(judge(line("*", other, "@cert-authority ") + line("cp-1", other), cp1), "changed");
  });

  it("may be listed under other names, which are told", () => {
    assert.deepEqual(
      around(line("cp-2", key) + line("cp-3", other) + line("[cp-1]:23", key), cp1, "namesakes"),
      [1, 3],
    );
  });
});

describe("the offered host key algorithms", () => {
  function first(text: string, place: Partial<KnownHostPlace> = {}): readonly string[] {
    const target = testTarget({ ...cp1, ...place });
    return offeredHostKeyAlgorithms(parseKnownHosts(text, "f"), target).slice(0, 3);
  }
  const usual = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384"];
  const rsaFirst = ["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"];

  it("begin with those of the recorded keys", () => {
    assert.deepEqual(first(""), usual);
    assert.deepEqual(first(line("cp-1", rsa(1))), rsaFirst);
    assert.deepEqual(first(line("cp-1", rsa(1)) + line("cp-1", ecdsa(1))), [
      "ecdsa-sha2-nistp256",
      ...rsaFirst.slice(0, 2),
    ]);
    assert.deepEqual(first(line("cp-1", rsa(1), "@revoked ")), usual);
  });

  it("go by the name whose keys count: the alias, the one with the port, then the bare one", () => {
    assert.deepEqual(first(line("cp-1", rsa(1)), { port: 2222 }), rsaFirst);
    assert.deepEqual(first(line("[cp-1]:2222", rsa(1)) + line("cp-1", key), { port: 2222 }), rsaFirst);
    assert.deepEqual(first(line("web", rsa(1)) + line("cp-1", key), { hostKeyAlias: "web" }), rsaFirst);
    assert.deepEqual(first(line("cp-1", rsa(1)), { hostKeyAlias: "web" }), usual);
  });

  it("are all that ssh_config lets be offered, and no others", () => {
    const offered = (serverHostKey?: ["rsa-sha2-256", "ssh-ed25519"]): readonly string[] =>
      offeredHostKeyAlgorithms(
        parseKnownHosts(line("*", ecdsa(1)), "f"),
        testTarget({ ...cp1, algorithms: serverHostKey ? { serverHostKey } : {} }),
      );
    assert.equal(new Set(offered()).size, 6);
    assert.deepEqual(offered(["rsa-sha2-256", "ssh-ed25519"]), ["rsa-sha2-256", "ssh-ed25519"]);
  });
});
