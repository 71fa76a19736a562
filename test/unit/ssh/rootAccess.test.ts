import assert from "node:assert/strict";
import type { Approach, Elevation, LaunchFailureKind } from "../../../src/ssh/elevation.ts";
import { createRootAccess, type RootAccess } from "../../../src/ssh/rootAccess.ts";
import type { NotLaunched } from "../../../src/ssh/runningScript.ts";
import { testTarget } from "../../contract/support/testTarget.ts";

const target = testTarget({ user: "admin" });

function failed(kind: LaunchFailureKind, refusedPasswords = 0): NotLaunched {
  return {
    kind: "not-launched",
    failure: { kind, exitCode: 1, words: "", askedOf: undefined },
    refusedPasswords,
  };
}

function after(access: RootAccess, approach: Approach, ...failures: readonly NotLaunched[]): Approach {
  return failures.reduce((current, failure) => access.next(target, current, failure), approach);
}

function asked(elevation: Elevation, refusedPasswords = 0): Approach {
  return { elevation, refusedPasswords };
}

describe("becoming root", () => {
  it("takes nothing for root, whatever was found out for others", () => {
    const access = createRootAccess();
    access.worked(asked("doas"));
    assert.deepEqual(access.first("root"), asked("none"));
  });

  it("starts with sudo, goes on in a terminal or with doas, and remembers what worked", () => {
    const inTerminal = createRootAccess();
    assert.deepEqual(inTerminal.first("admin"), asked("sudo"));
    const terminal = after(inTerminal, inTerminal.first("admin"), failed("needs-terminal"));
    assert.deepEqual(terminal, asked("terminal-sudo"));
    assert.deepEqual(inTerminal.first("admin"), asked("sudo"));
    inTerminal.worked(terminal);
    assert.deepEqual(inTerminal.first("admin"), asked("terminal-sudo"));

    const withDoas = createRootAccess();
    assert.deepEqual(after(withDoas, withDoas.first("admin"), failed("not-installed")), asked("doas"));
  });

  it("is not forgotten by a script of root's", () => {
    const access = createRootAccess();
    access.worked(asked("doas"));
    access.worked(asked("none"));
    assert.deepEqual(access.first("admin"), asked("doas"));
  });

  it("is started anew where a start allows fewer passwords than three", () => {
    const access = createRootAccess();
    const second = after(access, asked("doas"), failed("wrong-password", 1));
    assert.deepEqual(second, asked("doas", 1));
    const third = after(access, second, failed("wrong-password", 2));
    assert.deepEqual(third, asked("doas", 2));
    assert.throws(() => access.next(target, third, failed("wrong-password", 3)), { code: "sudo-password" });
  });

  it("is not started anew for a refused password that nobody was asked for", () => {
    assert.throws(() => createRootAccess().next(target, asked("sudo"), failed("wrong-password")), {
      code: "sudo-password",
    });
    assert.throws(() => createRootAccess().next(target, asked("sudo", 1), failed("wrong-password", 1)), {
      code: "sudo-password",
    });
  });

  it("is found out anew when what worked does not any more, and given up when nothing does", () => {
    const access = createRootAccess();
    access.worked(asked("doas"));
    const afresh = access.next(target, access.first("admin"), failed("not-installed"));
    assert.deepEqual(afresh, asked("sudo"));
    const doas = access.next(target, afresh, failed("not-installed"));
    assert.throws(() => access.next(target, doas, failed("not-installed")), {
      code: "sudo-refused",
      message: /neither sudo nor doas is installed/,
    });
  });

  it("is given up when sudo refuses, or no terminal is to be had", () => {
    for (const kind of ["not-allowed", "unknown", "no-terminal"] as const) {
      const access = createRootAccess();
      assert.throws(() => access.next(target, asked("sudo"), failed(kind)), { code: "sudo-refused" });
      access.worked(asked("sudo"));
      assert.throws(() => access.next(target, asked("sudo"), failed(kind)), { code: "sudo-refused" });
    }
    assert.throws(() => createRootAccess().next(target, asked("terminal-sudo"), failed("needs-terminal")), {
      code: "sudo-refused",
      message: /sudo wants a terminal, and the host gives admin none/,
    });
  });
});
