import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseSpec } from "../../../src/core/spec/parseSpec.ts";
import { problemsOf, specOf, specText } from "./specText.ts";

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/specs/${name}`, import.meta.url), "utf8");

describe("parseSpec: defaults", () => {
  it("fills in every default of a minimal spec", () => {
    assert.deepEqual(specOf(fixture("minimal.yaml")), {
      name: "demo",
      kubernetesVersion: "1.36",
      controlPlaneEndpoint: "10.0.0.11:6443",
      isEndpointWritten: false,
      networking: { podSubnet: "10.244.0.0/16", serviceSubnet: "10.96.0.0/12", dnsDomain: "cluster.local" },
      podNetwork: { plugin: "flannel", options: {} },
      containerRuntime: { name: "containerd" },
      packageSource: {},
      hosts: [
        {
          name: "cp-1",
          role: "control-plane",
          ssh: { address: "10.0.0.11" },
          privateAddress: "10.0.0.11",
          labels: {},
          line: 7,
        },
        {
          name: "worker-1",
          role: "worker",
          ssh: { address: "worker-1" },
          privateAddress: undefined,
          labels: {},
          line: 11,
        },
      ],
      passThrough: [],
    });
  });

  it("reads anchors, merge keys, empty maps and kubeadm documents", () => {
    const spec = specOf(fixture("full.yaml"));
    assert.equal(spec.kubernetesVersion, "1.31.2");
    assert.equal(spec.controlPlaneEndpoint, "k8s.example.com:6443");
    assert.equal(spec.packageSource.imageRepository, "mirror.example.com/k8s");
    assert.deepEqual(
      spec.hosts.map((host) => [
        host.name,
        host.role,
        host.ssh.address,
        host.ssh.port,
        host.ssh.user,
        host.line,
      ]),
      [
        ["cp-1", "control-plane", "203.0.113.11", 2222, "admin", 26],
        ["cp-2", "control-plane", "cp-2.example.com", 2222, "admin", 34],
        ["worker-1", "worker", "worker-1", undefined, undefined, 40],
      ],
    );
    assert.deepEqual(
      spec.passThrough.map(({ kind, apiVersion }) => `${apiVersion} ${kind}`),
      ["kubeadm.k8s.io/v1beta4 ClusterConfiguration", "kubelet.config.k8s.io/v1beta1 KubeletConfiguration"],
    );
  });

  it("puts the first control plane's name into the endpoint when no address is known", () => {
    const spec = specOf(specText({ hosts: "[{name: a, role: worker}, {name: b, role: control-plane}]" }));
    assert.equal(spec.controlPlaneEndpoint, "b:6443");
  });

  it("brackets an IPv6 address in the endpoint", () => {
    const spec = specOf(specText({ hosts: '[{name: a, role: control-plane, ssh: {address: "fd00::1"}}]' }));
    assert.equal(spec.controlPlaneEndpoint, "[fd00::1]:6443");
  });

  for (const [written, endpoint] of [
    ["k8s.example.com", "k8s.example.com:6443"],
    ["K8S.example.com:443", "k8s.example.com:443"],
    ["[fd00::9]", "[fd00::9]:6443"],
    ["[fd00::9]:7443", "[fd00::9]:7443"],
  ]) {
    it(`reads the endpoint ${written} as ${endpoint}`, () => {
      const spec = specOf(specText({ spec: `controlPlaneEndpoint: "${written}"` }));
      assert.equal(spec.controlPlaneEndpoint, endpoint);
    });
  }

  it("gives the same spec for CRLF line ends and a byte order mark", () => {
    const text = fixture("full.yaml");
    assert.deepEqual(specOf(`\uFEFF${text.replaceAll("\n", "\r\n")}`), specOf(text));
  });
});

describe("parseSpec: diagnostics", () => {
  const wrong: readonly (readonly [string, string, readonly string[]])[] = [
    [
      "names file, line, column, field, and what is expected",
      specText({ hosts: "[{name: a, role: master}]" }),
      ['cluster.yaml:7:27: spec.hosts[0].role: expected "control-plane" or "worker", got "master"'],
    ],
    [
      "shows a version without quotes as it is written",
      specText({ version: "1.30" }),
      [
        'cluster.yaml:6:22: spec.kubernetesVersion: expected a version in quotes, such as "1.36" or "1.36.2", got the number 1.30; put it in quotes: "1.30"',
      ],
    ],
    [
      "refuses a release that is older than any known",
      specText({ version: '"1.19"' }),
      ["cluster.yaml:6:22: spec.kubernetesVersion: expected 1.20 or newer, got 1.19"],
    ],
    [
      "suggests the field that was meant",
      specText({ hosts: "[{name: a, role: control-plane, shh: {}}]" }),
      ['cluster.yaml:7:42: spec.hosts[0].shh: unknown field; did you mean "ssh"?'],
    ],
    [
      "lists the known fields when none is alike",
      specText({ spec: "networking: {mtu: 1500}" }),
      [
        "cluster.yaml:8:16: spec.networking.mtu: unknown field; known here: podSubnet, serviceSubnet, dnsDomain",
      ],
    ],
    [
      "suggests the value that was meant",
      specText({ spec: "podNetwork: {plugin: flanel}" }),
      [
        'cluster.yaml:8:24: spec.podNetwork.plugin: expected "calico", "cilium", "flannel", "kube-router" or "weave-net", got "flanel"; did you mean "flannel"?',
      ],
    ],
    [
      "points at the parent of a missing field",
      specText({ hosts: "\n    - name: a" }),
      ['cluster.yaml:8:7: spec.hosts[0].role: missing; expected "control-plane" or "worker"'],
    ],
    [
      "asks for quotes around a label's number",
      specText({ hosts: "[{name: a, role: control-plane, labels: {rack: 1}}]" }),
      [
        'cluster.yaml:7:57: spec.hosts[0].labels.rack: expected text, got the number 1; put it in quotes: "1"',
      ],
    ],
    [
      "refuses a label key that Kubernetes would refuse",
      specText({ hosts: '[{name: a, role: control-plane, labels: {"a b": x}}]' }),
      [
        'cluster.yaml:7:51: spec.hosts[0].labels["a b"]: expected a label key such as example.com/rack, got "a b"; did you mean "a-b"?',
      ],
    ],
    [
      "refuses two hosts of one name or one SSH address",
      specText({ hosts: "[{name: a, role: control-plane}, {name: a, role: worker}]" }),
      [
        "cluster.yaml:7:43: spec.hosts[1].ssh.address: expected an address and port of its own, got a port 22, which is host a",
        'cluster.yaml:7:50: spec.hosts[1].name: expected a name of its own, got "a", which is the name of the host on line 7',
      ],
    ],
    [
      "refuses two hosts of one private address",
      specText({
        hosts:
          "[{name: a, role: control-plane, privateAddress: 10.0.0.1}, {name: b, role: worker, privateAddress: 10.0.0.1}]",
      }),
      [
        "cluster.yaml:7:109: spec.hosts[1].privateAddress: expected the address by which the other hosts reach it, got 10.0.0.1, which is host a",
      ],
    ],
    [
      "refuses a spec without a control plane",
      specText({ hosts: "[{name: a, role: worker}]" }),
      ['cluster.yaml:7:10: spec.hosts: expected at least one host with role "control-plane"'],
    ],
    [
      "refuses a spec without hosts",
      specText({ hosts: "[]" }),
      ["cluster.yaml:7:10: spec.hosts: expected at least one host, got an empty list"],
    ],
    [
      "refuses a forwarded port on this machine as the endpoint of all hosts",
      specText({ hosts: "[{name: a, role: control-plane, ssh: {address: 127.0.0.1, port: 2222}}]" }),
      [
        "cluster.yaml:5:1: spec.controlPlaneEndpoint: expected an address under which all hosts reach the API server, got 127.0.0.1; write it here, or as privateAddress of host a",
      ],
    ],
    [
      "refuses an endpoint's port that does not exist",
      specText({ spec: "controlPlaneEndpoint: a:70000" }),
      ["cluster.yaml:8:25: spec.controlPlaneEndpoint: expected a port from 1 to 65535, got 70000"],
    ],
    [
      "refuses pod and service subnets that overlap",
      specText({ spec: "networking: {podSubnet: 10.100.0.0/16}" }),
      [
        "cluster.yaml:8:27: spec.networking.podSubnet: expected a subnet apart from serviceSubnet 10.96.0.0/12, got 10.100.0.0/16",
      ],
    ],
    [
      "refuses a mirror's URL that would break out of its line",
      specText({ spec: 'packageSource: {apt: {url: "https://a/\\ndeb x", key: "https://a/b c"}}' }),
      [
        'cluster.yaml:8:30: spec.packageSource.apt.url: expected a URL such as https://mirror.example.com/path, got "https://a/deb x"',
        'cluster.yaml:8:56: spec.packageSource.apt.key: expected a URL such as https://mirror.example.com/path, got "https://a/b c"',
      ],
    ],
  ];
  for (const [title, text, expected] of wrong) {
    it(title, () => {
      assert.deepEqual(problemsOf(text), expected);
    });
  }

  it("marks the value from its first to its last character", () => {
    const [diagnostic] = parseSpec(
      specText({ hosts: "[{name: a, role: master}]" }),
      "cluster.yaml",
    ).diagnostics;
    assert.deepEqual(
      [diagnostic?.line, diagnostic?.column, diagnostic?.endLine, diagnostic?.endColumn],
      [6, 26, 6, 32],
    );
  });

  it("refuses labels that a node may not give itself, and allows those that it may", () => {
    const text = specText({
      hosts: `
    - name: a
      role: control-plane
      labels:
        node-role.kubernetes.io/worker: ""
        team.k8s.io/x: a
        kubernetes.io/x: a
        node.kubernetes.io/x: a
        sub.kubelet.kubernetes.io/x: a
        topology.kubernetes.io/zone: a
        notkubernetes.io/x: a`,
    });
    const reserved = parseSpec(text, "cluster.yaml").diagnostics.map(({ code, line }) => [code, line]);
    assert.deepEqual(reserved, [
      ["reserved-label", 10],
      ["reserved-label", 11],
      ["reserved-label", 12],
    ]);
  });
});
