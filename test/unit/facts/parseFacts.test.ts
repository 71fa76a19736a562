import assert from "node:assert/strict";
import fc from "fast-check";
import { factSections } from "../../../src/core/facts/hostFacts.ts";
import { parseAllFacts, parseFacts } from "../../../src/core/facts/parseFacts.ts";
import { factsOf, printedFacts, sameClock } from "./factsOf.ts";

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString("base64");

/** Made once: fast-check takes a second for its table of all characters. */
const anyText = fc.string({ unit: "binary" });

describe("parsing facts", () => {
  it("reads a fresh Debian 12", () => {
    const { system, swap, kernel, runtime, packages, kubernetes } = factsOf("debian12");
    assert.deepEqual(system, {
      hostname: "cp-1",
      machineId: "3f1c0a7e5d2b4c6f8a9b0c1d2e3f4a5b",
      productUuid: "4c4c4544-0042-3510-8052-b4c04f564433",
      macAddresses: ["52:54:00:aa:00:01"],
      os: {
        id: "debian",
        idLike: [],
        version: "12",
        codename: "bookworm",
        prettyName: "Debian GNU/Linux 12 (bookworm)",
      },
      kernelRelease: "6.1.0-28-amd64",
      machine: "x86_64",
      cpus: 2,
      memoryKiB: 2014860,
      addresses: ["10.0.0.11", "fd00::11"],
      routes: ["10.0.0.0/24"],
      clockOffsetMs: 0,
      cgroupVersion: 2,
      freeDiskKiB: 18874368,
      selinux: "disabled",
    });
    assert.deepEqual(swap.active, ["/dev/vda2"]);
    assert.deepEqual(swap.units, ["dev-vda2.swap"]);
    assert.match(swap.fstab ?? "", /none {12}swap/);
    assert.equal(swap.zramGenerator, undefined);
    assert.deepEqual(kernel, {
      modules: [],
      modulesFile: undefined,
      sysctl: { "net.ipv4.ip_forward": "0" },
      sysctlFile: undefined,
    });
    assert.equal(runtime.version, undefined);
    assert.equal(runtime.candidate, "1.6.20~ds1-1+deb12u1");
    assert.equal(runtime.isActive, false);
    assert.deepEqual(packages, {
      manager: "apt",
      installed: {},
      held: [],
      repositories: {},
      hasKeyring: false,
    });
    assert.equal(kubernetes.hasJoined, false);
    assert.equal(kubernetes.hasAdminConf, false);
    assert.equal(kubernetes.cluster, undefined);
    assert.deepEqual(kubernetes.portsInUse, []);
  });

  it("reads an Ubuntu 24.04 with an earlier guide's traces", () => {
    const { system, swap, runtime, packages } = factsOf("ubuntu2404");
    assert.deepEqual(system.os.idLike, ["debian"]);
    assert.deepEqual(system.macAddresses, ["52:54:00:aa:00:02"]);
    assert.equal(system.productUuid, "");
    assert.deepEqual(swap.active, ["/swap.img", "/dev/zram0"]);
    assert.equal(swap.zramGenerator, "[zram0]\nzram-size = ram / 2\n");
    assert.equal(runtime.package, "containerd");
    assert.match(runtime.version ?? "", /^1\.7\.24/);
    assert.equal(runtime.isConfigNewerThanService, false);
    assert.deepEqual(packages.installed, { curl: "8.5.0-2ubuntu10.5" });
    assert.deepEqual(Object.keys(packages.repositories), ["/etc/apt/sources.list.d/kubernetes-legacy.list"]);
  });

  it("reads a fresh Rocky Linux 9", () => {
    const { system, packages, runtime } = factsOf("rocky9");
    assert.equal(system.os.id, "rocky");
    assert.deepEqual(system.os.idLike, ["rhel", "centos", "fedora"]);
    assert.equal(system.selinux, "enforcing");
    assert.equal(packages.manager, "dnf");
    assert.equal(packages.hasKeyring, true);
    assert.equal(runtime.candidate, undefined);
  });

  it("reads a worker that has joined", () => {
    const { system, runtime, packages, kubernetes } = factsOf("joinedWorker");
    assert.deepEqual(
      system.macAddresses,
      ["52:54:00:aa:00:04"],
      "the pod network's interfaces say nothing about the machine",
    );
    assert.equal(runtime.version, "1.6.20");
    assert.equal(runtime.isConfigNewerThanService, false);
    assert.deepEqual(packages.held, ["kubeadm", "kubectl", "kubelet"]);
    assert.equal(packages.installed.kubelet, "1.36.2-1.1");
    assert.equal(packages.installed["kubernetes-cni"], "1.8.0-1.1");
    assert.equal(kubernetes.hasJoined, true);
    assert.equal(kubernetes.kubeletServer, "https://10.0.0.11:6443");
    assert.deepEqual(kubernetes.portsInUse, ["10250 kubelet"]);
    assert.deepEqual(Object.keys(kubernetes.state), ["smoke-test"]);
    assert.ok(kubernetes.leftovers.includes("/etc/kubernetes/kubelet.conf"));
    assert.equal(kubernetes.cluster, undefined);
  });

  it("reads an initialised control plane with its nodes and pods", () => {
    const { kubernetes } = factsOf("controlPlane");
    assert.deepEqual(kubernetes.staticPods, [
      "etcd",
      "kube-apiserver",
      "kube-controller-manager",
      "kube-scheduler",
    ]);
    assert.equal(kubernetes.adminConfDigest, "1".repeat(64));
    assert.deepEqual(kubernetes.portsInUse, ["2380 etcd", "6443 kube-apiserver", "10257 an unknown process"]);
    assert.deepEqual(kubernetes.cluster, {
      nodes: [
        {
          name: "cp-1",
          isReady: true,
          isControlPlane: true,
          kubeletVersion: "v1.36.2",
          internalAddress: "10.0.0.11",
        },
        {
          name: "old-cp",
          isReady: false,
          isControlPlane: true,
          kubeletVersion: "v1.20.2",
          internalAddress: "10.0.0.12",
        },
        {
          name: "worker-1",
          isReady: false,
          isControlPlane: false,
          kubeletVersion: "v1.36.2",
          internalAddress: "10.0.0.21",
        },
      ],
      systemPods: [
        { name: "kube-system/coredns-5d78c9869d-abcde", node: "", phase: "Pending", isReady: false },
        { name: "kube-system/etcd-cp-1", node: "cp-1", phase: "Running", isReady: true },
        { name: "kube-system/kube-proxy-x7k2p", node: "worker-1", phase: "Running", isReady: false },
        { name: "kube-system/one-time-job", node: "cp-1", phase: "Succeeded", isReady: false },
      ],
      daemonSets: ["kube-flannel/kube-flannel-ds", "kube-system/kube-proxy"],
    });
  });

  it("tells a containerd whose file is newer than its process", () => {
    const of = (lines: string): boolean => parseAllFacts(lines, sameClock).runtime.isConfigNewerThanService;
    assert.equal(of("runtime.startedAt=1700000100\nruntime.configuredAt=1700000101"), true);
    assert.equal(of("runtime.startedAt=1700000100\nruntime.configuredAt=1700000100"), false);
    assert.equal(of("runtime.startedAt=1700000100"), false);
  });

  it("gives the difference of the clocks in milliseconds", () => {
    const offset = (theirs: number, ours: number): number =>
      parseAllFacts("", { theirs, ours }).system.clockOffsetMs;
    assert.equal(offset(1000.5, 1000), 500);
    assert.equal(offset(1000, 1060.25), -60_250);
  });

  it("gives only the sections that were asked", () => {
    assert.deepEqual(Object.keys(parseFacts(printedFacts("debian12"), ["swap", "kernel"], sameClock)), [
      "swap",
      "kernel",
    ]);
  });

  it("takes what is missing as absent", () => {
    const facts = parseAllFacts("", sameClock);
    assert.deepEqual(Object.keys(facts).sort(), [...factSections].sort());
    assert.equal(facts.system.os.prettyName, "unknown");
    assert.equal(facts.system.cpus, 0);
    assert.equal(facts.packages.manager, "none");
    assert.equal(facts.kubernetes.cluster, undefined);
  });

  it("takes a value that is no number as none", () => {
    assert.equal(parseAllFacts("system.cpus=two\nsystem.memoryKiB=", sameClock).system.cpus, 0);
  });

  it("passes over lines that are none of ours, and base64 that is none", () => {
    const facts = parseAllFacts(
      "garbage\n=x\nswap.fstab:a\nswap.zramGenerator:===\nsystem.hostname=ok\n\u0000\n",
      sameClock,
    );
    assert.equal(facts.swap.fstab, undefined);
    assert.equal(facts.swap.zramGenerator, undefined);
    assert.equal(facts.system.hostname, "ok");
  });

  it("never throws, and never lets a control character but a tab into a single-line fact", () => {
    const line = fc.oneof(
      anyText,
      fc
        .tuple(
          fc.constantFrom(
            "system.hostname",
            "system.cpus",
            "swap.units",
            "packages.installed",
            "kubernetes.nodes",
            "kubernetes.pods",
            "kubernetes.ports",
            "system.osRelease",
            "kernel.sysctl.x",
            "packages.repository./x",
            "system.mac.eth0",
          ),
          fc.constantFrom("=", ":"),
          fc.oneof(anyText, anyText.map(base64)),
        )
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const { system, swap, kubernetes } = parseAllFacts(lines.join("\n"), sameClock);
        const names = kubernetes.cluster?.nodes.map(({ name }) => name) ?? [];
        for (const value of [
          system.hostname,
          ...system.addresses,
          ...swap.units,
          ...names,
          ...kubernetes.portsInUse,
        ]) {
          assert.doesNotMatch(value, /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("drops escape sequences that a host's name would send to a terminal", () => {
    assert.equal(
      parseAllFacts("system.hostname=a\u001b]52;c;x\u0007b", sameClock).system.hostname,
      "a ]52;c;x b",
    );
    const osRelease = base64('ID=debian\nPRETTY_NAME="Debian\u001b[2J"\n');
    assert.doesNotMatch(
      parseAllFacts(`system.osRelease:${osRelease}`, sameClock).system.os.prettyName,
      /\u001b/,
    );
  });

  it("keeps a file's content as it is, but for bytes that are no text", () => {
    const odd = "\ufeff# tabs\tand \u001b[31m\r\n\n/dev/x none swap sw 0 0";
    assert.equal(parseAllFacts(`swap.fstab:${base64(odd)}`, sameClock).swap.fstab, odd);
  });

  it("reads a huge output in no time", () => {
    const text = base64("x".repeat(5_000_000));
    const nodes = base64(
      Array.from({ length: 5000 }, (_, n) => `node-${n}\tTrue\tv1.36.2\t10.0.0.1\t{}`).join("\n"),
    );
    const facts = parseAllFacts(
      `runtime.config:${text}\nkubernetes.nodes:${nodes}\n${"noise\n".repeat(100_000)}`,
      sameClock,
    );
    assert.equal(facts.runtime.config?.length, 5_000_000);
    assert.equal(facts.kubernetes.cluster?.nodes.length, 5000);
  });
});
