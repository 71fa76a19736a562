import assert from "node:assert/strict";
import fc from "fast-check";
import { KubeadmError } from "../../../src/core/errors.ts";
import type { Action, Phase } from "../../../src/core/run/phase.ts";
import { runPhases } from "../../../src/core/run/runner.ts";
import { reveal, Secret } from "../../../src/core/shell/secret.ts";
import { run } from "../../../src/core/shell/step.ts";
import { actionFor, fakeHosts, hostNames, phaseOfThings, requestFor, spec } from "./fakeHosts.ts";

const [first] = spec.hosts;
assert.ok(first);
const oneHost = { ...spec, hosts: [first] };

/** A phase that learns the token, and one whose hosts get it by standard input. */
function joining(): readonly Phase[] {
  const learn: Action = {
    id: "token",
    summary: "Create a token",
    steps: [{ kind: "run", argv: ["make-token"], learns: "joinToken" }],
  };
  return [
    phaseOfThings("join-workers", ["join"], {
      before: ({ learned }) =>
        learned.joinToken === undefined && first ? { host: first, action: learn } : undefined,
      actions: (_host, { kubernetes }, { learned }) =>
        "join" in kubernetes.state
          ? []
          : [
              {
                id: "join",
                summary: "Join",
                isForecast: learned.joinToken === undefined,
                steps: [
                  {
                    kind: "run",
                    argv: ["join"],
                    stdin: ["token: ", new Secret(reveal(learned.joinToken ?? "?"))],
                  },
                  run("do", "join"),
                ],
              },
            ],
    }),
  ];
}

describe("secrets of a run", () => {
  it("reach the hosts that need them, and no event, wherever they turn up and however output is cut", async () => {
    const anySecret = fc.string({
      unit: fc.constantFrom("a", "b", "c", "0", "-", ".", "$", "ä"),
      minLength: 6,
      maxLength: 24,
    });
    await fc.assert(
      fc.asyncProperty(anySecret, fc.nat(), fc.boolean(), async (token, cut, isFailing) => {
        const inputs: string[] = [];
        const world = fakeHosts(hostNames, (_host, command) => {
          if (command === "make-token") {
            return { learned: token };
          }
          inputs.push(command);
          return { output: `[join] using ${token}${token} and\nagain ${token}`, exitCode: isFailing ? 1 : 0 };
        });
        const { request, recorded } = requestFor(world, joining(), {
          openSession: async (name, signal) => {
            const session = await world.openSession(name, signal);
            return {
              host: name,
              run: (script, options) =>
                session.run(script, {
                  ...options,
                  onOutput: (text) => {
                    const at = cut % (text.length + 1);
                    options?.onOutput?.(text.slice(0, at));
                    options?.onOutput?.(text.slice(at));
                  },
                }),
            };
          },
        });
        const result = await runPhases(request);
        assert.equal(result.outcome, isFailing ? "failed" : "succeeded");
        assert.ok(
          inputs.some((input) => input.includes(`token: ${token}`)),
          "the hosts got it",
        );
        const told = JSON.stringify([
          recorded.events,
          result.failures.map((failure) => [failure.message, failure]),
        ]);
        assert.ok(!told.includes(JSON.stringify(token).slice(1, -1)), told);
        assert.ok(recorded.events.some((event) => event.kind === "output" && event.text.includes("***")));
      }),
      { numRuns: 100 },
    );
  });

  it("cannot hide behind characters that are dropped from the output", async () => {
    const world = fakeHosts(hostNames, (_host, command) =>
      command === "make-token" ? { learned: "s3cret-token" } : { output: "s3cr\u0000et-\u001b[2Jtoken\n" },
    );
    const { request, recorded } = requestFor(world, joining());
    await runPhases(request);
    assert.ok(!JSON.stringify(recorded.events).includes("s3cret-token"));
  });

  it("of kubeadm itself are hidden in its output, too", async () => {
    const world = fakeHosts(["cp-1"], () => ({
      output: "[bootstrap-token] Using token: dicttc.zolhj5g4mn69cn38\n",
    }));
    const { request, recorded } = requestFor(world, [phaseOfThings("control-plane-init")], { spec: oneHost });
    await runPhases(request);
    assert.ok(!JSON.stringify(recorded.events).includes("zolhj5g4mn69cn38"));
  });
});

