import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitForLock } from "../../../src/core/packages/apt.ts";

/** Locks are seen in /proc/locks, and are taken here by util-linux' flock. */
const isPossible = process.platform === "linux" && spawnSync("flock", ["--version"]).status === 0;

(isPossible ? describe : describe.skip)("waiting for apt's lock", function () {
  this.timeout(20_000);
  let folder = "";
  let lock = "";
  let holder: ChildProcess | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lock-"));
    lock = join(folder, "lock");
    writeFileSync(lock, "");
  });
  afterEach(() => {
    holder?.kill();
    holder = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs the step as it is, with locks of ours. */
  function wait(seconds: number): { readonly exitCode: number | null; readonly output: string } {
    const args = [String(seconds), join(folder, "no-such-lock"), lock];
    const { status, stdout, stderr } = spawnSync("sh", ["-c", waitForLock.script, "sh", ...args]);
    return { exitCode: status, output: `${stdout.toString()}${stderr.toString()}` };
  }

  async function hold(command: string): Promise<number> {
    holder = spawn("flock", ["--no-fork", lock, "sh", "-c", `echo locked; ${command}`], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    assert.ok(holder.stdout);
    await once(holder.stdout, "data");
    return holder.pid ?? 0;
  }

  it("goes on at once, and says nothing, when nobody holds it", () => {
    assert.deepEqual(wait(5), { exitCode: 0, output: "" });
  });

  it("says who holds it, and gives up after its time", async () => {
    const pid = await hold("read -r line");
    const { exitCode, output } = wait(1);
    assert.equal(exitCode, 1);
    assert.match(
      output,
      new RegExp(
        `^apt is locked by sh \\(pid ${pid}\\), waiting\nE: Could not get lock.*pid ${pid} after 1 s\n$`,
      ),
    );
  });

  it("goes on when it is released", async () => {
    await hold("sleep 1");
    const { exitCode, output } = wait(10);
    assert.equal(exitCode, 0);
    assert.match(output, /^apt is locked by sh .*\n$/);
  });

  it("asks for the locks of dpkg and apt on a host", () => {
    assert.deepEqual(waitForLock.args, [
      "300",
      "/var/lib/dpkg/lock-frontend",
      "/var/lib/dpkg/lock",
      "/var/lib/apt/lists/lock",
    ]);
  });
});
