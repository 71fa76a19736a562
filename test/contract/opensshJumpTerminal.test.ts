import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SshSession } from "../../src/ssh/sshSession.ts";
import { createCollector, type Collector } from "./support/collector.ts";
import { describeOnChain, through } from "./support/onChain.ts";

describeOnChain("Terminal behind two jump hosts on OpenSSH", ({ chain, linked, targetOf, middleJump }) => {
  let output: Collector;
  let shell: Awaited<ReturnType<SshSession["openShell"]>>;

  beforeEach(async () => {
    output = createCollector();
    const session = linked().session(targetOf(chain().inner, through(middleJump())));
    shell = await session.openShell({
      cols: 91,
      rows: 17,
      term: "xterm-256color",
      onData: output.onOutput,
    });
  });

  it("has the size that it is given, and the exit code of its shell", async () => {
    shell.write("echo $TERM $(stty size) $((40+2))\n");
    await output.seen("xterm-256color 17 91 42");
    shell.resize(100, 20);
    shell.write("echo now $(stty size)\n");
    await output.seen("now 20 100");
    shell.write("exit 3\n");
    assert.equal(await shell.exit, 3);
  });

  it("interrupts by Ctrl+C", async () => {
    shell.write("echo $((1+1)) go; sleep 1000\n");
    await output.seen("2 go");
    shell.write("\x03");
    shell.write("echo ended with $?\n");
    await output.seen("ended with 130");
    shell.write("exit\n");
    await shell.exit;
  });

  it("takes a paste of 64 KB whole", async () => {
    const folder = await mkdtemp(join(tmpdir(), "paste-"));
    const file = join(folder, "pasted");
    const text = Array.from({ length: 1024 }, (_, index) => `${String(index).padStart(62, "ä")}\n`).join("");
    assert.ok(Buffer.byteLength(text) > 64 * 1024);
    shell.write(`stty -echo; echo $((1+1)) ready; cat > ${file}; echo $((1+2)) pasted\n`);
    await output.seen("2 ready");
    shell.write(text);
    shell.write("\x04");
    await output.seen("3 pasted");
    assert.equal(await readFile(file, "utf8"), text);
    shell.write("exit\n");
    await shell.exit;
    await rm(folder, { recursive: true });
  });
});
