import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KubeadmError } from "../../../src/core/errors.ts";
import { withFileLock } from "../../../src/files/fileLock.ts";
import { hasKubectl } from "../kubeconfig/samples.ts";
import { inDirectory, modeOf, namesIn } from "./directory.ts";

const atOnce = { waitMs: 0 };

async function lockedError(path: string): Promise<KubeadmError> {
  try {
    await withFileLock([path], () => Promise.resolve(), atOnce);
  } catch (error) {
    assert.ok(error instanceof KubeadmError && error.code === "file-locked", String(error));
    return error;
  }
  return assert.fail("the lock was taken");
}

describe("locking a kubeconfig as kubectl does", () => {
  it(
    "holds PATH.lock while it works, and removes it also after a failure",
    inDirectory(async (dir) => {
      const path = join(dir, "new", "config");
      await withFileLock([path, path], async () => {
        assert.deepEqual(await namesIn(join(dir, "new")), ["config.lock"]);
      });
      assert.equal(await modeOf(join(dir, "new")), "0700");
      await assert.rejects(
        withFileLock([path], () => Promise.reject(new Error("mine"))),
        /mine/,
      );
      assert.deepEqual(await namesIn(join(dir, "new")), []);
    }),
  );

  it(
    "waits for another's lock to go away",
    inDirectory(async (dir) => {
      const path = join(dir, "config");
      await writeFile(`${path}.lock`, "");
      let pauses = 0;
      const pause = async (): Promise<void> => {
        pauses += 1;
        await (pauses === 3 ? rm(`${path}.lock`) : undefined);
      };
      assert.equal(await withFileLock([path], () => Promise.resolve("done"), { pause }), "done");
      assert.equal(pauses, 3);
    }),
  );

  it(
    "never takes another's lock, and says whose it is and how to remove it",
    inDirectory(async (dir) => {
      const path = join(dir, "config");
      await writeFile(`${path}.lock`, "", { mode: 0 });
      const error = await lockedError(path);
      assert.match(error.message, /config is locked by another program, such as kubectl, since 20\d\d-/);
      assert.match(error.next ?? "", /remove .*config\.lock/);
      assert.ok(existsSync(`${path}.lock`));
    }),
  );

  it(
    "names one of ourselves that holds the lock, and tells when its process is gone",
    inDirectory(async (dir) => {
      const path = join(dir, "config");
      await withFileLock([path], async () => {
        assert.match(
          (await lockedError(path)).message,
          new RegExp(`Kubeadm for VS Code \\(process ${process.pid} on`),
        );
        const holder = JSON.parse(await readFile(`${path}.lock`, "utf8")) as object;
        await writeFile(`${path}.lock`, JSON.stringify({ ...holder, pid: 2 ** 30 }));
        assert.match((await lockedError(path)).message, /which is no longer running/);
      });
    }),
  );

  it(
    "leaves a lock alone that someone else made after removing ours",
    inDirectory(async (dir) => {
      const path = join(dir, "config");
      await withFileLock([path], async () => {
        // Made before ours is removed, so that it is another file for certain.
        await writeFile(join(dir, "theirs"), "");
        await rm(`${path}.lock`);
        execFileSync("mv", [join(dir, "theirs"), `${path}.lock`]);
      });
      assert.deepEqual(await namesIn(dir), ["config.lock"]);
    }),
  );

  it(
    "releases the files that it has when it does not get all",
    inDirectory(async (dir) => {
      await writeFile(join(dir, "b.lock"), "");
      await assert.rejects(
        withFileLock([join(dir, "b"), join(dir, "a")], () => Promise.resolve(), atOnce),
        /b is locked/,
      );
      assert.deepEqual(await namesIn(dir), ["b.lock"]);
    }),
  );

  (hasKubectl ? it : it.skip)(
    "keeps kubectl from writing",
    inDirectory(async (dir) => {
      const path = join(dir, "config");
      const argv = ["config", "set-context", "a", "--cluster=b", "--kubeconfig", path];
      await withFileLock([path], async () => {
        assert.throws(() => execFileSync("kubectl", argv, { stdio: "pipe" }), /config\.lock: file exists/);
        await Promise.resolve();
      });
      execFileSync("kubectl", argv, { stdio: "pipe" });
      assert.deepEqual(await namesIn(dir), ["config"]);
    }),
  );
});
