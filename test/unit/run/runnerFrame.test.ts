import assert from "node:assert/strict";
import { runPhases } from "../../../src/core/run/runner.ts";
import { workers } from "../../../src/core/spec/clusterSpec.ts";
import { actionFor, fakeHosts, hostNames, phaseOfThings, requestFor, spec } from "./fakeHosts.ts";

describe("a phase with something before and after its hosts", () => {
  const [first] = spec.hosts;
  assert.ok(first);
  const framed = phaseOfThings("smoke-test", ["ask"], {
    hosts: workers,
    before: () => ({ host: first, action: actionFor("deploy") }),
    after: (_context, hosts) => ({
      host: first,
      action: actionFor(`remove-${hosts.map(({ name }) => name).join("+")}`),
    }),
  });

  it("does the one before, and the other after all hosts", async () => {
    const world = fakeHosts(hostNames);
    assert.equal((await runPhases(requestFor(world, [framed]).request)).outcome, "succeeded");
    assert.deepEqual(
      [world.log[0], ...world.log.slice(1, 3).toSorted(), world.log[3]],
      ["cp-1: do deploy", "w-1: do ask", "w-2: do ask", "cp-1: do remove-w-1+w-2"],
    );
  });

  it("does neither when no host has anything to do", async () => {
    const world = fakeHosts(hostNames);
    ["w-1", "w-2"].forEach((name) => world.hosts[name]?.done.add("ask"));
    assert.equal((await runPhases(requestFor(world, [framed]).request)).outcome, "nothing-to-do");
    assert.deepEqual(world.log, []);
  });

  it("cleans up after hosts that failed, and is failed all the same", async () => {
    const world = fakeHosts(hostNames, (_host, command) =>
      command === "do ask" ? { exitCode: 1 } : undefined,
    );
    const { outcome, failures } = await runPhases(requestFor(world, [framed]).request);
    assert.equal(outcome, "failed");
    assert.deepEqual(failures.map(({ host }) => host).sort(), ["w-1", "w-2"]);
    assert.equal(world.log.at(-1), "cp-1: do remove-w-1+w-2");
  });

  it("does not touch the hosts when what comes before fails, but cleans up", async () => {
    const world = fakeHosts(hostNames, (_host, command) =>
      command === "do deploy" ? { exitCode: 1 } : undefined,
    );
    const { outcome, failures } = await runPhases(requestFor(world, [framed, phaseOfThings("swap")]).request);
    assert.equal(outcome, "failed");
    assert.deepEqual(
      failures.map(({ host, phase }) => [host, phase]),
      [["cp-1", "Title of smoke-test"]],
    );
    assert.deepEqual(world.log, ["cp-1: do deploy", "cp-1: do remove-w-1+w-2"]);
  });

  it("fails when cleaning up fails", async () => {
    const world = fakeHosts(hostNames, (_host, command) =>
      command.startsWith("do remove") ? { exitCode: 1 } : undefined,
    );
    assert.equal((await runPhases(requestFor(world, [framed]).request)).outcome, "failed");
  });
});
