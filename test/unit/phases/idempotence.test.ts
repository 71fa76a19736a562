import assert from "node:assert/strict";
import fc from "fast-check";
import type { HostFacts } from "../../../src/core/facts/hostFacts.ts";
import { bootstrap, phaseOf, preparation } from "../../../src/core/phases/phases.ts";
import { makePlan } from "../../../src/core/run/plan.ts";
import { factsOf } from "../facts/factsOf.ts";
import { clusterOf, contextOf, haHosts, singleHosts } from "./clusters.ts";
import { renderPlan } from "./renderPlan.ts";
import { simulateCluster } from "./simulatedCluster.ts";

const debian = factsOf("debian12");

describe("a whole bootstrap", () => {
  const docker = "containerRuntime: {package: containerd.io}";
  const clusters = {
    "Debian 12, one control plane": contextOf(clusterOf("1.36", singleHosts), () => debian),
    "Ubuntu 24.04, three control planes, 1.20": contextOf(clusterOf("1.20.2", haHosts), () =>
      factsOf("ubuntu2404"),
    ),
    "Rocky Linux 9": contextOf(clusterOf("1.36.2", singleHosts), () => factsOf("rocky9")),
    "Debian 12 with Docker's containerd": contextOf(clusterOf("1.31", haHosts, docker), () => debian),
  };
  for (const [name, context] of Object.entries(clusters)) {
    it(`leaves nothing to do on ${name}`, () => {
      const cluster = simulateCluster(context);
      cluster.settle(bootstrap);
      const again = makePlan({ phases: bootstrap }, cluster.context());
      assert.deepEqual(
        again.findings.filter(({ severity }) => severity === "error"),
        [],
      );
      assert.ok(again.isEmpty, renderPlan(again));
    });

    it(`takes at most 15 execs a host on ${name}`, () => {
      const cluster = simulateCluster(context);
      cluster.settle(bootstrap);
      for (const [host, count] of cluster.execs) {
        assert.ok(count <= 15, `${host} was given ${count} scripts`);
      }
    });
  }
});

describe("each phase of the preparation", function () {
  // Generous: other suites may keep the machine busy.
  this.timeout(20_000);

  const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
    fc.option(value, { nil: undefined });
  const line = fc.constantFrom(
    "/dev/vda1 / ext4 defaults 0 1",
    "/dev/vda2 none swap sw 0 0",
    "\tUUID=x\tnone\tswap\tsw,pri=1\t0 0",
    "#/dev/vda3 none swap sw 0 0",
    "/swapfile swap swap defaults",
    "",
  );
  const anyFacts: fc.Arbitrary<HostFacts> = fc
    .record({
      manager: fc.constantFrom("apt", "dnf"),
      active: fc.subarray(["/dev/vda2", "/swapfile", "/dev/zram0"]),
      fstab: maybe(fc.array(line).map((lines) => lines.join("\n"))),
      units: fc.subarray(["dev-vda2.swap", "dev-zram0.swap"]),
      zramGenerator: maybe(fc.constantFrom("", "# nothing\n", "[zram0]\n", "[zram0]\nzram-size = ram\n")),
      modules: fc.subarray(["overlay", "br_netfilter"]),
      modulesFile: maybe(fc.constantFrom("", "overlay\n", "overlay\nbr_netfilter\n")),
      sysctl: fc.constantFrom<Readonly<Record<string, string>>>(
        {},
        { "net.ipv4.ip_forward": "1" },
        { "net.ipv4.ip_forward": "0", "net.bridge.bridge-nf-call-iptables": "1" },
      ),
      sysctlFile: maybe(fc.constantFrom("", "net.ipv4.ip_forward = 1\n")),
      version: maybe(fc.constantFrom("1.6.20", "1.7.27", "2.0.1", "2.1.4", "2.3.0")),
      candidate: maybe(fc.constantFrom("1.6.20~ds1-1+deb12u1", "2.1.4-1")),
      config: maybe(fc.constantFrom("", "version = 2\n", 'disabled_plugins = ["cri"]\n', "version = 3\n")),
      isActive: fc.boolean(),
      isEnabled: fc.boolean(),
      isConfigNewerThanService: fc.boolean(),
      held: fc.subarray(["kubeadm", "kubelet", "kubectl"]),
      installed: fc.constantFrom<Readonly<Record<string, string>>>(
        {},
        { curl: "7" },
        { kubelet: "1.35.0-1.1", kubeadm: "1.36.1-1.1" },
      ),
      repositories: fc.constantFrom<Readonly<Record<string, string>>>(
        {},
        {
          "/etc/apt/sources.list.d/kubernetes.list":
            "deb https://apt.kubernetes.io/ kubernetes-xenial main\n",
        },
        { "/etc/apt/sources.list.d/other.list": "deb https://apt.kubernetes.io/ kubernetes-xenial main\n" },
        {
          "/etc/yum.repos.d/k8s.repo":
            "[k8s]\nbaseurl=https://packages.cloud.google.com/yum/repos/kubernetes-el7-x86_64\n",
        },
      ),
      hasKeyring: fc.boolean(),
      kubeletEnabled: fc.boolean(),
    })
    .map((some) => {
      const base = some.manager === "apt" ? debian : factsOf("rocky9");
      return {
        ...base,
        swap: {
          active: some.active,
          fstab: some.fstab,
          units: some.units,
          zramGenerator: some.zramGenerator,
        },
        kernel: {
          modules: some.modules,
          modulesFile: some.modulesFile,
          sysctl: some.sysctl,
          sysctlFile: some.sysctlFile,
        },
        runtime: { ...some, effectiveConfig: some.config },
        // dnf brings the key by itself.
        packages: {
          ...some,
          manager: base.packages.manager,
          hasKeyring: some.hasKeyring || some.manager === "dnf",
        },
        kubernetes: { ...base.kubernetes, kubelet: { isEnabled: some.kubeletEnabled, isActive: false } },
      };
    });

  for (const { id } of preparation) {
    it(`finds nothing to do after ${id}, whatever the host was like`, () => {
      const spec = clusterOf("1.36", singleHosts);
      fc.assert(
        fc.property(anyFacts, (facts) => {
          const cluster = simulateCluster(contextOf(spec, () => facts));
          cluster.settle([phaseOf(id)]);
          assert.ok(makePlan({ phases: [phaseOf(id)] }, cluster.context()).isEmpty);
        }),
        { numRuns: 100 },
      );
    });
  }
});
