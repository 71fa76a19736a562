import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import {
  manifestSource,
  podNetworkOf,
  podNetworks,
  podNetworkVersion,
} from "../../../src/core/cni/podNetworks.ts";
import { KubeadmError } from "../../../src/core/errors.ts";
import type { ErrorCode } from "../../../src/core/errors.ts";
import type { ClusterSpec, PodNetworkPlugin } from "../../../src/core/spec/clusterSpec.ts";
import { podNetworkPlugins } from "../../../src/core/spec/schema.ts";
import { at, compare, type Difference } from "./differences.ts";
import { specWith } from "./specWith.ts";

const fixtureNames: Readonly<Record<PodNetworkPlugin, string>> = {
  calico: "calico",
  cilium: "cilium",
  flannel: "flannel",
  "kube-router": "kubeRouter",
  "weave-net": "weaveNet",
};

describe("pod networks", () => {
  it("puts only the pod subnet into flannel's net-conf.json", () => {
    const spec = specWith({ plugin: "flannel" });
    const [difference, ...others] = differences(spec);
    assert.deepEqual(others, []);
    assert.equal(difference?.[0], "1.data.net-conf.json");
    assert.deepEqual(JSON.parse(String(difference?.[2])), {
      Network: "10.10.0.0/16",
      EnableNFTables: false,
      Backend: { Type: "vxlan", Port: 8472 },
    });
  });

  it("changes flannel's backend, interface and registry when the spec says so", () => {
    const options = { backend: "host-gw", interface: "eth1", imageRegistry: "mirror.example.com:5000/ghcr" };
    const changed = documents(configured(specWith({ plugin: "flannel", options })));
    const netConf: unknown = JSON.parse(String(at(changed, ["1", "data", "net-conf.json"])));
    assert.deepEqual(at(netConf, ["Backend"]), { Type: "host-gw" });
    const pod = at(changed, ["2", "spec", "template", "spec"]);
    assert.deepEqual(at(pod, ["containers", "0", "args"]), [
      "--ip-masq",
      "--kube-subnet-mgr",
      "--iface=eth1",
    ]);
    const image = "mirror.example.com:5000/ghcr/flannel-io/flannel:v0.28.9";
    assert.equal(at(pod, ["containers", "0", "image"]), image);
    assert.equal(at(pod, ["initContainers", "0", "image"]), image);
  });

  it("gives Calico its pool as an environment variable of calico-node", () => {
    const cidr = { name: "CALICO_IPV4POOL_CIDR", value: "10.10.0.0/16" };
    assert.deepEqual(differences(specWith({ plugin: "calico" })), [
      ["1.spec.template.spec.containers.0.env.5", undefined, cidr],
    ]);
  });

  it("replaces Calico's pool where the manifest already names one", () => {
    const spec = specWith({ plugin: "calico" });
    const once = configured(spec);
    const other = podNetworkOf("calico").configure(once, specWith({ plugin: "calico" }, "172.20.0.0/16"));
    assert.deepEqual(compare(documents(once), documents(other)), [
      ["1.spec.template.spec.containers.0.env.5.value", "10.10.0.0/16", "172.20.0.0/16"],
    ]);
  });

  it("turns BGP and its probes off when Calico uses VXLAN", () => {
    const options = { encapsulation: "vxlan-cross-subnet", mtu: 1400, addressDetection: "interface=eth1" };
    const changed = documents(configured(specWith({ plugin: "calico", options })));
    const container = at(changed, ["1", "spec", "template", "spec", "containers", "0"]);
    const variables = new Map(
      (at(container, ["env"]) as readonly { name: string; value: unknown }[]).map(({ name, value }) => [
        name,
        value,
      ]),
    );
    assert.equal(variables.get("CALICO_IPV4POOL_IPIP"), "Never");
    assert.equal(variables.get("CALICO_IPV4POOL_VXLAN"), "CrossSubnet");
    assert.equal(variables.get("IP_AUTODETECTION_METHOD"), "interface=eth1");
    assert.equal(at(changed, ["0", "data", "calico_backend"]), "vxlan");
    assert.equal(at(changed, ["0", "data", "veth_mtu"]), "1400");
    assert.deepEqual(at(container, ["livenessProbe", "exec", "command"]), [
      "/bin/calico-node",
      "-felix-live",
    ]);
    assert.deepEqual(at(container, ["readinessProbe", "exec", "command"]), [
      "/bin/calico-node",
      "-felix-ready",
    ]);
  });

  it("gives Weave Net its range inside the manifest's List", () => {
    const options = { mtu: 1376 };
    assert.deepEqual(differences(specWith({ plugin: "weave-net", options })), [
      [
        "0.items.1.spec.template.spec.containers.0.env.1",
        undefined,
        { name: "IPALLOC_RANGE", value: "10.10.0.0/16" },
      ],
      ["0.items.1.spec.template.spec.containers.0.env.2", undefined, { name: "WEAVE_MTU", value: "1376" }],
    ]);
  });

  it("pulls Weave Net from another registry though its images name none", () => {
    const options = { imageRegistry: "mirror.example.com" };
    const changed = documents(configured(specWith({ plugin: "weave-net", options })));
    const pod = at(changed, ["0", "items", "1", "spec", "template", "spec"]);
    assert.equal(at(pod, ["containers", "1", "image"]), "mirror.example.com/weaveworks/weave-npc:2.8.1");
  });

  it("pins kube-router's image, which its manifest leaves at the newest", () => {
    const image = "docker.io/cloudnativelabs/kube-router";
    assert.deepEqual(differences(specWith({ plugin: "kube-router", version: "2.10.0" })), [
      ["1.spec.template.spec.containers.0.image", image, `${image}:v2.10.0`],
      ["1.spec.template.spec.initContainers.0.image", image, `${image}:v2.10.0`],
    ]);
  });

  it("sets kube-router's flags in place or behind the others", () => {
    const options = { overlay: "full", encapsulation: "fou", networkPolicy: false };
    const changed = documents(configured(specWith({ plugin: "kube-router", options })));
    assert.deepEqual(at(changed, ["1", "spec", "template", "spec", "containers", "0", "args"]), [
      "--run-router=true",
      "--run-firewall=false",
      "--run-service-proxy=false",
      "--overlay-type=full",
      "--overlay-encap=fou",
    ]);
  });

  it("gives Cilium its pool in its ConfigMap", () => {
    const options = { nodePrefix: 25, tunnel: "geneve" };
    assert.deepEqual(differences(specWith({ plugin: "cilium", options })), [
      ["0.data.tunnel-protocol", "vxlan", "geneve"],
      ["0.data.cluster-pool-ipv4-cidr", "10.0.0.0/8", "10.10.0.0/16"],
      ["0.data.cluster-pool-ipv4-mask-size", "24", "25"],
    ]);
  });

  it("lets Cilium take its ranges from Kubernetes", () => {
    const spec = specWith({ plugin: "cilium", options: { ipam: "kubernetes" } });
    assert.deepEqual(differences(spec), [["0.data.ipam", "cluster-pool", "kubernetes"]]);
  });

  it("says with which command a manifest of Cilium is made", () => {
    const error = errorOf(() => manifestSource(specWith({ plugin: "cilium" })));
    assert.equal(error.code, "spec-invalid");
    assert.match(
      error.message,
      /^Cilium v1\.20\.1 is published without a manifest\. .*spec\.podNetwork\.manifest/,
    );
    assert.ok(
      error.message.endsWith(
        "helm template cilium cilium --repo https://helm.cilium.io --version 1.20.1 --namespace kube-system " +
          "--set 'ipam.mode=cluster-pool' --set 'ipam.operator.clusterPoolIPv4PodCIDRList={10.10.0.0/16}' " +
          "--set 'ipam.operator.clusterPoolIPv4MaskSize=24' --set 'tunnelProtocol=vxlan' > cilium.yaml",
      ),
      error.message,
    );
  });

  it("takes each manifest from where its project publishes it", () => {
    const urls = podNetworkPlugins
      .filter((plugin) => plugin !== "cilium")
      .map((plugin) => manifestSource(specWith({ plugin })))
      .map((source) => (source.kind === "url" ? source.url : source.path));
    assert.deepEqual(urls, [
      "https://raw.githubusercontent.com/projectcalico/calico/v3.32.1/manifests/calico.yaml",
      "https://github.com/flannel-io/flannel/releases/download/v0.28.9/kube-flannel.yml",
      "https://raw.githubusercontent.com/cloudnativelabs/kube-router/v2.11.1/daemonset/kubeadm-kuberouter.yaml",
      "https://github.com/weaveworks/weave/releases/download/v2.8.1/weave-daemonset-k8s.yaml",
    ]);
  });

  it("takes a newer Weave Net from the fork that carries it on", () => {
    const url = "https://github.com/rajch/weave/releases/download/v2.9.0/weave-daemonset-k8s.yaml";
    assert.deepEqual(manifestSource(specWith({ plugin: "weave-net", version: "2.9.0" })), {
      kind: "url",
      url,
    });
  });

  it("prefers the manifest that the spec names, a URL or a file", () => {
    const url = "https://mirror.example.com/net.yaml";
    assert.deepEqual(manifestSource(specWith({ manifest: url })), { kind: "url", url });
    assert.deepEqual(manifestSource(specWith({ plugin: "cilium", manifest: "net.yaml" })), {
      kind: "file",
      path: "net.yaml",
    });
  });

  it("writes versions as releases are tagged", () => {
    assert.equal(podNetworkVersion(specWith({ plugin: "calico", version: "3.31.0" })), "v3.31.0");
    assert.equal(podNetworkVersion(specWith({ plugin: "calico" })), podNetworks.calico.defaultVersion);
  });

  for (const plugin of podNetworkPlugins) {
    describe(podNetworkOf(plugin).title, () => {
      it("changes nothing more when a manifest is configured twice", () => {
        const spec = specWith({ plugin });
        const once = configured(spec);
        assert.equal(podNetworkOf(plugin).configure(once, spec), once);
      });

      it("keeps comments and untouched documents", () => {
        const text = configured(specWith({ plugin }));
        assert.ok(text.includes("# In the shape of"), text);
        for (const line of fixture(plugin)
          .split("\n")
          .filter((candidate) => candidate.includes("# "))) {
          assert.ok(text.includes(line.trim()), line);
        }
      });

      it("names the pod subnet in the plan's line", () => {
        assert.match(podNetworkOf(plugin).explainConfigure(specWith({ plugin })), /10\.10\.0\.0\/16/);
      });

      it("refuses an IPv6 pod subnet, saying so", () => {
        expectError("spec-invalid", /IPv4 here; spec\.networking\.podSubnet is fd00::\/56/, () =>
          podNetworkOf(plugin).configure(fixture(plugin), specWith({ plugin }, "fd00::/56")),
        );
      });

      it("refuses a manifest without its object", () => {
        expectError("step-failed", /^the manifest of .* has no (ConfigMap|DaemonSet) /, () =>
          podNetworkOf(plugin).configure("kind: Namespace\nmetadata:\n  name: other\n", specWith({ plugin })),
        );
      });

      it("refuses a login page in the manifest's place", () => {
        const page =
          "<html>: [kind: DaemonSet ConfigMap, kube-flannel-cfg cilium-config calico-node kube-router weave-net";
        expectError("step-failed", /is not YAML/, () =>
          podNetworkOf(plugin).configure(page, specWith({ plugin })),
        );
      });

      it("refuses an option that it does not have", () => {
        expectError("spec-invalid", /spec\.podNetwork\.options\.colour is not an option of/, () =>
          podNetworkOf(plugin).configure(fixture(plugin), specWith({ plugin, options: { colour: "red" } })),
        );
      });

      it("says which ports it needs, each with its source", () => {
        const ports = podNetworkOf(plugin).ports(specWith({ plugin }));
        assert.ok(ports.some((port) => port.required));
        assert.ok(
          ports.every((port) => port.source.startsWith("https://") && port.ports[0] <= port.ports[1]),
        );
      });
    });
  }

  it("refuses a pod subnet that is smaller than what a node gets", () => {
    expectError("spec-invalid", /10\.10\.1\.0\/25 is too small: Flannel gives each node a \/24/, () =>
      podNetworkOf("flannel").configure(fixture("flannel"), specWith({}, "10.10.1.0/25")),
    );
  });

  it("asks only for the ports of the chosen way between hosts", () => {
    const ports = (plugin: PodNetworkPlugin, options: Record<string, string>) =>
      podNetworkOf(plugin)
        .ports(specWith({ plugin, options }))
        .filter((port) => port.required)
        .map((port) => `${port.ports[0]} ${port.protocol}`);
    assert.deepEqual(ports("flannel", { backend: "host-gw" }), []);
    assert.deepEqual(ports("flannel", { backend: "wireguard" }), ["51820 udp"]);
    assert.deepEqual(ports("calico", {}), ["179 tcp", "4 ip"]);
    assert.deepEqual(ports("calico", { encapsulation: "vxlan" }), ["4789 udp"]);
    assert.deepEqual(ports("cilium", { tunnel: "geneve" }), ["6081 udp"]);
    assert.deepEqual(ports("kube-router", { overlay: "none" }), ["179 tcp"]);
  });
});

function fixture(plugin: PodNetworkPlugin): string {
  const folder = join(import.meta.dirname, "../../fixtures/manifests");
  return readFileSync(join(folder, `${fixtureNames[plugin]}.yaml`), "utf8");
}

function configured(spec: ClusterSpec): string {
  return podNetworkOf(spec.podNetwork.plugin).configure(fixture(spec.podNetwork.plugin), spec);
}

function documents(text: string): unknown {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as unknown)
    .filter((value) => value !== null);
}

function differences(spec: ClusterSpec): readonly Difference[] {
  return compare(documents(fixture(spec.podNetwork.plugin)), documents(configured(spec)));
}

function errorOf(action: () => unknown): KubeadmError {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof KubeadmError, String(error));
    return error;
  }
  assert.fail("it did not throw");
}

function expectError(code: ErrorCode, message: RegExp, action: () => unknown): void {
  const error = errorOf(action);
  assert.equal(error.code, code);
  assert.match(error.message, message);
  assert.ok(error.next, "an error says what to do next");
}
