import assert from "node:assert/strict";
import { KubeadmError } from "../../../src/core/errors.ts";
import { failureText, sentence } from "../../../src/core/errorText.ts";
import { joinErrors } from "../../../src/ui/joinErrors.ts";

describe("the text of an error", () => {
  it("names host, phase, cause and next step", () => {
    const error = new KubeadmError({
      code: "step-failed",
      host: "cp-2",
      phase: "Join control planes",
      message: "kubeadm join stopped at preflight: port 10250 is in use",
      next: "Reset the host, or stop the kubelet.",
    });
    assert.equal(
      error.message,
      "cp-2: Join control planes: kubeadm join stopped at preflight: port 10250 is in use. Reset the host, or stop the kubelet.",
    );
  });

  it("ends each sentence with one full stop, whether the message has its own or not", () => {
    assert.equal(failureText({ message: "nobody answers.", next: "Is it on?" }), "nobody answers. Is it on?");
    assert.equal(
      failureText({ message: "nobody answers", next: "Run: mount -a" }),
      "nobody answers. Run: mount -a",
    );
    assert.equal(failureText({ message: "nobody answers" }), "nobody answers.");
    assert.equal(sentence('it said "stop."'), 'it said "stop."');
    assert.equal(sentence("  "), "");
  });

  it("stands for several hosts with the first in full and the others by name", () => {
    const failed = (host: string): KubeadmError =>
      new KubeadmError({ code: "host-unreachable", host, message: "nobody answers.", next: "Is it on?" });
    const joined = joinErrors([failed("a"), failed("b"), failed("c"), failed("b")]);
    assert.equal(joined.code, "host-unreachable");
    assert.equal(
      joined.message,
      "a: nobody answers. Is it on? Also failed: b, c; the inventory says why.",
    );
    const only = failed("a");
    assert.equal(joinErrors([only]), only);
    assert.equal(joinErrors([]).code, "internal");
  });
});
