import assert from "node:assert/strict";
import type { Elevation, LaunchFailureKind } from "../../../src/ssh/elevation.ts";
import { launchError, launchFailure, launchTimeoutError } from "../../../src/ssh/launchError.ts";
import { testTarget } from "../../contract/support/testTarget.ts";

const target = testTarget({ address: "192.0.2.1", user: "admin" });

/** How, what was printed, exit code, whose password was asked, and the kind of failure. */
type Case = readonly [Elevation, string, number, string | undefined, LaunchFailureKind];

const cases: readonly Case[] = [
  ["sudo", "admin is not in the sudoers file.  This incident will be reported.", 1, "admin", "not-allowed"],
  ["sudo", "Sorry, try again.\nadmin is not in the sudoers file.", 1, "admin", "not-allowed"],
  [
    "sudo",
    "Sorry, user admin is not allowed to execute '/bin/sh' as root on cp-1.",
    1,
    "admin",
    "not-allowed",
  ],
  ["sudo", "Sorry, user admin may not run sudo on cp-1.", 1, "admin", "not-allowed"],
  ["sudo", "sudo: I'm sorry admin. I'm afraid I can't do that", 1, "admin", "not-allowed"],
  ["sudo", "sudo: sorry, you must have a tty to run sudo", 1, undefined, "needs-terminal"],
  ["sudo", "Sorry, try again.\nsudo: 3 incorrect password attempts", 1, "admin", "wrong-password"],
  ["sudo", "You type like I drive.\nsudo: 1 incorrect password attempt", 1, "root", "wrong-password"],
  ["sudo", "sudo: maximum 3 incorrect authentication attempts", 1, "admin", "wrong-password"],
  ["sudo", "sudo: account validation failure, is your account locked?", 1, "admin", "unknown"],
  ["sudo", "env: 'sudo': No such file or directory", 127, undefined, "not-installed"],
  ["sudo", "Willkommen\nenv: „sudo“: Datei oder Verzeichnis nicht gefunden", 127, undefined, "not-installed"],
  ["sudo", "env: can't execute 'sudo': No such file or directory", 127, undefined, "not-installed"],
  ["sudo", "no line end: env: 'sudo': No such file or directory", 127, undefined, "not-installed"],
  ["sudo", "This host has no sudo.\nsh: 1: setsid: not found", 127, undefined, "unknown"],
  ["sudo", "sudo: sh: command not found", 1, undefined, "unknown"],
  ["terminal-sudo", "sudo: sorry, you must have a tty to run sudo", 1, undefined, "needs-terminal"],
  ["terminal-sudo", "env: 'sudo': No such file or directory", 127, undefined, "not-installed"],
  ["doas", "n terminal\ndoas: Operation not permitted", 1, undefined, "not-allowed"],
  ["doas", "\ndoas: Operation not permitted", 1, "admin", "wrong-password"],
  ["doas", "\ndoas: Authentication failed", 1, "admin", "wrong-password"],
  ["doas", "no line end\ndoas: Authentication failed", 1, "admin", "wrong-password"],
  ["doas", "doas: Authentication failed", 1, undefined, "unknown"],
  ["doas", "doas: doas is not enabled, /etc/doas.conf: No such file or directory", 1, undefined, "unknown"],
  ["doas", "env: 'doas': No such file or directory", 127, undefined, "not-installed"],
  ["none", "env: 'sudo': No such file or directory", 127, undefined, "unknown"],
];

describe("launcher errors", () => {
  it("tell failures apart by what was printed", () => {
    for (const [elevation, words, exitCode, askedOf, kind] of cases) {
      assert.equal(
        launchFailure(elevation, { words, exitCode, askedOf }).kind,
        kind,
        `${elevation}: ${words}`,
      );
    }
  });

  it("have a code, the host and a next step", () => {
    for (const [elevation, words, exitCode, askedOf, kind] of cases) {
      const error = launchError(target, elevation, launchFailure(elevation, { words, exitCode, askedOf }));
      const code = kind === "wrong-password" ? "sudo-password" : "sudo-refused";
      assert.equal(error.code, elevation === "none" ? "session-protocol" : code, words);
      assert.equal(error.host, "cp-1");
      assert.ok(error.next);
    }
  });

  it("name the command that a rule does not allow, not the whole launcher", () => {
    const words =
      "Sorry, user admin is not allowed to execute '/usr/bin/sh -c exec 3<&0; a \"$0\" as root\nb' as root on cp-1.\n";
    const error = launchError(
      target,
      "sudo",
      launchFailure("sudo", { words, exitCode: 1, askedOf: "admin" }),
    );
    assert.equal(
      error.what,
      "admin may not become root: Sorry, user admin is not allowed to execute '/usr/bin/sh' as root on cp-1.",
    );
  });

  it("name whose password was refused, and by what", () => {
    const bySudo = launchFailure("sudo", {
      words: "sudo: 3 incorrect password attempts",
      exitCode: 1,
      askedOf: "root",
    });
    assert.equal(launchError(target, "sudo", bySudo).what, "sudo refused the password of root.");
    const byDoas = launchFailure("doas", {
      words: "doas: Authentication failed",
      exitCode: 1,
      askedOf: "admin",
    });
    assert.equal(launchError(target, "doas", byDoas).what, "doas refused the password of admin.");
  });

  it("name each command that could be allowed when none is installed", () => {
    const failure = launchFailure("doas", {
      words: "env: 'doas': No such file or directory",
      exitCode: 127,
      askedOf: undefined,
    });
    assert.equal(launchError(target, "doas", failure).what, "neither sudo nor doas is installed.");
  });

  it("tell what a login that starts nothing printed last, without what only a terminal obeys", () => {
    const error = launchError(target, "none", {
      kind: "unknown",
      exitCode: 1,
      words: "\x1b[2JWelcome\r\nThis account is currently\x07 not available.\r\n",
      askedOf: undefined,
    });
    assert.equal(error.code, "session-protocol");
    assert.match(error.message, /exit code 1: \[2JWelcome This account is currently not available\)/);
  });

  it("tell of a command that the host runs instead", () => {
    for (const elevation of ["none", "sudo"] as const) {
      const failure = launchFailure(elevation, { words: "Backup done\n", exitCode: 0, askedOf: undefined });
      const error = launchError(target, elevation, failure);
      assert.equal(error.code, "session-protocol");
      assert.match(
        error.message,
        /ran something else than it was told: Backup done\. Look for a ForceCommand/,
      );
    }
  });

  it("tell what was printed last when the host did not get ready in time", () => {
    const error = launchTimeoutError(target, "sudo", "Verification code: ");
    assert.equal(error.code, "sudo-refused");
    assert.match(error.message, /is: Verification code\./);
    assert.match(error.next ?? "", /sudo may wait for more than a password/);
    assert.match(launchTimeoutError(target, "doas", "").next ?? "", /doas may wait/);
    assert.equal(launchTimeoutError(target, "none", "").code, "session-protocol");
  });
});
