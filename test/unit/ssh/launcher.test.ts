import assert from "node:assert/strict";
import { Secret, redacted, reveal, text } from "../../../src/core/shell/secret.ts";
import { createLaunch, findGreeting, passwordPrompt } from "../../../src/ssh/launcher.ts";
import { launchError, launchTimeoutError } from "../../../src/ssh/launchError.ts";
import { exitCodeOfSignal } from "../../../src/ssh/signals.ts";
import { testTarget } from "../../contract/support/testTarget.ts";

const target = testTarget({ address: "192.0.2.1", user: "admin" });

describe("launcher", () => {
  it("has the same command for every script", () => {
    const one = createLaunch("echo one", "n0nce", true).command;
    assert.equal(one, createLaunch(text`echo ${new Secret("two")}`, "n0nce", true).command);
    assert.ok(one.startsWith("env LC_ALL=C sudo -S -p 'n0nce password:' sh -c 'exec 3<&0; setsid sh "), one);
    assert.ok(createLaunch("", "n0nce", false).command.startsWith("sh -c 'exec 3<&0; setsid sh "));
  });

  it("has no quote within a quoted word, which shells other than POSIX read in their own way", () => {
    const { command } = createLaunch("", "n0nce", true);
    assert.equal(command.split("'").length - 1, 6);
    assert.ok(!command.includes("\\'"));
  });

  it("sends the script with a last line that proves it whole, its secrets still secret", () => {
    const { input } = createLaunch(text`echo ${new Secret("abc")}`, "n0nce", true);
    assert.equal(reveal(input), "echo abc\n#n0nce end\n");
    assert.equal(redacted(input), "echo ***\n#n0nce end\n");
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

  it("tells why sudo did not start it", () => {
    const cases: readonly (readonly [string, number, string])[] = [
      ["admin is not in the sudoers file.  This incident will be reported.", 1, "sudo-refused"],
      ["Sorry, try again.\nadmin is not in the sudoers file.", 1, "sudo-refused"],
      ["Sorry, user admin is not allowed to execute '/bin/sh' as root on cp-1.", 1, "sudo-refused"],
      ["Sorry, user admin may not run sudo on cp-1.", 1, "sudo-refused"],
      ["sudo: I'm sorry admin. I'm afraid I can't do that", 1, "sudo-refused"],
      ["sudo: sorry, you must have a tty to run sudo", 1, "sudo-refused"],
      ["env: 'sudo': No such file or directory", 127, "sudo-refused"],
      ["Sorry, try again.\nsudo: 3 incorrect password attempts", 1, "sudo-password"],
      [
        "sudo: Authentication failed, try again.\nsudo: maximum 3 incorrect authentication attempts",
        1,
        "sudo-password",
      ],
      ["sudo: account validation failure, is your account locked?", 1, "sudo-refused"],
    ];
    for (const [words, exitCode, code] of cases) {
      const error = launchError(target, true, { exitCode, words });
      assert.equal(error.code, code, words);
      assert.equal(error.host, "cp-1");
      assert.ok(error.next);
    }
  });

  it("tells what a login that starts nothing printed last", () => {
    const error = launchError(target, false, {
      exitCode: 1,
      words: "Welcome\nThis account is currently not available.\n",
    });
    assert.equal(error.code, "session-protocol");
    assert.match(error.message, /exit code 1: Welcome This account is currently not available\)/);
    assert.equal(launchTimeoutError(target, true, "Verification code: ").code, "sudo-refused");
    assert.match(launchTimeoutError(target, true, "Verification code: ").message, /is: Verification code\./);
  });

  it("has a prompt of its own for each launch", () => {
    assert.notEqual(passwordPrompt("a"), passwordPrompt("b"));
  });

  it("numbers signals as Linux does", () => {
    assert.equal(exitCodeOfSignal("SIGKILL"), 137);
    assert.equal(exitCodeOfSignal("TERM"), 143);
    assert.equal(exitCodeOfSignal("SIGABRT"), 134);
    assert.equal(exitCodeOfSignal("SIGODD"), 255);
    assert.equal(exitCodeOfSignal(undefined), 255);
  });
});
