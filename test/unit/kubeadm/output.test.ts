import assert from "node:assert/strict";
import * as fc from "fast-check";
import { KubeadmError } from "../../../src/core/errors.ts";
import { explainFailure, parseCertificateKey, parseToken } from "../../../src/core/kubeadm/output.ts";
import { preflightErrors } from "../../../src/core/kubeadm/preflightErrors.ts";
import { fixture } from "./golden.ts";

describe("parseToken and parseCertificateKey", () => {
  for (const [name, token] of [
    ["1.28-token.txt", "honelq.t0sn4dt1y0s66xgr"],
    ["1.28-token-print-join-command.txt", "mjvgjq.5pyefh4450mt5jzo"],
    ["1.20-token-print-join-command.txt", "7v73h9.4vr1w8179rx5grnf"],
  ] as const) {
    it(`finds the token in ${name}`, () => {
      assert.equal(parseToken(fixture(name)).reveal(), token);
    });
  }

  for (const [name, key] of [
    ["1.28-upload-certs.txt", "08dfffa1611bc48a8587b66a1195b10e7f7527daad7fafc2feef627e4ce9f6e5"],
    ["1.28-certificate-key.txt", "26410fb3e3f8fcbeb58b655e824461846eb3e1db6bc5821265ccb590d8fb523a"],
  ] as const) {
    it(`finds the certificate key in ${name}`, () => {
      assert.equal(parseCertificateKey(fixture(name)).reveal(), key);
    });
  }

  it("says which command printed none, without repeating what it printed", () => {
    assert.throws(
      () => parseToken("almost abcdef.0123456789abcde"),
      (error) => {
        assert.ok(error instanceof KubeadmError);
        assert.equal(error.code, "step-failed");
        assert.match(error.message, /^kubeadm token create did not print a join token/);
        assert.doesNotMatch(error.message, /0123/);
        return true;
      },
    );
    assert.throws(() => parseCertificateKey(""), /did not print a certificate key/);
  });
});

describe("explainFailure: kubeadm", () => {
  const messages: readonly (readonly [string, string, RegExp])[] = [
    [
      "1.28-preflight-ports.txt",
      "stopped at preflight: port 6443 is in use; /etc/kubernetes/manifests/etcd.yaml already exists; port 10250 is in use; /var/lib/etcd is not empty",
      /ss -lntp.*Reset the host/,
    ],
    [
      "1.20-preflight-leftovers.txt",
      "stopped at preflight: port 6443 is in use; port 10259 is in use; port 10257 is in use; /etc/kubernetes/manifests/kube-apiserver.yaml already exists; and 7 more",
      /reset the host/i,
    ],
    [
      "1.28-preflight-no-containerd.txt",
      "stopped at preflight: containerd is not running; /proc/sys/net/ipv4/ip_forward contents are not set to 1",
      /journalctl -u containerd.*network settings/,
    ],
    [
      "1.28-join-again.txt",
      "stopped at preflight: /etc/kubernetes/kubelet.conf already exists; port 10250 is in use; /etc/kubernetes/pki/ca.crt already exists",
      /Reset the host/,
    ],
    ...["1.20", "1.28"].map(
      (version) =>
        [
          `${version}-join-wrong-hash.txt`,
          "another cluster's API server answers at the endpoint: its CA certificate is not this cluster's",
          /Never take over the hash/,
        ] as const,
    ),
    ...["1.20", "1.28"].map(
      (version) =>
        [
          `${version}-join-bad-token.txt`,
          "the join token is not of the form abcdef.0123456789abcdef",
          /fresh/,
        ] as const,
    ),
    ["1.28-join-unknown-token.txt", "the cluster does not know the join token, or it has expired", /fresh/],
    [
      "1.28-join-unreachable.txt",
      "the API server at 10.88.0.99:6443 cannot be reached: no route to host",
      /firewall/,
    ],
    [
      "1.28-join-wrong-certificate-key.txt",
      "the certificate key does not fit the uploaded certificates",
      /fresh/,
    ],
    [
      "1.28-init-bad-config.txt",
      'kubeadm refuses networking.podSubnet: "10.10.0.0/99": couldn\'t parse subnet',
      /spec file/,
    ],
    [
      "1.28-validate-unknown-field.txt",
      "kubeadm does not know the field networking.servicSubnet",
      /documents/,
    ],
    [
      "1.28-validate-wrong-type.txt",
      "kubeadm expects map[string]string in apiServer.extraArgs, and found array",
      /documents/,
    ],
    [
      "1.28-validate-old-version.txt",
      "the kubeadm on the host does not read kubeadm.k8s.io/v1beta2",
      /spec.kubernetesVersion/,
    ],
    [
      "1.28-validate-new-version.txt",
      "the kubeadm on the host does not read kubeadm.k8s.io/v1beta4",
      /spec.kubernetesVersion/,
    ],
    [
      "1.20-init-new-version.txt",
      "the kubeadm on the host does not read kubeadm.k8s.io/v1beta3",
      /spec.kubernetesVersion/,
    ],
    ["1.20-init-timeout.txt", "the control plane did not come up in time", /journalctl -u kubelet/],
    [
      "1.20-init-cgroup-drivers.txt",
      "the kubelet and containerd use different cgroup drivers",
      /SystemdCgroup/,
    ],
    ["1.28-unknown-flag.txt", "unknown shorthand flag: 'o' in -o", /terminal/],
  ];
  for (const [name, message, next] of messages) {
    it(`explains ${name}`, () => {
      const explained = explainFailure(fixture(name));
      assert.equal(explained?.message, message);
      assert.match(explained?.next ?? "", next);
    });
  }

  it("does not repeat a token that kubeadm refuses", () => {
    const { message, next } = explainFailure(fixture("1.28-join-bad-token.txt")) ?? {};
    assert.doesNotMatch(`${message} ${next}`, /nonsense/);
  });

  it("reads each preflight error once, also those of several lines", () => {
    const [cri, forward, ...others] = preflightErrors(fixture("1.28-preflight-no-containerd.txt"));
    assert.equal(cri?.check, "CRI");
    assert.match(cri?.text ?? "", /no such file or directory\\"" , error: exit status 1$/);
    assert.deepEqual(forward, {
      check: "FileContent--proc-sys-net-ipv4-ip_forward",
      text: "/proc/sys/net/ipv4/ip_forward contents are not set to 1",
    });
    assert.deepEqual(others, []);
  });
});

