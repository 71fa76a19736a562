import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { fingerprint } from "../../src/ssh/hostKey.ts";
import { entriesFor, knownHostLine, knownHostNames, parseKnownHosts } from "../../src/ssh/knownHosts.ts";
import { hashed } from "../unit/ssh/hostKeys.ts";

const runs = process.env["KUBEADM_TEST_FULL"] ? 10_000 : 300;

/** Names of hosts that are looked up: some that patterns match, some with a port. */
const letters = fc.constantFrom("a", "b", ".", "1", "-");
const address = fc.oneof(
  fc.string({ unit: letters, minLength: 1, maxLength: 4 }),
  fc.constantFrom("fe80::1", "10.0.0.1"),
);
const place = fc.record({ address, port: fc.constantFrom(22, 2222) });
const name = place.map((wanted) => knownHostNames(wanted)[0]);

const glob = fc.string({
  unit: fc.oneof(letters, fc.constantFrom("*", "?", "A", "B")),
  minLength: 1,
  maxLength: 4,
});
const pattern = fc.oneof(
  name,
  name.map((text) => text.toUpperCase()),
  glob,
  glob.map((text) => `!${text}`),
  glob.map((text) => `[${text}]:2222`),
  fc.constantFrom("", "*", "!*", "[*]:*", "!!a"),
);
const names = fc.oneof(
  { weight: 4, arbitrary: fc.array(pattern, { minLength: 1, maxLength: 4 }).map((some) => some.join(",")) },
  { weight: 1, arbitrary: name.map(hashed) },
);

const space = fc.constantFrom(" ", " ", " ", "\t", "  ", " \t");
const marker = fc.oneof(
  { weight: 6, arbitrary: fc.constant("") },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom("@revoked", "@cert-authority"), space).map((two) => two.join("")),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("@unheard-of ", "@", "@ ", "@revoked @revoked ", "@REVOKED ", "@revoked"),
  },
);
const ending = fc.constantFrom("", "", " a comment", "\t#x", " ", "\r", " comment\r");

/** Lines that are no entries, or do not look like one at first. */
const odd = fc.constantFrom(
  "",
  "\r",
  "# a comment",
  "  # a ssh-ed25519 AAAA",
  "a",
  "a b",
  "a 1024 35 1234567",
  "*",
  "* x",
);

