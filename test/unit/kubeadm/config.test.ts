import assert from "node:assert/strict";
import * as fc from "fast-check";
import { parse, parseAllDocuments } from "yaml";
import { apiServerPort, renderInitConfig, renderJoinConfig } from "../../../src/core/kubeadm/config.ts";
import { configApiVersion } from "../../../src/core/kubeadm/configApiVersion.ts";
import { KubeadmError } from "../../../src/core/errors.ts";
import { redacted, reveal, Secret, secretsOf } from "../../../src/core/shell/secret.ts";
import { type ClusterSpec, firstControlPlane, type Host } from "../../../src/core/spec/clusterSpec.ts";
import { specOf, specText } from "../spec/specText.ts";
import { assertGolden } from "./golden.ts";

const caHash = "sha256:60f115d35154b9894b8a04d2f01de68e7e979b4ee04832d11d7eb7332e2495b6";
const token = new Secret("123456.0123456789012345");
const certificateKey = new Secret("1".repeat(64));

const single = `
    - {name: cp-1, role: control-plane, ssh: {address: 10.0.0.11}}
    - {name: worker-1, role: worker, ssh: {address: 10.0.0.21}}`;

const highlyAvailable = `
    - name: cp-1
      role: control-plane
      ssh: {address: 203.0.113.11}
      privateAddress: 10.0.0.11
      labels: {example.com/rack: "1", "on": "yes"}
      taints: []
    - name: cp-2
      role: control-plane
      ssh: {address: CP-2.example.com}
      privateAddress: 10.0.0.12
    - name: cp-3
      role: control-plane
      ssh: {address: 10.0.0.13}
    - name: worker-1
      role: worker
      taints: [{key: example.com/dedicated, value: batch, effect: NoSchedule}, {key: spot, effect: NoExecute}]`;

const argument = (version: string, name: string, value: string): string =>
  configApiVersion(version) === "v1beta4" ? `[{name: ${name}, value: "${value}"}]` : `{${name}: "${value}"}`;

const passedThrough = (version: string): string => `
apiVersion: kubeadm.k8s.io/${configApiVersion(version)}
kind: ClusterConfiguration
apiServer:
  certSANs: [api.example.com, 10.0.0.11]
  extraArgs: ${argument(version, "audit-log-maxage", "7")}
etcd: {local: {dataDir: /data/etcd}}
---
apiVersion: kubeadm.k8s.io/${configApiVersion(version)}
kind: InitConfiguration
nodeRegistration:
  kubeletExtraArgs: ${argument(version, "node-labels", "example.com/disk=ssd")}
---
apiVersion: kubeadm.k8s.io/${configApiVersion(version)}
kind: JoinConfiguration
nodeRegistration:
  kubeletExtraArgs: ${argument(version, "node-ip", "10.9.9.9")}
controlPlane: {localAPIEndpoint: {bindPort: 7443}}
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
maxPods: 50
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables`;

const ha = (version: string): ClusterSpec =>
  specOf(
    specText({
      version: `"${version}"`,
      hosts: highlyAvailable,
      spec: "controlPlaneEndpoint: k8s.example.com:443\n  packageSource: {imageRepository: mirror.example.com/k8s}",
      documents: passedThrough(version),
    }),
  );
const simple = (version: string): ClusterSpec => specOf(specText({ version: `"${version}"`, hosts: single }));

/** The configuration of every host, as it is sent, with stars in place of secrets. */
function everything(spec: ClusterSpec): string {
  const { kubernetesVersion } = spec;
  return spec.hosts
    .map((host, index) => {
      const config =
        index === 0
          ? renderInitConfig({ spec, host, kubernetesVersion })
          : renderJoinConfig({
              spec,
              host,
              kubernetesVersion,
              token,
              caHash,
              certificateKey: host.role === "control-plane" ? certificateKey : undefined,
            });
      return `# ${host.name}\n${redacted(config)}`;
    })
    .join("\n");
}

function initDocuments(spec: ClusterSpec): Record<string, unknown>[] {
  const options = { spec, host: firstControlPlane(spec), kubernetesVersion: spec.kubernetesVersion };
  return [...parseAllDocuments(renderInitConfig(options))].map(
    (document) => document.toJS() as Record<string, unknown>,
  );
}

