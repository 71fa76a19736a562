import assert from "node:assert/strict";
import { Cancelled } from "../../../src/core/errors.ts";
import { runPhases } from "../../../src/core/run/runner.ts";
import { actionFor, fakeHosts, gate, hostNames, phaseOfThings, requestFor, spec } from "./fakeHosts.ts";

describe("cancelling a run", () => {
  it("ends it at once, starts nothing more, and is no failure", async () => {
    const abort = new AbortController();
    const started = gate();
    const never = new Promise(() => undefined);
    const world = fakeHosts(hostNames, (host) => {
      if (host.name !== "w-2") {
        return undefined;
      }
      started.open();
      return { until: never, output: "not shown" };
    });
    const { request, recorded } = requestFor(world, [phaseOfThings("swap"), phaseOfThings("sysctl")], {
      signal: abort.signal,
    });
    const running = runPhases(request);
    await started.opened;
    abort.abort();
    assert.deepEqual(await running, { outcome: "cancelled", failures: [] });
    assert.ok(recorded.lines().includes("swap cancelled on w-2"));
    assert.ok(recorded.lines().includes("swap succeeded on w-1"));
    assert.deepEqual(recorded.lines().slice(-2), ["swap cancelled", "run cancelled"]);
    assert.ok(!world.log.some((line) => line.includes("sysctl")));
  });

  it("works while the hosts are being asked", async () => {
    const abort = new AbortController();
    const world = fakeHosts(hostNames);
    const { request } = requestFor(world, [phaseOfThings("swap")], {
      signal: abort.signal,
      openSession: (_name, signal) => {
        abort.abort();
        assert.equal(signal?.aborted, true);
        return Promise.reject(new Cancelled());
      },
    });
    assert.deepEqual(await runPhases(request), { outcome: "cancelled", failures: [] });
    assert.deepEqual(world.log, []);
  });

  it("does not pass over a host whose question was cancelled", async () => {
    const world = fakeHosts(hostNames);
    const { request } = requestFor(world, [phaseOfThings("swap")], {
      openSession: (name, signal) =>
        name === "cp-1" ? Promise.reject(new Cancelled()) : world.openSession(name, signal),
    });
    assert.deepEqual(await runPhases(request), { outcome: "cancelled", failures: [] });
    assert.deepEqual(world.log, []);
  });

  it("does not start when it was cancelled before", async () => {
    const world = fakeHosts(hostNames);
    const { request } = requestFor(world, [phaseOfThings("swap")], { signal: AbortSignal.abort() });
    assert.equal((await runPhases(request)).outcome, "cancelled");
    assert.deepEqual(world.log, []);
  });

  it("takes an AbortError of whatever was awaited for a cancelling, too", async () => {
    const world = fakeHosts(hostNames, () => ({ error: new DOMException("aborted", "AbortError") }));
    assert.deepEqual(await runPhases(requestFor(world, [phaseOfThings("swap")]).request), {
      outcome: "cancelled",
      failures: [],
    });
  });

  it("leaves cleaning up to a later run, as it must end at once", async () => {
    const [first] = spec.hosts;
    assert.ok(first);
    const abort = new AbortController();
    const world = fakeHosts(hostNames, (_host, command) => {
      if (command === "do ask") {
        abort.abort();
      }
      return undefined;
    });
    const framed = phaseOfThings("smoke-test", ["ask"], {
      after: () => ({ host: first, action: actionFor("remove") }),
    });
    assert.equal(
      (await runPhases(requestFor(world, [framed], { signal: abort.signal }).request)).outcome,
      "cancelled",
    );
    assert.ok(!world.log.includes("cp-1: do remove"));
  });

  describe("one host's part", () => {
    it("lets the other hosts finish and starts no further phase", async () => {
      const own = new AbortController();
      const world = fakeHosts(hostNames, (host) => {
        if (host.name === "w-1") {
          own.abort();
          return { until: new Promise(() => undefined) };
        }
        return undefined;
      });
      const { request, recorded } = requestFor(world, [phaseOfThings("swap"), phaseOfThings("sysctl")], {
        hostSignal: (name) => (name === "w-1" ? own.signal : undefined),
      });
      assert.deepEqual(await runPhases(request), { outcome: "cancelled", failures: [] });
      assert.deepEqual(
        recorded
          .lines()
          .filter((line) => line.includes(" on ") && !line.includes("started"))
          .toSorted(),
        [
          "swap cancelled on w-1",
          "swap succeeded on cp-1",
          "swap succeeded on cp-2",
          "swap succeeded on w-2",
        ],
      );
      assert.ok(!world.log.some((line) => line.includes("sysctl")));
    });

    it("does not hide that another host failed", async () => {
      const own = new AbortController();
      const world = fakeHosts(hostNames, (host) => {
        if (host.name === "w-1") {
          own.abort();
          return { until: new Promise(() => undefined) };
        }
        return host.name === "w-2" ? { exitCode: 1 } : undefined;
      });
      const { request } = requestFor(world, [phaseOfThings("swap")], {
        hostSignal: (name) => (name === "w-1" ? own.signal : undefined),
      });
      const { outcome, failures } = await runPhases(request);
      assert.equal(outcome, "failed");
      assert.deepEqual(
        failures.map(({ host }) => host),
        ["w-2"],
      );
    });
  });
});
