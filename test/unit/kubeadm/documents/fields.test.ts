import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import {
  type KubeadmField,
  kubeadmFieldAt,
  kubeadmFields,
  kubeadmFieldsBelow,
} from "../../../../src/core/kubeadm/documents/fields.ts";
import { passThroughKinds } from "../../../../src/core/spec/clusterSpec.ts";
import { fixture } from "../golden.ts";

const versions = ["v1beta2", "v1beta3", "v1beta4"].map((version) => `kubeadm.k8s.io/${version}`);
const kubelet = "kubelet.config.k8s.io/v1beta1";
const kubeProxy = "kubeproxy.config.k8s.io/v1alpha1";

const names = (fields: readonly KubeadmField[]): string[] => fields.map(({ path }) => path.join("."));

describe("kubeadmFields", () => {
  it("knows nothing of another kind, another API version, and one of another group", () => {
    assert.deepEqual(kubeadmFields("Pod", "v1"), []);
    assert.deepEqual(kubeadmFields("ClusterConfiguration", "kubeadm.k8s.io/v1alpha1"), []);
    assert.deepEqual(kubeadmFields("ClusterConfiguration", kubelet), []);
    assert.deepEqual(kubeadmFields("ClusterConfiguration", "constructor"), []);
  });

  it("gives each API version its own fields", () => {
    const has = (path: string, kind = "ClusterConfiguration"): boolean[] =>
      versions.map((version) => names(kubeadmFields(kind, version)).includes(path));
    assert.deepEqual(has("useHyperKubeImage"), [true, false, false]);
    assert.deepEqual(has("dns.type"), [true, false, false]);
    assert.deepEqual(has("apiServer.timeoutForControlPlane"), [true, true, false]);
    assert.deepEqual(has("encryptionAlgorithm"), [false, false, true]);
    assert.deepEqual(has("etcd.local.extraEnvs.*.name"), [false, false, true]);
    assert.deepEqual(has("discovery.timeout", "JoinConfiguration"), [true, true, false]);
    assert.deepEqual(has("timeouts.discovery", "JoinConfiguration"), [false, false, true]);
    assert.deepEqual(has("patches.directory", "InitConfiguration"), [false, true, true]);
    assert.deepEqual(has("nodeRegistration.imagePullSerial", "InitConfiguration"), [false, false, true]);
  });

  it("writes arguments as a map up to v1beta3 and as a list of name and value from v1beta4 on", () => {
    const found = versions.map((version) => {
      const fields = kubeadmFields("ClusterConfiguration", version);
      return [
        kubeadmFieldAt(fields, ["apiServer", "extraArgs"])?.shape,
        kubeadmFieldAt(fields, ["apiServer", "extraArgs", "audit-log-maxage"])?.type,
        names(kubeadmFieldsBelow(fields, ["apiServer", "extraArgs", 0])),
      ];
    });
    assert.deepEqual(found, [
      ["map", "text", []],
      ["map", "text", []],
      ["list", "fields", ["apiServer.extraArgs.*.name", "apiServer.extraArgs.*.value"]],
    ]);
  });

  it("leaves out what came after a release, and keeps what its own API version has", () => {
    const external = (minor?: number): boolean =>
      names(kubeadmFields("ClusterConfiguration", versions[2] ?? "", minor)).includes(
        "etcd.external.httpEndpoints",
      );
    assert.deepEqual([external(34), external(35), external(), external(28)], [false, true, true, false]);
    const algorithms = (minor: number): readonly string[] | undefined =>
      kubeadmFieldAt(kubeadmFields("ClusterConfiguration", versions[2] ?? "", minor), ["encryptionAlgorithm"])
        ?.values;
    assert.deepEqual(algorithms(31), ["RSA-2048", "RSA-3072", "RSA-4096", "ECDSA-P256"]);
    assert.equal(algorithms(34)?.at(-1), "ECDSA-P384");
    const crash = (minor: number): boolean =>
      names(kubeadmFields("KubeletConfiguration", kubelet, minor)).includes("crashLoopBackOff");
    assert.deepEqual([crash(31), crash(32)], [false, true]);
  });

  it("says type, values and description of a field, whatever item of a list it is in", () => {
    const fields = kubeadmFields("InitConfiguration", versions[2] ?? "");
    assert.deepEqual(kubeadmFieldAt(fields, ["nodeRegistration", "taints", 3, "effect"]), {
      path: ["nodeRegistration", "taints", "*", "effect"],
      type: "text",
      shape: "scalar",
      description: "What happens to pods that do not tolerate the taint.",
      values: ["NoSchedule", "PreferNoSchedule", "NoExecute"],
      isRequired: true,
    });
    assert.equal(kubeadmFieldAt(fields, ["nodeRegistration", "taint"]), undefined);
    assert.deepEqual(kubeadmFieldAt(fields, ["dryRun"])?.values, ["true", "false"]);
    assert.equal(kubeadmFieldAt(fields, ["timeouts", "discovery"])?.type, "duration");
  });

  it("gives the keys that may stand below a path", () => {
    const fields = kubeadmFields("JoinConfiguration", versions[2] ?? "");
    assert.deepEqual(names(kubeadmFieldsBelow(fields, [])), [
      "dryRun",
      "nodeRegistration",
      "caCertPath",
      "discovery",
      "controlPlane",
      "skipPhases",
      "patches",
      "timeouts",
    ]);
    assert.deepEqual(names(kubeadmFieldsBelow(fields, ["skipPhases"])), []);
  });

  it("describes every key in one line that is not long", () => {
    const all = passThroughKinds.flatMap((kind) =>
      [...versions, kubelet, kubeProxy].flatMap((version) => kubeadmFields(kind, version)),
    );
    assert.ok(all.length > 700, `only ${all.length} fields`);
    const wrong = all.filter(
      ({ path, description }) =>
        path.at(-1) !== "*" && (!/^[^\n]+[.]$/.test(description) || description.length > 100),
    );
    assert.deepEqual(names(wrong), []);
  });

  it("knows every field that kubeadm 1.28 prints as its defaults", () => {
    const written = parseAllDocuments(fixture("1.28-print-defaults.yaml")).map(
      (document) => document.toJS() as Record<string, unknown>,
    );
    assert.deepEqual(
      written.map(({ kind }) => kind),
      [
        "InitConfiguration",
        "ClusterConfiguration",
        "KubeletConfiguration",
        "KubeProxyConfiguration",
        "JoinConfiguration",
      ],
    );
    for (const { apiVersion, kind, ...document } of written) {
      const fields = kubeadmFields(kind as string, apiVersion as string, 28);
      const unknown = pathsIn(document).filter((path) => kubeadmFieldAt(fields, path) === undefined);
      assert.deepEqual(unknown, [], kind as string);
    }
  });
});

/** The path of every key and item in a value. */
function pathsIn(value: unknown): readonly (string | number)[][] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  return entries.flatMap(([key, inner]) => [[key], ...pathsIn(inner).map((path) => [key, ...path])]);
}