describe("explainFailure: everything else that a step runs", () => {
  const outputs: readonly (readonly [string, string, RegExp])[] = [
    [
      "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1234 (unattended-upgr)",
      "apt is locked (/var/lib/dpkg/lock-frontend) by unattended-upgr 1234",
      /wait/,
    ],
    ["E: You don't have enough free space in /var/cache/apt/archives/.", "the host's disk is full", /df -h/],
    [
      "tar: ./x: Wrote only 512 of 10240 bytes\ntar: write error: No space left on device",
      "the host's disk is full",
      /df -h/,
    ],
    ["E: Unable to locate package kubeadm", "no package repository of the host has kubeadm", /repository/],
    [
      "E: The repository 'https://apt.kubernetes.io kubernetes-xenial Release' no longer has a Release file.",
      "the package repository https://apt.kubernetes.io kubernetes-xenial Release does not exist any more",
      /replaces the repository/,
    ],
    [
      "W: GPG error: The following signatures were invalid: EXPKEYSIG 234654DA9A296436 isv:kubernetes",
      "the key of a package repository has expired",
      /its key/,
    ],
    [
      "E: Version '1.36.9-*' for 'kubeadm' was not found",
      "no package repository of the host has kubeadm 1.36.9-*",
      /madison/,
    ],
    [
      "E: Failed to fetch http://archive.example.org/x  Temporary failure resolving 'archive.example.org'",
      "the host cannot resolve archive.example.org",
      /DNS/,
    ],
    [
      "\t[ERROR CRI]: container runtime is not running: rpc error: code = Unimplemented desc = unknown service runtime.v1.RuntimeService\n",
      "stopped at preflight: containerd runs without its CRI plugin",
      /enables the plugin/,
    ],
    [
      "\t[ERROR Swap]: running with swap on is not supported. Please disable swap\n[preflight] If you know",
      "stopped at preflight: swap is on",
      /swap off/,
    ],
    [
      'error execution phase kubelet-start: a Node with name "worker-1" and status "Ready" already exists in the cluster. You must delete the existing Node',
      "the cluster has a node worker-1 already",
      /kubectl delete node worker-1/,
    ],
    [
      'error execution phase control-plane-prepare/download-certs: error downloading certs: error downloading the secret: Secret "kubeadm-certs" was not found in the "kube-system" Namespace.',
      "the uploaded certificates are gone: they are kept for 2 hours",
      /fresh/,
    ],
    [
      "Unable to connect to the server: x509: certificate is valid for 10.96.0.1, 10.0.0.11, not 203.0.113.11",
      "the API server's certificate does not hold 203.0.113.11, only 10.96.0.1, 10.0.0.11",
      /certSANs/,
    ],
    [
      "x509: certificate has expired or is not yet valid: current time 2026-11-23T00:00:00Z is before 2026-11-24T00:00:00Z",
      "a certificate is not valid at the host's time",
      /clocks/,
    ],
    [
      "error execution phase some-phase: something new\nTo see the stack trace of this error execute with --v=5 or higher",
      "stopped at some-phase: something new",
      /terminal/,
    ],
  ];
  for (const [output, message, next] of outputs) {
    it(`explains: ${output.trim().slice(0, 70)}`, () => {
      const explained = explainFailure(`some line before\n${output}\n`);
      assert.equal(explained?.message, message);
      assert.match(explained?.next ?? "", next);
    });
  }

  it("says nothing about what it does not know", () => {
    assert.equal(explainFailure("exit status 1\n"), undefined);
    assert.equal(explainFailure(""), undefined);
  });

  it("never passes on control characters, nor more than a line, whatever a host prints", () => {
    const sentence = fc.constantFrom(
      "error execution phase ",
      "x: ",
      "\t[ERROR Port-1]: ",
      'failed to pull image "',
      '"',
      "\u001b[31m",
      "\u001b]0;title\u0007",
      "\u202e",
      "\r",
      "\n",
      "Could not get lock ",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(sentence, fc.string())), (pieces) => {
        const { message = "", next = "" } = explainFailure(pieces.join("")) ?? {};
        assert.doesNotMatch(message + next, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
        assert.ok(message.length <= 400);
      }),
    );
  });

  it("takes no long time over a long output", () => {
    const long = `${"x509: certificate is valid for a, ".repeat(20_000)}\n${"\t[ERROR x".repeat(20_000)}`;
    const started = performance.now();
    explainFailure(long);
    assert.ok(performance.now() - started < 1000);
  });
});
