import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { SshConfigError } from "../../src/ssh/config/sshConfigError.ts";
import { createOracle, whyNoOracle, type SshConfigOracle } from "./support/sshConfigOracle.ts";
import { configFiles, destinations, singleLines } from "./support/sshConfigText.ts";

const runs = process.env["KUBEADM_TEST_FULL"] ? 6000 : 200;

describe("ssh_config as ssh reads it", function () {
  this.timeout(1000 * runs);
  let oracle: SshConfigOracle;
  let file = "";

  before(function () {
    const why = whyNoOracle();
    if (why !== undefined) {
      console.log(`    skipped: ${why}`);
      this.skip();
    }
    oracle = createOracle();
    file = join(oracle.sshFolder, "main");
  });

  // undefined when the suite was skipped.
  after(() => (oracle as SshConfigOracle | undefined)?.dispose());

  it(`agrees with ssh -G on ${runs} generated configurations, and on what is none`, async () => {
    const outcomes = { read: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(
        configFiles,
        fc.uniqueArray(destinations, { minLength: 2, maxLength: 2 }),
        fc.option(fc.constantFrom("root", "eve"), { nil: undefined, freq: 3 }),
        fc.option(fc.constantFrom(22, 2022), { nil: undefined, freq: 3 }),
        async (config, [first = "", second = ""], user, port) => {
          const main = oracle.write(config);
          const text = JSON.stringify(config);
          outcomes[await oracle.agree({ file: main, destination: first, user, port }, text)] += 1;
          outcomes[await oracle.agree({ file: main, destination: second }, text)] += 1;
        },
      ),
      { numRuns: runs },
    );
    console.log(`      ${outcomes.read} read, ${outcomes.refused} refused`);
    assert.ok(outcomes.read > runs && outcomes.refused > 0, JSON.stringify(outcomes));
  });

  it(`agrees with ssh -G on ${runs} lines by themselves`, async () => {
    await fc.assert(
      fc.asyncProperty(singleLines, async (line) => {
        writeFileSync(file, `${line}\n`);
        await oracle.agree({ file, destination: "web-1" }, line);
      }),
      { numRuns: runs },
    );
  });

  it("expands tokens, variables and ~ as ssh does when it connects", async () => {
    const tokens = ["%h", "%n", "%p", "%r", "%k", "%%", "x", "/"] as const;
    const more = ["%u", "%d", "%i", "%l", "%L", "%C", "${KEYS}", " "] as const;
    const paths = fc
      .tuple(
        fc.constantFrom("", "~", "~/", "~root/"),
        fc.array(fc.constantFrom(...tokens, ...more), { minLength: 1, maxLength: 5 }),
      )
      .map(([start, parts]) => `${start}/${parts.join("")}`);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(paths, { minLength: 1, maxLength: 4 }),
        fc.array(fc.constantFrom(...tokens, " "), { maxLength: 8 }),
        fc.constantFrom("", "HostName Box.%h", "HostKeyAlias Al", "Port 2022\nUser adm"),
        fc.constantFrom("web-1", "eve@Web-1"),
        async (names, command, setting, destination) => {
          const lines = names.map((name) => `IdentityFile "${name}"\n`);
          writeFileSync(file, `${lines.join("")}ProxyCommand true ${command.join("")}\n${setting}\n`);
          const [theirs, mine] = await Promise.all([
            oracle.connect({ file, destination }),
            oracle.ours({ file, destination }),
          ]);
          assert.ok(!(mine instanceof SshConfigError));
          assert.deepEqual(mine.proxy, { kind: "command", command: theirs.command });
          assert.deepEqual(mine.identityFiles, theirs.files);
        },
      ),
      { numRuns: Math.ceil(runs / 6) },
    );
  });

  it("expands the tokens of hops as ssh does", async () => {
    writeFileSync(file, "ProxyJump one.%n,%r@two.%h:2200\n");
    const { command } = await oracle.connect({ file, destination: "eve@web-1" });
    assert.match(command ?? "", / -l eve -p 2200 -J one\.web-1 .* two\.web-1$/);
    const options = await oracle.ours({ file, destination: "eve@web-1" });
    assert.deepEqual(options instanceof SshConfigError ? options : options.proxy, {
      kind: "jump",
      hops: [
        { host: "one.web-1", user: undefined, port: undefined },
        { host: "two.web-1", user: "eve", port: 2200 },
      ],
    });
  });

  it("refuses what ssh refuses only when it connects", async () => {
    for (const line of [
      "IdentityFile %z",
      "IdentityFile ~nobody-of-that-name/x",
      "IdentityFile ${NONE}",
      "ProxyCommand true %u",
    ]) {
      writeFileSync(file, `${line}\nProxyCommand true\n`);
      const theirs = await oracle.connect({ file, destination: "web-1" });
      assert.ok(theirs.files.length === 0 || theirs.command === undefined, line);
      const mine = await oracle.ours({ file, destination: "web-1" });
      assert.ok(mine instanceof SshConfigError, line);
      assert.deepEqual([mine.file, mine.line], [file, 1]);
    }
  });

  it("reads the included files of nobody but the person and root", async () => {
    const included = join(oracle.sshFolder, "included");
    writeFileSync(file, "Include included\nUser eve\n");
    writeFileSync(included, "Port 2022\n");
    for (const [mode, outcome] of [
      [0o644, "read"],
      [0o666, "refused"],
      [0o602, "refused"],
      [0o400, "read"],
    ] as const) {
      chmodSync(included, mode);
      assert.equal(await oracle.agree({ file, destination: "web-1" }, mode.toString(8)), outcome);
    }
  });

  it("refuses files that include each other more than 16 deep, and not a chain of 16", async () => {
    for (const [depth, outcome] of [
      [16, "read"],
      [17, "refused"],
    ] as const) {
      for (let at = 0; at <= depth; at += 1) {
        const text = at === depth ? "User eve\n" : `Include chain${at + 1}\n`;
        writeFileSync(join(oracle.sshFolder, `chain${at}`), text);
      }
      const chain = join(oracle.sshFolder, "chain0");
      assert.equal(await oracle.agree({ file: chain, destination: "web-1" }, String(depth)), outcome);
    }
  });

  it("refuses a file of the setting that is not there", async () => {
    assert.equal(
      await oracle.agree({ file: join(oracle.sshFolder, "nowhere"), destination: "web-1" }),
      "refused",
    );
  });

  it("takes the names that a destination and a user may have, and no others", async () => {
    writeFileSync(file, "");
    for (const destination of [
      "a;b",
      "$(x)",
      "a b",
      "a`b",
      "a\\b",
      "a'b",
      "ssh://h/path",
      "ssh://u@",
      "u@-h",
    ]) {
      assert.equal(await oracle.agree({ file, destination }), "refused", destination);
    }
    for (const destination of ["ssh://a%20b@host:22", "ssh://host/", "fe80::1%lo", "_x"]) {
      assert.equal(await oracle.agree({ file, destination }), "read", destination);
    }
    for (const user of ["a;b", "-a", "a|b", "a\\"]) {
      assert.equal(await oracle.agree({ file, destination: "host", user }), "refused", user);
    }
    for (const user of ["a b", "a\\b", "DOMAIN$x"]) {
      assert.equal(await oracle.agree({ file, destination: "host", user }), "read", user);
    }
  });
});
