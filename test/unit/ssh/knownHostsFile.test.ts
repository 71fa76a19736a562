import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { readKnownHosts, recordHostKey } from "../../../src/ssh/knownHostsFile.ts";
import { ed25519, line } from "./hostKeys.ts";

describe("a known_hosts file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "known-hosts-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is created for its owner alone", async () => {
    const file = join(folder, ".ssh", "known_hosts");
    await recordHostKey(file, "a b c");
    assert.equal(await readFile(file, "utf8"), "a b c\n");
    if (process.platform !== "win32") {
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.equal((await stat(join(folder, ".ssh"))).mode & 0o777, 0o700);
    }
  });

  it("keeps its lines and its mode when one is added, also without a last line end", async () => {
    const file = join(folder, "known_hosts");
    await writeFile(file, "# mine\r\n\n  odd line", { mode: 0o644 });
    await recordHostKey(file, "one");
    await recordHostKey(file, "two");
    assert.equal(await readFile(file, "utf8"), "# mine\r\n\n  odd line\none\ntwo\n");
    if (process.platform !== "win32") {
      assert.equal((await stat(file)).mode & 0o777, 0o644);
    }
  });

  it("loses nothing when several processes add to it at the same time", async function () {
    this.timeout(20_000);
    const file = join(folder, "known_hosts");
    const module = new URL("../../../src/ssh/knownHostsFile.ts", import.meta.url).href;
    const program = `
      const { recordHostKey } = await import(${JSON.stringify(module)});
      const add = (n) => recordHostKey(process.argv[1], process.argv[2] + "-" + n + " " + "x".repeat(500));
      await Promise.all(Array.from({ length: 100 }, (_, n) => add(n)));`;
    const run = promisify(execFile);
    await Promise.all(
      ["a", "b", "c"].map((name) =>
        run(process.execPath, ["--input-type=module", "-e", program, file, name]),
      ),
    );
    const expected = ["a", "b", "c"].flatMap((name) =>
      Array.from({ length: 100 }, (_, n) => `${name}-${n} ${"x".repeat(500)}`),
    );
    const text = await readFile(file, "utf8");
    assert.deepEqual(text.trimEnd().split("\n").sort(), expected.sort());
  });

  it("may be missing, and is read with the others in order", async () => {
    const [one, two] = [join(folder, "one"), join(folder, "two")];
    await writeFile(one, line("a", ed25519(1)));
    await writeFile(two, line("b", ed25519(1)));
    const { entries, unread } = await readKnownHosts([two, join(folder, "none"), one]);
    assert.deepEqual(
      entries.map(({ file, names }) => [file, names]),
      [
        [two, "b"],
        [one, "a"],
      ],
    );
    assert.deepEqual(unread, []);
  });

  it("is passed over when it cannot be read, and named", async () => {
    const [broken, sound] = [join(folder, "broken"), join(folder, "sound")];
    await mkdir(broken);
    await writeFile(sound, line("a", ed25519(1)));
    const { entries, unread } = await readKnownHosts([broken, sound]);
    assert.equal(entries.length, 1);
    assert.equal(unread[0]?.file, broken);
    assert.match(unread[0].why, /EISDIR/);
  });

  it("may be one that keeps nothing", async function () {
    if (process.platform === "win32") {
      console.log("      skipped: Windows has no /dev/null");
      this.skip();
    }
    await recordHostKey("/dev/null", "a b c");
    assert.deepEqual(await readKnownHosts(["/dev/null"]), { entries: [], unread: [] });
  });

  it("says why a line cannot be added", async () => {
    await assert.rejects(recordHostKey(folder, "a"), { code: "EISDIR" });
    await writeFile(join(folder, "file"), "");
    await assert.rejects(recordHostKey(join(folder, "file", "known_hosts"), "a"), { code: /EEXIST|ENOTDIR/ });
  });
});
