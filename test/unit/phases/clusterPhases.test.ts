import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { caCertHash } from "../../../src/core/kubeadm/caCertHash.ts";
import { joinControlPlanes, joinWorkers } from "../../../src/core/phases/join.ts";
import { kubeconfig } from "../../../src/core/phases/kubeconfig.ts";
import { podNetwork } from "../../../src/core/phases/podNetwork.ts";
import { reset, whatIsLost } from "../../../src/core/phases/reset.ts";
import { smokeTest } from "../../../src/core/phases/smokeTest.ts";
import type { Action, Phase, PlanContext } from "../../../src/core/run/phase.ts";
import { redacted, reveal, Secret } from "../../../src/core/shell/secret.ts";
import { describeStep, stepDetail, type Step } from "../../../src/core/shell/step.ts";
import {
  caCertificate,
  clusterOf,
  contextWith,
  haHosts,
  initialised,
  joined,
  singleHosts,
} from "./clusters.ts";

const spec = clusterOf("1.36", singleHosts);
const ha = clusterOf("1.36", haHosts);
const token = new Secret("abcdef.0123456789abcdef");

function actionsOn(phase: Phase, name: string, context: PlanContext): readonly Action[] {
  const host = context.spec.hosts.find((candidate) => candidate.name === name);
  const facts = context.facts.get(name);
  assert.ok(host && facts);
  return phase.actions(host, facts, context);
}
const stepsOf = (actions: readonly Action[]): readonly Step[] => actions.flatMap((action) => action.steps);

