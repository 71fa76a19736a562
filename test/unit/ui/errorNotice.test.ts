import assert from "node:assert/strict";
import { KubeadmError } from "../../../src/core/errors.ts";
import { toKubeadmError } from "../../../src/core/run/failure.ts";
import { toErrorNotice, toRunNotice } from "../../../src/ui/errorNotice.ts";
import { joinErrors } from "../../../src/ui/joinErrors.ts";

const place = { file: "/home/a/.ssh/known_hosts", line: 3 };
const changed = (host: string, line = 3): KubeadmError =>
  new KubeadmError({ code: "host-key-changed", host, message: "changed", place: { ...place, line } });
const failed = (host: string): KubeadmError =>
  new KubeadmError({ code: "step-failed", host, message: "failed" });

describe("the notice of an error", () => {
  it("leads to the line that has to do with it", () => {
    assert.deepEqual(toErrorNotice(changed("cp-1")), { text: "cp-1: changed.", place });
    assert.deepEqual(toErrorNotice(failed("cp-1")), { text: "cp-1: failed.", place: undefined });
    assert.deepEqual(toErrorNotice(new Error("oops")), {
      text: "Kubeadm met an error of its own: oops",
      place: undefined,
    });
  });

  it("still leads there when the error passed through a phase, or stands for those of several hosts", () => {
    assert.deepEqual(toKubeadmError(changed("cp-1"), "cp-1", "Join")?.place, place);
    assert.deepEqual(joinErrors([changed("cp-1"), failed("w-1")]).place, place);
  });
});

describe("the notice of a failed run", () => {
  it("tells the first failure in full and counts the others", () => {
    assert.deepEqual(toRunNotice("Bootstrap", []), { text: "Bootstrap failed.", places: [] });
    assert.deepEqual(toRunNotice("Bootstrap", [failed("cp-1")]), { text: "cp-1: failed.", places: [] });
    assert.equal(
      toRunNotice("Bootstrap", [failed("cp-1"), failed("w-1")]).text,
      "cp-1: failed. (and 1 more)",
    );
  });

  it("leads to the lines of every host, also where another failure is the first", () => {
    assert.deepEqual(toRunNotice("Bootstrap", [failed("cp-1"), changed("w-1"), changed("w-2", 4)]).places, [
      { host: "w-1", place },
      { host: "w-2", place: { ...place, line: 4 } },
    ]);
  });

  it("names the hosts of one line together: a changed jump host is met by each that is behind it", () => {
    assert.deepEqual(toRunNotice("Bootstrap", [changed("cp-1"), changed("w-1"), changed("w-1")]).places, [
      { host: "cp-1, w-1", place },
    ]);
  });
});