describe("what a run tells of commands", () => {
  it("holds nothing that a terminal would obey, not even in a command's words", async () => {
    const evil = "x\u001b]52;c;AAAA\u0007\u009b2J";
    const phase = phaseOfThings("swap", ["swap"], {
      actions: (_host, { kubernetes }) =>
        "swap" in kubernetes.state
          ? []
          : [{ id: "x", summary: "x", steps: [run("echo", evil), ...actionFor("swap").steps] }],
    });
    const world = fakeHosts(["cp-1"], () => ({ output: `${evil}\n` }));
    const { request, recorded } = requestFor(world, [phase], { spec: oneHost });
    assert.equal((await runPhases(request)).outcome, "succeeded");
    for (const event of recorded.events) {
      const text = event.kind === "output" ? event.text : event.kind === "step-started" ? event.step : "";
      assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }
  });
});

describe("what a run does to the user's kubeconfig", () => {
  const merging = phaseOfThings("kubeconfig", [], {
    actions: (_host, _facts, { kubeconfig }) =>
      kubeconfig.entry?.adminConfDigest === "d1"
        ? []
        : [
            {
              id: "merge",
              summary: "Merge",
              steps: [{ kind: "run", argv: ["cat", "/etc/kubernetes/admin.conf"], learns: "adminConf" }],
              localEffect: { kind: "merge-kubeconfig", name: "demo", adminConfDigest: "d1" },
            },
          ],
  });
  const adminConf = "users:\n- client-key-data: c2VjcmV0LWtleQ==\n";

  it("hands the admin.conf over as a secret, and tells where it went", async () => {
    const world = fakeHosts(["cp-1"], () => ({ learned: adminConf }));
    const { request, recorded } = requestFor(world, [merging], { spec: oneHost });
    let merged: Secret | undefined;
    const { facts, merge } = request.kubeconfig;
    const result = await runPhases({
      ...request,
      kubeconfig: {
        facts,
        merge: (effect, secret) => {
          merged = secret;
          return merge(effect, secret);
        },
      },
    });
    assert.equal(result.outcome, "succeeded");
    assert.equal(merged?.reveal(), adminConf);
    assert.ok(
      recorded.events.some((event) => event.kind === "kubeconfig-merged" && event.context === "demo"),
    );
    assert.ok(!JSON.stringify(recorded.events).includes("c2VjcmV0LWtleQ"));
  });

  it("surfaces a conflict as it is, with the phase", async () => {
    const world = fakeHosts(["cp-1"], () => ({ learned: adminConf }));
    const { request } = requestFor(world, [merging], { spec: oneHost });
    const { outcome, failures } = await runPhases({
      ...request,
      kubeconfig: {
        ...request.kubeconfig,
        merge: () =>
          Promise.reject(
            new KubeadmError({ code: "kubeconfig-conflict", message: "another CA", next: "Rename it." }),
          ),
      },
    });
    assert.equal(outcome, "failed");
    assert.deepEqual(
      failures.map(({ code, phase, what, next }) => ({ code, phase, what, next })),
      [{ code: "kubeconfig-conflict", phase: "Title of kubeconfig", what: "another CA", next: "Rename it." }],
    );
  });

  it("does not take a merge that left no trace for done", async () => {
    const world = fakeHosts(["cp-1"], () => ({ learned: adminConf }));
    const { request } = requestFor(world, [merging], { spec: oneHost });
    const kubeconfig = {
      ...request.kubeconfig,
      facts: () => Promise.resolve({ path: "/home/me/.kube/config" }),
    };
    const { failures } = await runPhases({ ...request, kubeconfig });
    assert.deepEqual(
      failures.map(({ code }) => code),
      ["not-settled"],
    );
  });
});