describe("known_hosts as ssh-keygen reads it", function () {
  this.timeout(600_000);
  let folder = "";
  let file = "";
  let keys: readonly string[] = [];

  before(function () {
    if (spawnSync("ssh-keygen", ["-?"]).error) {
      console.log("    skipped: there is no ssh-keygen");
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "known-hosts-"));
    file = join(folder, "known_hosts");
    keys = [
      ["ed25519", "256"],
      ["ecdsa", "256"],
      ["ecdsa", "521"],
      ["rsa", "1024"],
    ].map(([type = "", bits = ""]) => {
      const path = join(folder, `${type}-${bits}`);
      execFileSync("ssh-keygen", ["-q", "-t", type, "-b", bits, "-N", "", "-C", "", "-f", path]);
      return readFileSync(`${path}.pub`, "utf8").trim();
    });
  });
  after(() => {
    if (folder !== "") {
      rmSync(folder, { recursive: true });
    }
  });

  /** "LINE MARKER FINGERPRINT" of each entry that ssh-keygen finds. */
  function theirs(wanted: string): readonly string[] {
    const { stdout } = spawnSync("ssh-keygen", ["-l", "-F", wanted, "-f", file], { encoding: "utf8" });
    return [...stdout.matchAll(/^# Host .* found: line (\d+) (\S*)\n.* (SHA256:\S+)/gm)].map(
      ([, line, mark = "", print]) => `${line} ${mark} ${print}`,
    );
  }

  function ours(text: string, wanted: string): readonly string[] {
    const words = { none: "", revoked: "REVOKED", "cert-authority": "CA" };
    return entriesFor(parseKnownHosts(text, file), wanted).map(
      (entry) => `${entry.line} ${words[entry.marker]} ${fingerprint(entry.key)}`,
    );
  }

  /** A line that is sound; its key is the `index`-th. */
  const sound = fc
    .tuple(marker, names, fc.nat(3), space, space, ending)
    .map(([mark, hosts, index, one, two, end]) => ({ mark, hosts, index, one, two, end }));

  function write({
    mark,
    hosts,
    index,
    one,
    two,
    end,
  }: typeof sound extends fc.Arbitrary<infer T> ? T : never): string {
    const [type = "", encoded = ""] = keys[index]?.split(" ") ?? [];
    return `${mark}${hosts}${one}${type}${two}${encoded}${end}`;
  }

  it("finds the same entries, whatever is in the file", () => {
    /** A sound line, perhaps with a character removed, doubled or replaced at some place. */
    const line = fc.oneof(
      { weight: 6, arbitrary: sound.map((parts) => () => write(parts)) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(
            sound,
            fc.nat(400),
            fc.constantFrom("", "=", "*", "A", " ", "\t", "\r", "@", "|", ",", "/", "é"),
          )
          .map(([parts, at, text]) => () => {
            const whole = write(parts);
            const index = at % whole.length;
            return whole.slice(0, index) + text + whole.slice(index + 1);
          }),
      },
      { weight: 1, arbitrary: odd.map((text) => () => text) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(
            name,
            fc.constantFrom("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa", "SSH-RSA", "ssh-ed25519", "rsa"),
            fc.nat(3),
          )
          .map(
            ([host, type, index]) =>
              () =>
                `${host} ${type} ${keys[index]?.split(" ")[1] ?? ""}`,
          ),
      },
    );
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        name,
        (lines, isHashed, wanted) => {
          // Every line has its end: OpenSSH before 10.1 reads on behind a last one that ends with a name.
          writeFileSync(file, lines.map((text) => `${text()}\n`).join(""));
          if (isHashed) {
            // It leaves the file alone when a line is no entry.
            spawnSync("ssh-keygen", ["-H", "-f", file]);
          }
          assert.deepEqual(ours(readFileSync(file, "utf8"), wanted), theirs(wanted));
        },
      ),
      { numRuns: runs },
    );
  });

  it("finds the lines that are written here, plain and hashed, with the key that was written", () => {
    fc.assert(
      fc.property(place, fc.nat(3), fc.boolean(), (wanted, index, isHashed) => {
        const [keyType = "", encoded = ""] = keys[index]?.split(" ") ?? [];
        const key = Buffer.from(encoded, "base64");
        const text = knownHostLine(wanted, { keyType, key }, isHashed);
        writeFileSync(file, `# a comment\n${text}\n`);
        const [own] = knownHostNames(wanted);
        assert.deepEqual(theirs(own), [`2  ${fingerprint(key)}`]);
        assert.equal(text.startsWith(own), !isHashed);
      }),
      { numRuns: Math.ceil(runs / 10) },
    );
  });

  it("hashes names that are found here", () => {
    fc.assert(
      fc.property(place, fc.nat(3), (wanted, index) => {
        const [own] = knownHostNames(wanted);
        writeFileSync(file, `${own} ${keys[index] ?? ""}\n`);
        execFileSync("ssh-keygen", ["-H", "-f", file], { stdio: "ignore" });
        const text = readFileSync(file, "utf8");
        assert.ok(text.startsWith("|1|"), text);
        assert.equal(ours(text, own).length, 1);
        assert.deepEqual(ours(text, `${own}x`), []);
      }),
      { numRuns: Math.ceil(runs / 10) },
    );
  });

  it("prints the same fingerprints", () => {
    for (const text of keys) {
      writeFileSync(file, `${text}\n`);
      const listed = execFileSync("ssh-keygen", ["-lf", file], { encoding: "utf8" }).split(" ")[1];
      assert.equal(fingerprint(Buffer.from(text.split(" ")[1] ?? "", "base64")), listed);
    }
  });
});
