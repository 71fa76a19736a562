import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import {
  entriesFor,
  fingerprint,
  judgeHostKey,
  knownHostLine,
  knownHostName,
  offeredHostKeyAlgorithms,
  parseKnownHosts,
} from "../../../src/ssh/knownHosts.ts";
import { testTarget } from "../../contract/support/testTarget.ts";
import { readKnownHosts, recordHostKey } from "../../../src/ssh/knownHostsFile.ts";

/** A public key in SSH's wire format; its point is not checked by anything here. */
function key(type: string, seed: number): Buffer {
  const field = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  return Buffer.concat([field(Buffer.from(type)), field(Buffer.alloc(32, seed))]);
}

function line(names: string, publicKey: Buffer, marker = ""): string {
  const type = publicKey.toString("latin1", 4, 4 + publicKey.readUInt32BE(0));
  return `${marker}${names} ${type} ${publicKey.toString("base64")}\n`;
}

function hashed(name: string): string {
  const salt = randomBytes(20);
  const hash = createHmac("sha1", salt).update(name).digest("base64");
  return `|1|${salt.toString("base64")}|${hash}`;
}

const ed = key("ssh-ed25519", 1);
const otherEd = key("ssh-ed25519", 2);
const rsa = key("ssh-rsa", 3);

function judge(text: string, address: string, port: number, publicKey: Buffer): string {
  return judgeHostKey(parseKnownHosts(text, "known_hosts"), address, port, publicKey).kind;
}