describe("kubeadm's configuration", () => {
  for (const version of ["1.20.2", "1.28.4", "1.31.0", "1.37.0"]) {
    it(`is as reviewed for a single control plane of ${version}`, () => {
      assertGolden(`single-${version}.yaml`, everything(simple(version)));
    });
    it(`is as reviewed for three control planes with everything of ${version}`, () => {
      assertGolden(`ha-${version}.yaml`, everything(ha(version)));
    });
  }

  it("is written in the newest API version that the release reads", () => {
    assert.deepEqual(["1.20.2", "1.21", "1.22.0", "1.30", "1.31.0", "v1.36.1"].map(configApiVersion), [
      "v1beta2",
      "v1beta2",
      "v1beta3",
      "v1beta3",
      "v1beta4",
      "v1beta4",
    ]);
  });

  it("lets the API server listen where an endpoint that is a control plane says, and on 6443 behind anything else", () => {
    const portFor = (endpoint: string): number =>
      apiServerPort(specOf(specText({ hosts: single, spec: `controlPlaneEndpoint: ${endpoint}` })));
    assert.deepEqual(["10.0.0.11:7443", "cp-1:7443", "lb.example.com:443"].map(portFor), [7443, 7443, 6443]);
  });

  it("leaves the address to kubeadm when the spec knows only a name", () => {
    const [init] = initDocuments(specOf(specText({})));
    assert.deepEqual(init?.localAPIEndpoint, { bindPort: 6443 });
    assert.deepEqual(init?.nodeRegistration, {
      name: "cp-1",
      criSocket: "unix:///run/containerd/containerd.sock",
    });
  });

  it("does not make a worker a control plane because the user's document speaks of control planes", () => {
    const spec = ha("1.37.0");
    const worker = spec.hosts.at(-1) as Host;
    const config = renderJoinConfig({ spec, host: worker, kubernetesVersion: "1.37.0", token, caHash });
    assert.equal("controlPlane" in (parse(reveal(config)) as object), false);
  });

  it("keeps token and certificate key secrets, as text that no YAML reader takes for a number", () => {
    const spec = simple("1.37.0");
    const host = firstControlPlane(spec);
    const config = renderJoinConfig({
      spec,
      host,
      kubernetesVersion: "1.37.0",
      token,
      caHash,
      certificateKey,
    });
    assert.deepEqual(
      secretsOf(config).map((secret) => secret.reveal()),
      [token.reveal(), certificateKey.reveal()],
    );
    assert.doesNotMatch(redacted(config), /0123456789|1111/);
    const { discovery, controlPlane } = parse(reveal(config)) as {
      discovery: { bootstrapToken: { token: unknown } };
      controlPlane: { certificateKey: unknown };
    };
    assert.equal(discovery.bootstrapToken.token, token.reveal());
    assert.equal(controlPlane.certificateKey, certificateKey.reveal());
  });

  it("gives up in a minute on a cluster that does not know the token, where each API version says so", () => {
    const timeoutsOf = (version: string): unknown[] => {
      const spec = simple(version);
      const host = firstControlPlane(spec);
      const config = parse(reveal(renderJoinConfig({ spec, host, kubernetesVersion: version, token, caHash }))) as {
        discovery: { timeout?: string };
        timeouts?: unknown;
      };
      return [config.discovery.timeout, config.timeouts];
    };
    assert.deepEqual(timeoutsOf("1.20.2"), ["1m0s", undefined]);
    assert.deepEqual(timeoutsOf("1.30.0"), ["1m0s", undefined]);
    assert.deepEqual(timeoutsOf("1.31.0"), [undefined, { discovery: "1m0s" }]);
  });

  it("shows a plan's own words where the secrets will stand", () => {
    const spec = simple("1.37.0");
    const host = firstControlPlane(spec);
    const words = { token: "<a token: made later>", caHash: "<its hash>", certificateKey: "<a key>" };
    const config = renderJoinConfig({ spec, host, kubernetesVersion: "1.37.0", ...words });
    assert.deepEqual(secretsOf(config), []);
    assert.equal(
      (parse(redacted(config)) as { discovery: { bootstrapToken: { token: string } } }).discovery
        .bootstrapToken.token,
      words.token,
    );
  });

  it("refuses a token that would change the document, without repeating it", () => {
    const spec = simple("1.37.0");
    const host = firstControlPlane(spec);
    const wrong = new Secret('abcdef.0123456789abcdef"\nx: y');
    assert.throws(
      () => renderJoinConfig({ spec, host, kubernetesVersion: "1.37.0", token: wrong, caHash }),
      (error) => error instanceof KubeadmError && !error.message.includes("abcdef.0123"),
    );
  });

  it("refuses a document in another API version, and says which to write", () => {
    const spec = { ...ha("1.28.4"), kubernetesVersion: "1.36" };
    const options = { spec, host: firstControlPlane(spec), kubernetesVersion: "1.36.2" };
    assert.throws(() => renderInitConfig(options), {
      code: "spec-invalid",
      what: "the spec's InitConfiguration is written in kubeadm.k8s.io/v1beta3, which Kubernetes 1.36 does not read",
      next: "Write it as apiVersion: kubeadm.k8s.io/v1beta4.",
    });
  });

  it("gives back any label value and taint as it is in the spec", () => {
    const word = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,10}[A-Za-z0-9])?$/);
    fc.assert(
      fc.property(word, word, fc.constantFrom("1.28.4", "1.37.0"), (key, value, version) => {
        const spec = simple(version);
        const host: Host = {
          ...firstControlPlane(spec),
          labels: { [key]: value },
          taints: [{ key, value, effect: "NoSchedule" }],
        };
        const text = renderInitConfig({ spec, host, kubernetesVersion: version });
        // kubeadm's reader is one for YAML 1.1, where yes, 1_0 and 1:30 are no text.
        for (const yaml of ["1.1", "1.2"] as const) {
          const [init] = [...parseAllDocuments(text, { version: yaml })].map(
            (document) => document.toJS() as unknown,
          );
          const { taints, kubeletExtraArgs } = (init as { nodeRegistration: Record<string, unknown> })
            .nodeRegistration;
          assert.deepEqual(taints, [{ key, value, effect: "NoSchedule" }]);
          assert.ok(JSON.stringify(kubeletExtraArgs).includes(`${key}=${value}`));
        }
      }),
      { numRuns: 50 },
    );
  });
});
