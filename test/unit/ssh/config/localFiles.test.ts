import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { globConfigFiles, readConfigText } from "../../../../src/ssh/config/localFiles.ts";

describe("files of ssh_config on this machine", () => {
  let folder = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ssh-config-"));
    mkdirSync(join(folder, "config.d"));
    mkdirSync(join(folder, "other"));
    for (const name of [
      "config.d/20-b",
      "config.d/10-a",
      "config.d/.hidden",
      "config.d/x[1]",
      "other/10-c",
      "config",
    ]) {
      writeFileSync(join(folder, name), name);
    }
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function glob(pattern: string): Promise<readonly string[]> {
    const paths = await globConfigFiles(`${folder.replaceAll("\\", "/")}/${pattern}`, process.platform);
    return paths.map((path) => path.slice(folder.length + 1));
  }

  it("are found by patterns, sorted, without hidden ones", async () => {
    assert.deepEqual(await glob("config.d/*"), ["config.d/10-a", "config.d/20-b", "config.d/x[1]"]);
    assert.deepEqual(await glob("*/10-?"), ["config.d/10-a", "other/10-c"]);
    assert.deepEqual(await glob("config.d/[12]0-[!a]"), ["config.d/20-b"]);
    assert.deepEqual(await glob("config.d/.h*"), ["config.d/.hidden"]);
    assert.deepEqual(await glob("config"), ["config"]);
  });

  it("are not found by braces, double stars, or what matches nothing", async () => {
    for (const pattern of [
      "config.d/{10-a,20-b}",
      "**/10-c/x",
      "missing",
      "missing/*",
      "config/*",
      "[z-a]*",
      "config.d/[z",
    ]) {
      assert.deepEqual(await glob(pattern), [], pattern);
    }
  });

  it("are found by their own names where a backslash takes a bracket's meaning", async function () {
    if (process.platform === "win32") {
      console.log("      skipped: a backslash parts folders on Windows");
      this.skip();
    }
    assert.deepEqual(await glob("config.d/x\\[1\\]"), ["config.d/x[1]"]);
    assert.deepEqual(await glob("config.d/\\x?1]"), ["config.d/x[1]"]);
  });

  it("are nothing when they do not exist, and empty when they are folders", async () => {
    const trust = { uid: process.getuid?.(), unchecked: [] };
    assert.equal(await readConfigText(join(folder, "missing"), trust), undefined);
    assert.equal(await readConfigText(join(folder, "config", "below"), trust), undefined);
    assert.equal(await readConfigText(join(folder, "config.d"), trust), "");
    assert.equal(await readConfigText(join(folder, "config"), trust), "config");
  });

  it("are refused when somebody else could have written them, and are not only looked at by name", async function () {
    const uid = process.getuid?.();
    if (uid === undefined) {
      console.log("      skipped: this platform has no user ids");
      this.skip();
    }
    const file = join(folder, "config");
    const link = join(folder, "link");
    symlinkSync(file, link);
    const refused = { name: "SshConfigError", file: link };
    chmodSync(file, 0o602);
    await assert.rejects(readConfigText(link, { uid, unchecked: [] }), refused);
    assert.equal(await readConfigText(link, { uid, unchecked: [link] }), "config");
    assert.equal(await readConfigText(link, { uid: undefined, unchecked: [] }), "config");
    chmodSync(file, 0o600);
    assert.equal(await readConfigText(link, { uid, unchecked: [] }), "config");
    if (uid !== 0) {
      await assert.rejects(readConfigText(link, { uid: uid + 1, unchecked: [] }), refused);
    }
  });
});
