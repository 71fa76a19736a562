import assert from "node:assert/strict";
import { chmod, lstat, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { atomicWrite } from "../../../src/files/atomicWrite.ts";
import { inDirectory, modeOf, namesIn } from "./directory.ts";

const isRoot = process.getuid?.() === 0;

describe("writing a file atomically", () => {
  it(
    "makes a new file that only its owner reads, and nothing beside it",
    inDirectory(async (dir) => {
      assert.equal(await atomicWrite(join(dir, "f"), "text"), true);
      assert.equal(await readFile(join(dir, "f"), "utf8"), "text");
      assert.equal(await modeOf(join(dir, "f")), "0600");
      assert.deepEqual(await namesIn(dir), ["f"]);
    }),
  );

  it(
    "keeps the mode of the file unless one is given, whatever the umask",
    inDirectory(async (dir) => {
      await writeFile(join(dir, "f"), "old");
      await chmod(join(dir, "f"), 0o666);
      await atomicWrite(join(dir, "f"), "new");
      assert.equal(await modeOf(join(dir, "f")), "0666");
      await atomicWrite(join(dir, "f"), "new", { mode: 0o640 });
      assert.equal(await modeOf(join(dir, "f")), "0640");
    }),
  );

  it(
    "writes to where symbolic links lead, also when there is nothing yet",
    inDirectory(async (dir) => {
      await mkdir(join(dir, "real"));
      await symlink("link2", join(dir, "link1"));
      await symlink(join("real", "f"), join(dir, "link2"));
      await atomicWrite(join(dir, "link1"), "one");
      await atomicWrite(join(dir, "link1"), "two");
      assert.equal(await readFile(join(dir, "real", "f"), "utf8"), "two");
      assert.ok((await lstat(join(dir, "link1"))).isSymbolicLink());
      assert.deepEqual(await namesIn(join(dir, "real")), ["f"]);
    }),
  );

  it(
    "refuses a loop of links, a directory and a missing directory, and leaves nothing behind",
    inDirectory(async (dir) => {
      await symlink("b", join(dir, "a"));
      await symlink("a", join(dir, "b"));
      await mkdir(join(dir, "d"));
      await assert.rejects(atomicWrite(join(dir, "a"), "x"), { code: "ELOOP" });
      await assert.rejects(atomicWrite(join(dir, "d"), "x"), { code: "EISDIR" });
      await assert.rejects(atomicWrite(join(dir, "none", "f"), "x"), { code: "ENOENT" });
      assert.deepEqual(await namesIn(dir), ["a", "b", "d"]);
    }),
  );

  it(
    "writes only when the file still holds what it should",
    inDirectory(async (dir) => {
      const path = join(dir, "f");
      const nothing = { onlyIf: { content: undefined } };
      assert.equal(await atomicWrite(path, "one", nothing), true);
      assert.equal(await atomicWrite(path, "two", nothing), false);
      assert.equal(await atomicWrite(path, "two", { onlyIf: { content: Buffer.from("other") } }), false);
      assert.equal(await readFile(path, "utf8"), "one");
      assert.equal(await atomicWrite(path, "two", { onlyIf: { content: Buffer.from("one") } }), true);
      assert.deepEqual(await namesIn(dir), ["f"]);
    }),
  );

  (isRoot ? it.skip : it)(
    "refuses a file that may not be written",
    inDirectory(async (dir) => {
      await writeFile(join(dir, "f"), "old", { mode: 0o400 });
      await assert.rejects(atomicWrite(join(dir, "f"), "new"), { code: "EACCES" });
      assert.equal(await readFile(join(dir, "f"), "utf8"), "old");
    }),
  );
});
