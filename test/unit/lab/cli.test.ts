import assert from "node:assert/strict";
import { parseLabCommand, UsageError } from "../../lab/cli.ts";

describe("lab: the command line", () => {
  it("starts one control plane and two workers unless told", () => {
    assert.deepEqual(parseLabCommand(["up"]), {
      name: "lab",
      command: { kind: "up", controlPlanes: 1, workers: 2, packages: undefined },
    });
  });

  it("leaves a remote command's own options alone", () => {
    assert.deepEqual(parseLabCommand(["exec", "--name", "other", "cp-1", "ls", "--name", "-l"]), {
      name: "other",
      command: { kind: "exec", host: "cp-1", argv: ["ls", "--name", "-l"] },
    });
  });

  it("logs in as root unless told", () => {
    assert.deepEqual(parseLabCommand(["ssh", "--user", "kube", "worker-1"]).command, {
      kind: "ssh",
      host: "worker-1",
      user: "kube",
      argv: [],
    });
  });

  for (const args of [
    ["fly"],
    ["up", "--workers", "many"],
    ["exec", "cp-1"],
    ["ssh"],
    ["block"],
    ["up", "--unknown"],
  ]) {
    it(`refuses: ${args.join(" ")}`, () => {
      assert.throws(() => parseLabCommand(args), UsageError);
    });
  }
});