describe("known hosts", () => {
  it("know a host by its name, one of several names, a wildcard, or a hash", () => {
    for (const names of ["cp-1", "other,cp-1", "CP-1", "cp-*", "c?-1", "*", hashed("cp-1")]) {
      assert.equal(judge(line(names, ed), "cp-1", 22, ed), "known", names);
      assert.equal(judge(line(names, ed), "Cp-1", 22, ed), "known", names);
    }
    for (const names of [
      "cp-11",
      "cp-",
      "c?1",
      "*,!cp-1",
      "!cp-1",
      "[cp-1]:2222",
      hashed("cp-2"),
      "|2|x|y",
    ]) {
      assert.equal(judge(line(names, ed), "cp-1", 22, ed), "unknown", names);
    }
  });

  it("know a host at another port by [address]:port, or by the bare address with the same key", () => {
    assert.equal(judge(line("[cp-1]:2222", ed), "cp-1", 2222, ed), "known");
    assert.equal(judge(line("[::1]:2222", ed), "::1", 2222, ed), "known");
    assert.equal(judge(line(hashed("[cp-1]:2222"), ed), "cp-1", 2222, ed), "known");
    assert.equal(judge(line("cp-1", ed), "cp-1", 2222, ed), "known");
    assert.equal(judge(line("cp-1", ed), "cp-1", 2222, otherEd), "unknown");
    assert.equal(judge(line("[cp-1]:2222", ed), "cp-1", 2222, otherEd), "changed");
  });

  it("tell a changed key with both fingerprints and the place of the old one", () => {
    const entries = parseKnownHosts(`# comment\n\n${line("cp-1", ed)}`, "/home/a/.ssh/known_hosts");
    assert.deepEqual(judgeHostKey(entries, "cp-1", 22, otherEd), {
      kind: "changed",
      file: "/home/a/.ssh/known_hosts",
      line: 3,
      recorded: fingerprint(ed),
      presented: fingerprint(otherEd),
    });
  });

  it("know a host that has several keys of one type", () => {
    assert.equal(judge(line("cp-1", ed) + line("cp-1", otherEd), "cp-1", 22, otherEd), "known");
  });

  it("name the recorded types when the key is of another", () => {
    const entries = parseKnownHosts(line("cp-1", ed), "f");
    assert.deepEqual(judgeHostKey(entries, "cp-1", 22, rsa), {
      kind: "unknown",
      recordedKeyTypes: ["ssh-ed25519"],
    });
  });

  it("refuse a revoked key, even when it is also known", () => {
    assert.equal(judge(line("cp-1", ed) + line("*", ed, "@revoked "), "cp-1", 22, ed), "revoked");
    assert.equal(judge(line("cp-2", ed, "@revoked "), "cp-1", 22, ed), "unknown");
    assert.equal(judge(line("*", otherEd, "@revoked ") + line("cp-1", ed), "cp-1", 22, ed), "known");
  });

  it("do not take a certificate authority's key for a host's", () => {
    assert.equal(judge(line("*", ed, "@cert-authority "), "cp-1", 22, ed), "unknown");
    assert.equal(judge(line("*", ed, "@cert-authority "), "cp-1", 22, otherEd), "unknown");
  });

  it("skip what is no entry", () => {
    const text = [
      "# cp-1 ssh-ed25519 AAAA",
      "cp-1",
      "cp-1 ssh-ed25519",
      "cp-1 ssh-ed25519 AAAA",
      `cp-1 ssh-rsa ${ed.toString("base64")}`,
      "cp-1 1024 35 1234567890",
      `@unheard-of cp-1 ssh-ed25519 ${ed.toString("base64")}`,
      `\t cp-1\t ssh-ed25519  ${ed.toString("base64")} a comment\r`,
    ].join("\n");
    assert.deepEqual(
      parseKnownHosts(text, "f").map((entry) => [entry.line, entry.names]),
      [[8, "cp-1"]],
    );
  });

  it("put the recorded types first when algorithms are offered", () => {
    const first = (text: string, port = 22): readonly string[] =>
      offeredHostKeyAlgorithms(parseKnownHosts(text, "f"), testTarget({ address: "cp-1", port })).slice(0, 3);
    assert.deepEqual(first(""), ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384"]);
    assert.deepEqual(first(line("cp-1", rsa)), ["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"]);
    assert.deepEqual(first(line("cp-1", rsa), 2222), ["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"]);
    assert.deepEqual(first(line("cp-1", rsa, "@revoked "))[0], "ssh-ed25519");
    assert.equal(
      new Set(offeredHostKeyAlgorithms(parseKnownHosts(line("*", rsa), "f"), testTarget({ address: "cp-1" })))
        .size,
      6,
    );
  });

  describe("file", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "known-hosts-"));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true });
    });

    it("is created for its owner alone", async function () {
      const file = join(folder, ".ssh", "known_hosts");
      await recordHostKey(file, "cp-1", 22, ed);
      assert.equal(readFileSync(file, "utf8"), `${knownHostLine("cp-1", 22, ed)}\n`);
      if (process.platform !== "win32") {
        assert.equal(statSync(file).mode & 0o777, 0o600);
        assert.equal(statSync(join(folder, ".ssh")).mode & 0o777, 0o700);
      }
    });

    it("keeps its lines and its mode when one is added, also without a last line end", async () => {
      const file = join(folder, "known_hosts");
      writeFileSync(file, "# mine\r\n\n  odd line", { mode: 0o644 });
      await recordHostKey(file, "cp-1", 2222, ed);
      assert.equal(
        readFileSync(file, "utf8"),
        `# mine\r\n\n  odd line\n[cp-1]:2222 ssh-ed25519 ${ed.toString("base64")}\n`,
      );
      assert.equal(statSync(file).mode & 0o777, 0o644);
    });

    it("may be missing, and is read with the others in order", async () => {
      const [one, two] = [join(folder, "one"), join(folder, "two")];
      writeFileSync(one, line("a", ed));
      writeFileSync(two, line("b", ed));
      const entries = await readKnownHosts([two, join(folder, "none"), one]);
      assert.deepEqual(
        entries.map(({ file, names }) => [file, names]),
        [
          [two, "b"],
          [one, "a"],
        ],
      );
    });
  });

  it("agree with ssh-keygen -F and its fingerprints", function () {
    this.timeout(20_000);
    if (spawnSync("ssh-keygen", ["-V"]).error) {
      console.log("      skipped: there is no ssh-keygen");
      this.skip();
    }
    const folder = mkdtempSync(join(tmpdir(), "known-hosts-"));
    const keyFile = join(folder, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", keyFile]);
    const encoded = readFileSync(`${keyFile}.pub`, "utf8").split(" ")[1]?.trim() ?? "";
    const publicKey = Buffer.from(encoded, "base64");
    const listed = execFileSync("ssh-keygen", ["-lf", keyFile], { encoding: "utf8" });
    assert.equal(fingerprint(publicKey), listed.split(" ")[1]);

    const letters = fc.constantFrom("a", "b", ".", "1");
    const address = fc.string({ unit: letters, minLength: 1, maxLength: 4 });
    const port = fc.constantFrom(22, 2222);
    const name = fc.tuple(address, port).map(([host, number]) => knownHostName(host, number));
    const glob = fc.string({
      unit: fc.oneof(letters, fc.constantFrom("*", "?", "A")),
      minLength: 1,
      maxLength: 4,
    });
    const pattern = fc.oneof(
      name,
      glob,
      glob.map((text) => `!${text}`),
      glob.map((text) => `[${text}]:2222`),
    );
    const names = fc.oneof(
      fc.array(pattern, { minLength: 1, maxLength: 4 }).map((patterns) => patterns.join(",")),
      name.map(hashed),
    );
    const marker = fc.constantFrom("", "", "", "@revoked ", "@cert-authority ");
    const lines = fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.tuple(marker, names).map(([mark, text]) => line(text, publicKey, mark)) },
        { weight: 1, arbitrary: fc.constantFrom("\n", "# a comment\n") },
      ),
      { minLength: 1, maxLength: 8 },
    );
    const file = join(folder, "known_hosts");
    fc.assert(
      fc.property(lines, name, (generated, wanted) => {
        const text = generated.join("");
        writeFileSync(file, text);
        const found = spawnSync("ssh-keygen", ["-F", wanted, "-f", file], { encoding: "utf8" });
        const theirs = [...found.stdout.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]));
        const ours = entriesFor(parseKnownHosts(text, file), wanted).map((entry) => entry.line);
        assert.deepEqual(ours, theirs);
      }),
      { numRuns: 300 },
    );
    rmSync(folder, { recursive: true });
  });
});