describe("joining", () => {
  const context = contextWith({ "cp-1": { kubernetes: initialised } }, spec);

  it("gives the token by standard input, shown nowhere, and the hash of the cluster's own CA", () => {
    const [action] = actionsOn(joinWorkers, "w-1", { ...context, learned: { joinToken: token } });
    const step = action?.steps.at(-1);
    assert.ok(step?.kind === "run" && step.stdin !== undefined);
    assert.equal(action?.isForecast, false);
    assert.match(reveal(step.stdin), /token: "abcdef\.0123456789abcdef"/);
    assert.ok(reveal(step.stdin).includes(caCertHash(caCertificate)));
    assert.doesNotMatch(
      JSON.stringify([step, describeStep(step), stepDetail(step), redacted(step.stdin)]),
      /0123456789abcdef/,
    );
  });

  it("is a forecast until there is a token and a cluster", () => {
    assert.equal(actionsOn(joinWorkers, "w-1", context)[0]?.isForecast, true);
    const without = contextWith({}, spec);
    assert.equal(
      actionsOn(joinWorkers, "w-1", { ...without, learned: { joinToken: token } })[0]?.isForecast,
      true,
    );
  });

  it("makes one token for all hosts of a run, and uploads the certificates for control planes only", () => {
    const learned = (more: PlanContext["learned"]) => ({
      ...contextWith({ "cp-1": { kubernetes: initialised } }, ha),
      learned: more,
    });
    const before = (phase: Phase, more: PlanContext["learned"]) =>
      phase
        .before?.(learned(more), [])
        ?.action.steps.map(describeStep)
        .map((line) => line.split(" ").slice(0, 4).join(" "));
    const certificateKey = new Secret("f".repeat(64));
    assert.deepEqual(before(joinControlPlanes, {}), [
      "kubeadm token create --ttl",
      "kubeadm init phase upload-certs",
    ]);
    assert.deepEqual(before(joinControlPlanes, { joinToken: token }), ["kubeadm init phase upload-certs"]);
    assert.equal(before(joinControlPlanes, { joinToken: token, certificateKey }), undefined);
    assert.deepEqual(before(joinWorkers, {}), ["kubeadm token create --ttl"]);
    assert.equal(before(joinWorkers, { joinToken: token, certificateKey }), undefined);
  });

  it("leaves members alone, and the first control plane, which joins nothing", () => {
    const all = contextWith({ "cp-1": { kubernetes: initialised }, "w-1": { kubernetes: joined } }, ha);
    assert.deepEqual(actionsOn(joinWorkers, "w-1", all), []);
    assert.deepEqual(
      joinControlPlanes.hosts(ha).map(({ name }) => name),
      ["cp-2", "cp-3"],
    );
    assert.deepEqual(
      joinWorkers.hosts(ha).map(({ name }) => name),
      ["w-1"],
    );
  });

  it("learns the certificate key and nothing else of what kubeadm prints", () => {
    const [, upload] =
      joinControlPlanes.before?.(contextWith({ "cp-1": { kubernetes: initialised } }, ha), [])?.action
        .steps ?? [];
    assert.ok(upload?.kind === "script");
    const folder = mkdtempSync(joinPath(tmpdir(), "join-"));
    try {
      const key = "0f".repeat(32);
      const kubeadm = joinPath(folder, "kubeadm");
      writeFileSync(
        kubeadm,
        `#!/bin/sh\nprintf '[upload-certs] Storing the certificates\\n[upload-certs] Using certificate key:\\n${key}\\n'\n`,
      );
      chmodSync(kubeadm, 0o755);
      const env = { ...process.env, PATH: `${folder}:${process.env.PATH ?? ""}` };
      assert.equal(spawnSync("sh", ["-c", upload.script], { env }).stdout.toString(), `${key}\n`);
      writeFileSync(kubeadm, "#!/bin/sh\nexit 1\n");
      assert.notEqual(spawnSync("sh", ["-c", upload.script], { env }).status, 0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("the kubeconfig phase", () => {
  it("has nothing to do when the entry came from this very admin.conf", () => {
    const context = contextWith({ "cp-1": { kubernetes: { ...initialised, adminConfDigest: "d1" } } }, spec);
    const entry = (adminConfDigest?: string) =>
      actionsOn(kubeconfig, "cp-1", { ...context, kubeconfig: { path: "/k", entry: { adminConfDigest } } });
    assert.deepEqual(entry("d1"), []);
    assert.deepEqual(entry("d2")[0]?.localEffect, {
      kind: "merge-kubeconfig",
      name: "demo",
      adminConfDigest: "d1",
    });
    assert.equal(entry(undefined).length, 1);
    assert.equal(actionsOn(kubeconfig, "cp-1", context).length, 1);
    // Nothing is known of the file on the host: never taken for the same.
    assert.equal(
      actionsOn(kubeconfig, "cp-1", { ...contextWith({}, spec), kubeconfig: { path: "/k", entry: {} } })
        .length,
      1,
    );
  });
});

describe("the pod network phase", () => {
  const cluster = (...daemonSets: readonly string[]) => ({ nodes: [], systemPods: [], daemonSets });

  it("fetches, then applies what it fetched with the pod subnet in it", () => {
    const context = contextWith({ "cp-1": { kubernetes: initialised } }, spec);
    const planned = actionsOn(podNetwork, "cp-1", context);
    assert.deepEqual(
      planned.map(({ id, isForecast }) => [id, isForecast ?? false]),
      [
        ["fetch", false],
        ["apply", true],
      ],
    );
    const manifest =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: kube-flannel-cfg }\ndata: { net-conf.json: "{}" }\n';
    const [apply, ...others] = actionsOn(podNetwork, "cp-1", {
      ...context,
      learned: { podNetworkManifest: manifest },
    });
    assert.deepEqual(others, []);
    assert.equal(apply?.id, "apply");
    assert.match(stepDetail(apply.steps[0] as Step) ?? "", /10\.244\.0\.0\/16/);
  });

  it("has nothing to do when it is there", () => {
    const there = contextWith(
      { "cp-1": { kubernetes: { ...initialised, cluster: cluster("kube-flannel/kube-flannel-ds") } } },
      spec,
    );
    assert.deepEqual(actionsOn(podNetwork, "cp-1", there), []);
  });

  it("says which file beside the spec is missing", () => {
    const local = clusterOf("1.36", singleHosts, "podNetwork: {manifest: net/flannel.yaml}");
    assert.throws(
      () => actionsOn(podNetwork, "cp-1", contextWith({}, local)),
      /net\/flannel\.yaml.*cannot be read/,
    );
  });
});

describe("the smoke test", () => {
  const remembered = (host: string, hash: string) => ({
    [host]: { kubernetes: { ...joined, state: { "smoke-test": `${hash}\n` } } },
  });

  it("is remembered a cluster: a rebuilt one is tested anew", () => {
    const cp = { "cp-1": { kubernetes: initialised } };
    const same = contextWith({ ...cp, ...remembered("w-1", caCertHash(caCertificate)) }, spec);
    const other = contextWith({ ...cp, ...remembered("w-1", "sha256:00") }, spec);
    assert.deepEqual(actionsOn(smokeTest, "w-1", same), []);
    assert.equal(actionsOn(smokeTest, "w-1", other).length, 1);
  });

  it("asks from the workers, or from the control planes where there are none", () => {
    assert.deepEqual(
      smokeTest.hosts(ha).map(({ name }) => name),
      ["w-1"],
    );
    const alone = clusterOf("1.36", "[{name: cp-1, role: control-plane}]");
    assert.deepEqual(
      smokeTest.hosts(alone).map(({ name }) => name),
      ["cp-1"],
    );
    const deployment = (of: typeof spec) =>
      stepDetail(smokeTest.before?.(contextWith({}, of), [])?.action.steps[0] as Step) ?? "";
    assert.match(deployment(alone), /tolerations/);
    assert.doesNotMatch(deployment(spec), /tolerations/);
  });

  it("asks each address that it learned", () => {
    const context = contextWith({ "cp-1": { kubernetes: initialised } }, spec);
    const [action] = actionsOn(smokeTest, "w-1", {
      ...context,
      learned: { smokeTestAddresses: "10.244.1.2 fd00::2" },
    });
    const [ask] = stepsOf(action === undefined ? [] : [action]);
    assert.ok(ask?.kind === "script");
    assert.deepEqual(ask.args, ["10.244.1.2", "fd00::2"]);
    assert.equal(action?.isForecast, false);
  });
});

describe("resetting a host", () => {
  const cluster = {
    nodes: ["cp-1", "w-1"].map((name) => ({
      name,
      isReady: true,
      isControlPlane: false,
      kubeletVersion: "",
      internalAddress: "",
    })),
    systemPods: [],
    daemonSets: ["kube-system/kube-proxy"],
  };
  const context = contextWith(
    { "cp-1": { kubernetes: { ...initialised, cluster } }, "w-1": { kubernetes: joined } },
    spec,
  );
  const [cp, worker] = spec.hosts;
  assert.ok(cp && worker);

  it("says what will be lost", () => {
    assert.match(whatIsLost(cp, context), /the whole cluster with all its data/);
    assert.match(whatIsLost(worker, context), /the node with its pods/);
    const halfWay = contextWith(
      { "w-1": { kubernetes: { leftovers: ["/etc/kubernetes/kubelet.conf"] } } },
      spec,
    );
    assert.match(whatIsLost(worker, halfWay), /\/etc\/kubernetes\/kubelet\.conf/);
    const three = contextWith(
      {
        "cp-1": { kubernetes: { ...initialised, cluster } },
        "cp-2": { kubernetes: { ...initialised, cluster } },
      },
      ha,
    );
    const second = ha.hosts[1];
    assert.ok(second);
    assert.match(whatIsLost(second, three), /the node with its pods.*its member of etcd/);
  });

  it("removes the nodes from a cluster that stays, and only those that it has", () => {
    const after = (...names: readonly string[]) =>
      reset
        .after?.(
          context,
          spec.hosts.filter(({ name }) => names.includes(name)),
        )
        ?.action.steps.map(describeStep);
    assert.deepEqual(after("w-1"), ["kubectl delete node --ignore-not-found --timeout=60s w-1"]);
    assert.equal(after("cp-1", "w-1"), undefined);
    assert.equal(
      reset.after?.(contextWith({ "cp-1": { kubernetes: initialised } }, spec), [worker]),
      undefined,
    );
  });

  it("has nothing to do on a bare host", () => {
    assert.deepEqual(actionsOn(reset, "w-1", contextWith({}, spec)), []);
    assert.equal(
      actionsOn(reset, "w-1", contextWith({ "w-1": { kubernetes: { state: { "smoke-test": "x" } } } }, spec))
        .length,
      1,
    );
  });
});
