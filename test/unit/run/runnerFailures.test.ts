import assert from "node:assert/strict";
import { KubeadmError } from "../../../src/core/errors.ts";
import { runPhases } from "../../../src/core/run/runner.ts";
import { fakeHosts, gate, hostNames, phaseOfThings, requestFor, spec } from "./fakeHosts.ts";

describe("a run in which something fails", () => {
  it("lets the other hosts finish when one fails, starts no further phase, and says why", async () => {
    const failed = gate();
    const world = fakeHosts(hostNames, (host, command) => {
      if (command === "do swap" && host.name === "cp-2") {
        failed.open();
        return { exitCode: 5, output: "swapoff: \u001b[31mno\u001b[0m permission\n" };
      }
      return host.name === "w-1" ? { until: failed.opened } : undefined;
    });
    const { request, recorded } = requestFor(world, [phaseOfThings("swap"), phaseOfThings("sysctl")]);
    const { outcome, failures } = await runPhases(request);
    assert.equal(outcome, "failed");
    assert.deepEqual(
      failures.map(({ code, host, phase, what }) => ({ code, host, phase, what })),
      [
        {
          code: "step-failed",
          host: "cp-2",
          phase: "Title of swap",
          what: "`do swap` failed with exit code 5: swapoff: no permission",
        },
      ],
    );
    assert.ok(failures[0]?.next);
    assert.match(failures[0].message, /^cp-2: Title of swap: /);
    assert.deepEqual([...recorded.lines()].sort(), [
      "run failed",
      "swap failed",
      "swap failed on cp-2",
      "swap started on cp-1 cp-2 w-1 w-2",
      "swap succeeded on cp-1",
      "swap succeeded on w-1",
      "swap succeeded on w-2",
    ]);
    assert.ok(!world.log.some((line) => line.includes("sysctl")));
    const last = recorded.events.at(-1);
    assert.ok(last?.kind === "run-finished");
    assert.deepEqual(
      last.failures.map(({ host, phase, code }) => ({ host, phase, code })),
      [{ host: "cp-2", phase: "swap", code: "step-failed" }],
    );
  });

  it("reports every host that failed", async () => {
    const world = fakeHosts(hostNames, (host) => (host.name.startsWith("w") ? { exitCode: 1 } : undefined));
    const { failures } = await runPhases(requestFor(world, [phaseOfThings("swap")]).request);
    assert.deepEqual(failures.map(({ host }) => host).sort(), ["w-1", "w-2"]);
  });

  it("does not go on to the next host of a serial phase after a failure", async () => {
    const world = fakeHosts(hostNames, (host) => (host.name === "cp-2" ? { exitCode: 1 } : undefined));
    await runPhases(requestFor(world, [phaseOfThings("swap", ["swap"], { order: "serial" })]).request);
    assert.deepEqual(world.log, ["cp-1: do swap", "cp-2: do swap"]);
  });

  it("runs no further step of a host after one that failed, yet takes in its facts", async () => {
    const world = fakeHosts(["cp-1"], (_host, command) => (command === "do b" ? { exitCode: 1 } : undefined));
    const { request, recorded } = requestFor(world, [phaseOfThings("swap", ["a", "b", "c"])], {
      spec: { ...spec, hosts: spec.hosts.slice(0, 1) },
    });
    await runPhases(request);
    assert.deepEqual(world.log, ["cp-1: do a", "cp-1: do b"]);
    const facts = recorded.events.filter((event) => event.kind === "facts").at(-1);
    assert.deepEqual(Object.keys(facts?.facts.kubernetes.state ?? {}), ["a"]);
  });

  it("says where it was when a host is lost in the middle, and lets the others finish", async () => {
    const world = fakeHosts(hostNames, (host, command) =>
      host.name === "w-1" && command === "do b"
        ? {
            output: "half of a li",
            error: new KubeadmError({ code: "link-lost", host: "w-1", message: "the connection was lost" }),
          }
        : undefined,
    );
    const { request, recorded } = requestFor(world, [
      phaseOfThings("swap", ["a", "b"]),
      phaseOfThings("sysctl"),
    ]);
    const { outcome, failures } = await runPhases(request);
    assert.equal(outcome, "failed");
    assert.deepEqual(
      failures.map(({ code, host, phase }) => [code, host, phase]),
      [["link-lost", "w-1", "Title of swap"]],
    );
    assert.ok(recorded.lines().includes("swap succeeded on w-2"));
    assert.ok(!world.log.some((line) => line.includes("sysctl")));
  });

  it("takes a script that ends without its last word for no success", async () => {
    const world = fakeHosts(["cp-1"]);
    const { request } = requestFor(world, [phaseOfThings("swap")], {
      spec: { ...spec, hosts: spec.hosts.slice(0, 1) },
      openSession: async (name, signal) => {
        const session = await world.openSession(name, signal);
        return {
          host: name,
          run: (script, options) =>
            session.run(script, {
              ...options,
              onOutput: (text) =>
                options?.onOutput?.(/ done \d/.test(text) && world.log.length > 0 ? "Killed\n" : text),
            }),
        };
      },
    });
    const { failures } = await runPhases(request);
    assert.deepEqual(
      failures.map(({ code }) => code),
      ["session-protocol"],
    );
    assert.match(failures[0]?.message ?? "", /Killed/);
  });
});
