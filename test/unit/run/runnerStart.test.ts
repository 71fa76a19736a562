import assert from "node:assert/strict";
import { KubeadmError } from "../../../src/core/errors.ts";
import type { Phase } from "../../../src/core/run/phase.ts";
import { runPhases } from "../../../src/core/run/runner.ts";
import { fakeHosts, hostNames, phaseOfThings, requestFor } from "./fakeHosts.ts";

describe("a run that is not to start", () => {
  it("changes nothing when a finding is an error, and says all of them", async () => {
    const findings: Phase["findings"] = () => [
      { severity: "error", host: "w-1", message: "it has 1 CPU", next: "Use a larger machine." },
      { severity: "error", host: "w-2", message: "it has 1 CPU", next: "Use a larger machine." },
      { severity: "warning", host: "cp-1", message: "it calls itself x", next: "Rename it." },
    ];
    const world = fakeHosts(hostNames);
    const { request, recorded } = requestFor(world, [
      phaseOfThings("preflight", [], { findings }),
      phaseOfThings("swap"),
    ]);
    const { outcome, failures } = await runPhases(request);
    assert.equal(outcome, "failed");
    assert.deepEqual(
      failures.map(({ code, host, message }) => [code, host, message]),
      [
        ["preflight", "w-1", "w-1: Preflight: it has 1 CPU. Use a larger machine."],
        ["preflight", "w-2", "w-2: Preflight: it has 1 CPU. Use a larger machine."],
      ],
    );
    assert.deepEqual(world.log, []);
    assert.deepEqual(
      Object.values(world.hosts).map(({ execs }) => execs),
      [1, 1, 1, 1],
    );
    assert.equal(recorded.events.filter(({ kind }) => kind === "findings").length, 1);
  });

  it("goes on when there are only warnings, and when the error is about a host out of scope", async () => {
    const findings: Phase["findings"] = () => [
      { severity: "warning", host: "w-1", message: "m", next: "n" },
      { severity: "error", host: "w-2", message: "m", next: "n" },
    ];
    const world = fakeHosts(hostNames);
    const phases = [phaseOfThings("preflight", [], { findings }), phaseOfThings("swap")];
    const { request } = requestFor(world, phases, { scope: { phases, hosts: ["w-1"] } });
    assert.equal((await runPhases(request)).outcome, "succeeded");
    assert.deepEqual(world.log, ["w-1: do swap"]);
  });

  it("changes nothing when a host cannot be reached, and tells which", async () => {
    const world = fakeHosts(hostNames);
    const { request, recorded } = requestFor(world, [phaseOfThings("swap")], {
      openSession: (name, signal) =>
        name === "w-2"
          ? Promise.reject(
              new KubeadmError({
                code: "host-unreachable",
                host: name,
                message: "nobody answers",
                next: "Is it on?",
              }),
            )
          : world.openSession(name, signal),
    });
    const { outcome, failures } = await runPhases(request);
    assert.equal(outcome, "failed");
    assert.deepEqual(
      failures.map(({ code, host }) => [code, host]),
      [["host-unreachable", "w-2"]],
    );
    assert.deepEqual(world.log, []);
    assert.deepEqual(recorded.lines(), ["lost w-2: host-unreachable", "run failed"]);
  });

  it("goes on without a first control plane that is out of scope and does not answer", async () => {
    const world = fakeHosts(hostNames);
    const phases = [phaseOfThings("swap")];
    const { request } = requestFor(world, phases, {
      scope: { phases, hosts: ["w-1"] },
      openSession: (name, signal) =>
        name === "cp-1"
          ? Promise.reject(
              new KubeadmError({ code: "host-unreachable", host: name, message: "nobody answers" }),
            )
          : world.openSession(name, signal),
    });
    assert.equal((await runPhases(request)).outcome, "succeeded");
    assert.deepEqual(world.log, ["w-1: do swap"]);
  });

  it("reports facts that did not arrive whole", async () => {
    const world = fakeHosts(hostNames);
    const { request } = requestFor(world, [phaseOfThings("swap")], {
      openSession: async (name, signal) => {
        const session = await world.openSession(name, signal);
        const run: typeof session.run = (script, options) =>
          session.run(script, {
            ...options,
            onOutput: (text) => options?.onOutput?.(text.replace(/ facts /, " facts %%")),
          });
        return name === "w-1" ? { host: name, run } : session;
      },
    });
    const { failures } = await runPhases(request);
    assert.deepEqual(
      failures.map(({ code, host }) => [code, host]),
      [["session-protocol", "w-1"]],
    );
  });

  it("reports a phase that cannot be planned, instead of throwing", async () => {
    const broken = phaseOfThings("pod-network", [], {
      actions: () => {
        throw new KubeadmError({
          code: "spec-invalid",
          message: "the manifest x.yaml cannot be read",
          next: "Put it there.",
        });
      },
    });
    const world = fakeHosts(hostNames);
    const { request, recorded } = requestFor(world, [phaseOfThings("swap"), broken, phaseOfThings("sysctl")]);
    const { outcome, failures } = await runPhases(request);
    assert.equal(outcome, "failed");
    assert.deepEqual(
      failures.map(({ code, phase }) => [code, phase]),
      [["spec-invalid", "Title of pod-network"]],
    );
    assert.ok(!world.log.some((line) => line.includes("sysctl")));
    assert.deepEqual(recorded.lines().slice(-2), ["pod-network failed", "run failed"]);
  });
});
