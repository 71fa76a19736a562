import assert from "node:assert/strict";
import type { Phase } from "../../../src/core/run/phase.ts";
import { runPhases } from "../../../src/core/run/runner.ts";
import { controlPlanes, workers } from "../../../src/core/spec/clusterSpec.ts";
import { actionFor, fakeHosts, gate, hostNames, phaseOfThings, requestFor, spec } from "./fakeHosts.ts";

describe("a run", () => {
  it("does the phases in order, each on the hosts that need it", async () => {
    const world = fakeHosts(hostNames);
    world.hosts["w-2"]?.done.add("sysctl");
    const phases = [
      phaseOfThings("swap"),
      phaseOfThings("sysctl", ["sysctl"], { hosts: workers }),
      phaseOfThings("verify", ["verify"], { hosts: (all) => controlPlanes(all).slice(0, 1) }),
    ];
    const { request, recorded } = requestFor(world, phases);
    const result = await runPhases(request);
    assert.deepEqual(result, { outcome: "succeeded", failures: [] });
    assert.deepEqual(
      recorded.lines().filter((line) => !line.includes(" on ") || line.includes("started")),
      [
        "swap started on cp-1 cp-2 w-1 w-2",
        "swap succeeded",
        "sysctl started on w-1",
        "sysctl succeeded",
        "verify started on cp-1",
        "verify succeeded",
        "run succeeded",
      ],
    );
    assert.deepEqual(world.log.slice(4), ["w-1: do sysctl", "cp-1: do verify"]);
    assert.deepEqual(recorded.events[0], {
      at: 1_000_000,
      kind: "run-started",
      run: "run-1",
      cluster: "demo",
      spec: "cluster.yaml",
      phases: ["swap", "sysctl", "verify"],
      hosts: hostNames,
    });
  });

  it("asks each host once, and changes nothing, when there is nothing to do", async () => {
    const world = fakeHosts(hostNames);
    Object.values(world.hosts).forEach(({ done }) => done.add("swap").add("sysctl"));
    const { request, recorded } = requestFor(world, [phaseOfThings("swap"), phaseOfThings("sysctl")]);
    assert.deepEqual(await runPhases(request), { outcome: "nothing-to-do", failures: [] });
    assert.deepEqual(
      Object.values(world.hosts).map(({ execs }) => execs),
      [1, 1, 1, 1],
    );
    assert.deepEqual(world.log, []);
    assert.deepEqual(recorded.lines(), ["swap nothing-to-do", "sysctl nothing-to-do", "run nothing-to-do"]);
  });

  it("asks nobody when it is given what the hosts said a moment ago", async () => {
    const world = fakeHosts(hostNames);
    Object.values(world.hosts).forEach(({ done }) => done.add("swap"));
    const first = requestFor(world, []);
    const facts = new Map<string, never>();
    await runPhases(first.request);
    for (const event of first.recorded.events) {
      if (event.kind === "facts") {
        facts.set(event.host, event.facts as never);
      }
    }
    const { request } = requestFor(world, [phaseOfThings("swap")], { facts });
    assert.equal((await runPhases(request)).outcome, "nothing-to-do");
    assert.deepEqual(
      Object.values(world.hosts).map(({ execs }) => execs),
      [1, 1, 1, 1],
    );
  });

  it("needs one exec to ask a host and one to apply and check a phase", async () => {
    const world = fakeHosts(hostNames);
    await runPhases(
      requestFor(world, [phaseOfThings("swap", ["a", "b", "c"]), phaseOfThings("sysctl")]).request,
    );
    assert.deepEqual(
      Object.values(world.hosts).map(({ execs }) => execs),
      [3, 3, 3, 3],
    );
    assert.deepEqual(world.hosts["cp-1"]?.commands, ["do a", "do b", "do c", "do sysctl"]);
  });

  it("works on the hosts of a parallel phase at once", async () => {
    const all = gate();
    let started = 0;
    const world = fakeHosts(hostNames, () => {
      started++;
      if (started === hostNames.length) {
        all.open();
      }
      return { until: all.opened };
    });
    assert.equal((await runPhases(requestFor(world, [phaseOfThings("swap")]).request)).outcome, "succeeded");
    assert.equal(started, hostNames.length);
  });

  it("works on the hosts of a serial phase one after another, in order", async () => {
    let running = 0;
    const world = fakeHosts(hostNames, () => {
      assert.equal(running, 0);
      running++;
      return { until: Promise.resolve().then(() => (running -= 1)) };
    });
    await runPhases(requestFor(world, [phaseOfThings("swap", ["swap"], { order: "serial" })]).request);
    assert.deepEqual(
      world.log,
      hostNames.map((name) => `${name}: do swap`),
    );
  });

  it("gives up on an action that succeeds and does not help", async () => {
    const world = fakeHosts(hostNames, (host) => (host.name === "w-1" ? { isUseless: true } : undefined));
    const { outcome, failures } = await runPhases(requestFor(world, [phaseOfThings("swap")]).request);
    assert.equal(outcome, "failed");
    assert.deepEqual(
      failures.map(({ code, host }) => [code, host]),
      [["not-settled", "w-1"]],
    );
    assert.match(failures[0]?.message ?? "", /Do swap/);
    assert.equal(world.hosts["w-1"]?.commands.length, 1);
  });

  it("gives up on a phase that always finds something new to do", async () => {
    let count = 0;
    const endless = phaseOfThings("swap", [], { actions: () => [actionFor(`thing-${count++}`)] });
    const world = fakeHosts(hostNames);
    const { outcome, failures } = await runPhases(
      requestFor(world, [endless], { scope: { phases: [endless], hosts: ["cp-1"] } }).request,
    );
    assert.equal(outcome, "failed");
    assert.equal(failures[0]?.code, "not-settled");
    assert.ok((world.hosts["cp-1"]?.commands.length ?? 0) < 10);
  });

  it("plans what was only forecast anew from the facts that the earlier action brought", async () => {
    const forecast: Phase = phaseOfThings("swap", [], {
      actions: (_host, { kubernetes: { state } }) => {
        const isInstalled = "install" in state;
        const configure = {
          ...actionFor(isInstalled ? "configure-real" : "configure-guess"),
          isForecast: !isInstalled,
        };
        return [
          ...(isInstalled ? [] : [actionFor("install")]),
          ...("configure-real" in state ? [] : [configure]),
        ];
      },
    });
    const world = fakeHosts(["cp-1"]);
    const { request } = requestFor(world, [forecast], { spec: { ...spec, hosts: spec.hosts.slice(0, 1) } });
    assert.equal((await runPhases(request)).outcome, "succeeded");
    assert.deepEqual(world.log, ["cp-1: do install", "cp-1: do configure-real"]);
  });

  it("does not run what stays a forecast", async () => {
    const hopeless = phaseOfThings("swap", [], {
      actions: () => [{ ...actionFor("guess"), isForecast: true }],
    });
    const world = fakeHosts(hostNames);
    const { failures } = await runPhases(requestFor(world, [hopeless]).request);
    assert.deepEqual(new Set(failures.map(({ code }) => code)), new Set(["not-settled"]));
    assert.deepEqual(world.log, []);
  });
});
