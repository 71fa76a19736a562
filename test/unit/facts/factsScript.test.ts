import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { factsScript } from "../../../src/core/facts/factsScript.ts";
import type { HostFacts } from "../../../src/core/facts/hostFacts.ts";
import { parseAllFacts } from "../../../src/core/facts/parseFacts.ts";
import { runText, shells } from "../shell/shells.ts";
import { sameClock } from "./factsOf.ts";

describe("the facts script", function () {
  // It asks the package manager, which takes its time on a busy machine.
  this.timeout(20_000);

  for (const shell of shells) {
    it(`succeeds on this machine in ${shell.join(" ")}, whatever is missing here`, () => {
      const { exitCode, output } = runText(`(${factsScript()}) 2> /dev/null`, shell);
      assert.equal(exitCode, 0);
      const { system } = parseAllFacts(output, sameClock);
      assert.equal(system.hostname, readFileSync("/proc/sys/kernel/hostname", "utf8").trim());
      assert.ok(system.cpus >= 1 && system.cpus <= cpus().length);
      assert.ok(system.memoryKiB > 100_000);
      assert.ok(system.freeDiskKiB > 0);
      assert.notEqual(system.os.id, "");
      assert.match(system.kernelRelease, /^\d+\.\d+/);
    });

    it(`has nothing that ${shell.join(" ")} takes for an error of its own`, () => {
      const { output } = runText(`(${factsScript()}) > /dev/null`, shell);
      assert.doesNotMatch(
        output,
        /syntax|unexpected|bad substitution|parameter not set|not found|invalid option|usage:/i,
      );
    });
  }

  it("writes nowhere", () => {
    const targets = [...factsScript().matchAll(/[^0-9&]>+ *(\S+)/g)].map(([, target]) => target);
    // "NR > 1" is awk's.
    assert.deepEqual(
      [...new Set(targets)].sort(),
      ["&2", "/dev/null", "1"].filter((target) => targets.includes(target)),
    );
    assert.doesNotMatch(
      factsScript(),
      /\b(rm|mv|cp|mkdir|touch|tee|sed -i|apt-get (update|install)|systemctl (start|stop|enable))\b/,
    );
  });

  describe("on a machine of our making", () => {
    let root = "";
    before(() => {
      root = mkdtempSync(join(tmpdir(), "facts-"));
    });
    after(() => {
      rmSync(root, { recursive: true, force: true });
    });
    const put = (path: string, content: string): void => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    };
    const command = (name: string, script: string): void => {
      put(`bin/${name}`, `#!/bin/sh\n${script}`);
      chmodSync(join(root, "bin", name), 0o755);
    };
    /** The script with its files below `root`, and its commands first looked for there. */
    const gather = (shell: (typeof shells)[number]): HostFacts => {
      const moved = factsScript().replaceAll(/(?<=[\s"'=])\/(?=(etc|var\/lib)\/)/g, `${root}/`);
      const { exitCode, output } = runText(`PATH=${root}/bin:$PATH\n(${moved}) 2> /dev/null`, shell);
      assert.equal(exitCode, 0);
      return parseAllFacts(output.replaceAll(root, ""), sameClock);
    };

    for (const shell of shells) {
      it(`reads a control plane with Debian's tools in ${shell.join(" ")}`, () => {
        put("etc/os-release", 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n');
        put("etc/machine-id", "0123\n");
        put("etc/fstab", "# it's a $(test)\n\n/dev/x none swap sw 0 0");
        put("etc/kubernetes/admin.conf", "secret\n");
        put("etc/kubernetes/kubelet.conf", "clusters:\n- cluster:\n    server: https://10.0.0.11:6443\n");
        put("etc/kubernetes/manifests/kube-apiserver.yaml", "");
        put("etc/kubernetes/pki/ca.crt", "PEM\n");
        put("var/lib/kubelet/pki/kubelet-client-current.pem", "PEM\n");
        put("var/lib/kubeadm-bootstrap/smoke-test", "sha256:1\n");
        put("etc/apt/sources.list", "deb http://archive.example.org/debian bookworm main\n");
        put("etc/apt/sources.list.d/old one.list", "deb https://apt.kubernetes.io/ kubernetes-xenial main\n");
        put("etc/apt/sources.list.d/old.list", "deb https://apt.kubernetes.io/ kubernetes-xenial main\n");
        put("etc/apt/keyrings/kubernetes-apt-keyring.asc", "KEY\n");
        command("apt-get", "exit 99");
        command(
          "apt-cache",
          "printf 'containerd:\\n  Installed: (none)\\n  Candidate: 1.6.20~ds1-1+deb12u1\\n'",
        );
        command(
          "dpkg-query",
          `case "$*" in
  *Version*) printf 'hi  kubelet 1.36.2-1.1\\nii  curl 7.88.1\\nrc  kubectl 1.20.0-00\\nun  kubernetes-cni \\n'; exit 1 ;;
  *containerd.io) exit 1 ;;
  *) printf 'ii ' ;;
esac`,
        );
        command(
          "containerd",
          'case $1 in --version) echo "containerd github.com/containerd/containerd 1.6.20~ds1 x" ;; *) echo "version = 2" ;; esac',
        );
        command(
          "systemctl",
          'case "$1 $2" in "is-active kubelet") echo active ;; "is-enabled kubelet") echo enabled ;; *) exit 3 ;; esac',
        );
        command(
          "ss",
          "printf 'LISTEN 0 4096 *:10250 *:* users:((\"kubelet\",pid=1,fd=2))\\nLISTEN 0 4096 *:110250 *:*\\nLISTEN 0 128 *:22 *:*\\n'",
        );
        command(
          "ip",
          "case $2 in addr) echo '2: eth0    inet 10.0.0.11/24 brd 10.0.0.255 scope global eth0\\\\       valid_lft forever'; echo '2: eth0    inet6 fd00::11/64 scope global' ;; *) printf 'default via 10.0.0.1 dev eth0\\n10.0.0.0/24 dev eth0\\n10.244.1.5 dev x\\n' ;; esac",
        );
        command("timeout", 'shift; exec "$@"');
        command(
          "kubectl",
          `case "$*" in
  *"get nodes"*) printf 'cp-1\\tTrue\\tv1.36.2\\t10.0.0.11\\t{"node-role.kubernetes.io/control-plane":""}\\n' ;;
  *daemonsets*) printf 'kube-system/kube-proxy\\n' ;;
  *) printf 'default\\tmine\\tcp-1\\tRunning\\tTrue\\nkube-system\\tetcd-cp-1\\tcp-1\\tRunning\\tTrue\\n' ;;
esac`,
        );
        const { system, swap, runtime, packages, kubernetes } = gather(shell);
        assert.equal(system.os.id, "debian");
        assert.equal(system.machineId, "0123");
        assert.deepEqual(system.addresses, ["10.0.0.11", "fd00::11"]);
        assert.deepEqual(system.routes, ["10.0.0.0/24"]);
        assert.equal(swap.fstab, "# it's a $(test)\n\n/dev/x none swap sw 0 0");
        assert.equal(runtime.package, "containerd");
        assert.equal(runtime.version, "1.6.20");
        assert.equal(runtime.effectiveConfig, "version = 2");
        assert.equal(runtime.isActive, false);
        assert.deepEqual(packages.installed, { kubelet: "1.36.2-1.1", curl: "7.88.1" });
        assert.deepEqual(packages.held, ["kubelet"]);
        assert.equal(
          packages.repositories["/etc/apt/sources.list.d/old.list"],
          "deb https://apt.kubernetes.io/ kubernetes-xenial main\n",
        );
        assert.equal(packages.repositories["/etc/apt/sources.list"], undefined);
        assert.equal(packages.hasKeyring, true);
        assert.deepEqual(kubernetes.kubelet, { isEnabled: true, isActive: true });
        assert.equal(kubernetes.hasJoined, true);
        assert.equal(kubernetes.kubeletServer, "https://10.0.0.11:6443");
        assert.equal(kubernetes.caCertificate, "PEM\n");
        assert.deepEqual(kubernetes.staticPods, ["kube-apiserver"]);
        assert.match(kubernetes.adminConfDigest ?? "", /^[0-9a-f]{64}$/);
        assert.deepEqual(kubernetes.portsInUse, ["10250 kubelet"]);
        assert.deepEqual(kubernetes.state, { "smoke-test": "sha256:1\n" });
        assert.deepEqual(kubernetes.leftovers.toSorted(), [
          "/etc/kubernetes/admin.conf",
          "/etc/kubernetes/kubelet.conf",
          "/etc/kubernetes/manifests/kube-apiserver.yaml",
          "/etc/kubernetes/pki/ca.crt",
        ]);
        assert.deepEqual(
          kubernetes.cluster?.nodes.map(({ name, isControlPlane }) => [name, isControlPlane]),
          [["cp-1", true]],
        );
        assert.deepEqual(
          kubernetes.cluster.systemPods.map(({ name }) => name),
          ["kube-system/etcd-cp-1"],
        );
      });
    }

    it("knows no cluster when the API server does not answer", () => {
      command("kubectl", "echo 'The connection was refused' >&2; exit 1");
      const { kubernetes } = gather(["sh"]);
      assert.equal(kubernetes.hasAdminConf, true);
      assert.equal(kubernetes.cluster, undefined);
    });
  });
});
