import assert from "node:assert/strict";
import type { HostStatus } from "../../../src/core/run/clusterState.ts";
import { phaseIds } from "../../../src/core/run/phase.ts";
import { phaseTitles, statusText } from "../../../src/ui/inventory/hostStatusText.ts";

const failure = { code: "step-failed", message: "it broke" } as const;

/** A status of each kind, with its words. A kind that is missing here does not compile. */
const wordsOf: { readonly [K in HostStatus["kind"]]: readonly [HostStatus & { readonly kind: K }, string] } =
  {
    unknown: [{ kind: "unknown" }, "unknown"],
    connecting: [{ kind: "connecting" }, "connecting"],
    unreachable: [
      { kind: "unreachable", failure: { code: "host-unreachable", message: "m" } },
      "unreachable",
    ],
    running: [{ kind: "running", phase: "swap" }, "running Swap"],
    failed: [{ kind: "failed", phase: "join-workers", failure }, "failed at Join workers"],
    reachable: [{ kind: "reachable" }, "reachable"],
    prepared: [{ kind: "prepared" }, "prepared"],
    "control-plane-up": [{ kind: "control-plane-up" }, "control plane up"],
    joined: [{ kind: "joined" }, "joined"],
    ready: [{ kind: "ready" }, "Ready"],
    "not-ready": [{ kind: "not-ready" }, "NotReady"],
  };

describe("what a host's status is called", () => {
  for (const [status, words] of Object.values(wordsOf)) {
    it(`${status.kind} is "${words}"`, () => {
      assert.equal(statusText(status).words, words);
    });
  }

  it("names the phase, whichever it is", () => {
    for (const phase of phaseIds) {
      assert.equal(statusText({ kind: "running", phase }).words, `running ${phaseTitles[phase]}`);
      assert.equal(statusText({ kind: "failed", phase, failure }).words, `failed at ${phaseTitles[phase]}`);
    }
  });

  it("says when something answered, but did not let us in", () => {
    const words = (code: "host-authentication" | "host-key-changed" | "sudo-refused" | "link-lost"): string =>
      statusText({ kind: "unreachable", failure: { code, message: "m" } }).words;
    assert.equal(words("host-authentication"), "unreachable, login refused");
    assert.equal(words("host-key-changed"), "unreachable, host key refused");
    assert.equal(words("sudo-refused"), "unreachable, sudo refused");
    assert.equal(words("link-lost"), "unreachable");
  });

  it("has a shape of its own for each that does not move, so that no colour is needed", () => {
    const still = Object.values(wordsOf)
      .map(([status]) => statusText(status))
      .filter(({ icon }) => !icon.endsWith("~spin"));
    assert.equal(new Set(still.map(({ icon }) => icon)).size, still.length);
    assert.equal(still.length, 9);
  });

  it("uses theme colours only", () => {
    for (const [status] of Object.values(wordsOf)) {
      assert.match(statusText(status).color ?? "some.theme", /^[a-z]+\.[a-zA-Z]+$/);
    }
  });
});
