import assert from "node:assert/strict";
import { Secret, redacted, reveal, text } from "../../../src/core/shell/secret.ts";
import type { Elevation } from "../../../src/ssh/elevation.ts";
import { createLaunch, findGreeting } from "../../../src/ssh/launcher.ts";
import { exitCodeOfSignal } from "../../../src/ssh/signals.ts";

const elevations: readonly Elevation[] = ["none", "sudo", "terminal-sudo", "doas"];

describe("launcher", () => {
  it("has the same command for every script", () => {
    for (const elevation of elevations) {
      assert.equal(
        createLaunch("echo one", "n0nce", elevation).command,
        createLaunch(text`echo ${new Secret("two")}`, "n0nce", elevation).command,
      );
    }
  });

  it("goes through what makes it root, in a plain locale, asked with the nonce where that can be told", () => {
    const start = (elevation: Elevation): string => createLaunch("", "n0nce", elevation).command;
    const terminal = `sh -c 'stty raw -echo 2>/dev/null; printf "%s terminal\\n" "$0"; exec "$@"' n0nce`;
    const sudo = "env LC_ALL=C sudo -S -p 'n0nce password of %p:' sh -c 'exec 3<&0; ";
    assert.ok(start("none").startsWith("sh -c 'exec 3<&0; setsid sh "), start("none"));
    assert.ok(start("sudo").startsWith(`${sudo}setsid sh `), start("sudo"));
    assert.ok(start("terminal-sudo").startsWith(`${terminal} ${sudo}{ setsid sh `), start("terminal-sudo"));
    assert.ok(
      start("doas").startsWith(`${terminal} env LC_ALL=C doas sh -c 'exec 3<&0; { setsid sh `),
      start("doas"),
    );
  });

  it("has no quote within a quoted word, which shells other than POSIX read in their own way", () => {
    for (const elevation of elevations) {
      const { command } = createLaunch("", "n0nce", elevation);
      // Quoted words and what stands between them.
      assert.match(command, /^[^'\\]*('[^']*'[^'\\]*)+$/);
      assert.ok(!/['\\]'|\n/.test(command), command);
    }
  });

  it("sends the script with its length and a last line that proves it whole, its secrets still secret", () => {
    const { input } = createLaunch(text`echo ${new Secret("abcé")}`, "n0nce", "sudo");
    assert.equal(reveal(input), "22\necho abcé\n#n0nce end\n");
    assert.equal(redacted(input), "22\necho ***\n#n0nce end\n");
    assert.equal(Buffer.byteLength("echo abcé\n#n0nce end\n"), 22);
  });

  it("is greeted by behind whatever a login prints, split anywhere", () => {
    const whole = Buffer.from("Willkommen ü\nn0nce read\nno line endn0nce ready 4711\noutput \xff", "latin1");
    const greeting = findGreeting(whole, "n0nce");
    assert.equal(greeting?.sessionId, 4711);
    assert.equal(greeting?.rest.toString("latin1"), "output \xff");
    const end = whole.indexOf("4711\n") + 5;
    for (let length = 0; length < end; length++) {
      assert.equal(findGreeting(whole.subarray(0, length), "n0nce"), undefined);
    }
  });

  it("numbers signals as Linux does", () => {
    assert.equal(exitCodeOfSignal("SIGKILL"), 137);
    assert.equal(exitCodeOfSignal("TERM"), 143);
    assert.equal(exitCodeOfSignal("SIGABRT"), 134);
    assert.equal(exitCodeOfSignal("SIGODD"), 255);
    assert.equal(exitCodeOfSignal(undefined), 255);
  });
});
