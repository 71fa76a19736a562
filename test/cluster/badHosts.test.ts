import assert from "node:assert/strict";
import { containerRuntime } from "../../src/core/phases/containerRuntime.ts";
import { kernelModules } from "../../src/core/phases/kernelModules.ts";
import { packages } from "../../src/core/phases/packages.ts";
import { preparation } from "../../src/core/phases/phases.ts";
import type { RunEvent } from "../../src/core/run/events.ts";
import { ClusterLab } from "./support/clusterLab.ts";
import { describeOnLab } from "./support/describeOnLab.ts";
import { assertEnded, assertFailedBy, hostsThat } from "./support/expectations.ts";
import { lockApt } from "./support/lockApt.ts";
import { endSshConnections, processesOf } from "./support/processes.ts";
import { useSharedLab } from "./support/sharedLab.ts";
import { until } from "./support/until.ts";

const everybody = ["cp-1", "worker-1", "worker-2"];

describeOnLab("Preparing the hosts of a lab, with what gets in the way", () => {
  let clusterLab: ClusterLab;

  before(async () => {
    clusterLab = await useSharedLab();
    await clusterLab.bring("bare");
  });

  afterEach(() => clusterLab.disconnect());

  it("says that a disk is full, leaves no half-written file, and finishes the other hosts", async () => {
    const folder = "/etc/modules-load.d";
    await clusterLab.shell(
      "worker-1",
      `mount -t tmpfs -o size=4k full ${folder}; head -c 4096 /dev/zero > ${folder}/filler`,
    );
    const cluster = clusterLab.cluster();
    const ended = await cluster.run({ phases: [kernelModules, containerRuntime] });
    assertFailedBy(ended, {
      code: "step-failed",
      host: "worker-1",
      phase: "Kernel modules",
      message: /write \/etc\/modules-load\.d\/k8s\.conf.*disk is full/,
      next: /Free some space/,
    });
    assert.deepEqual(hostsThat(ended, "succeeded"), ["cp-1", "worker-2"]);
    assert.ok(
      !ended.events.some((event) => event.kind === "phase-started" && event.phase === "container-runtime"),
    );
    assert.equal(await clusterLab.shell("worker-1", `ls -A ${folder}`), "filler");
    await clusterLab.shell("worker-1", `umount ${folder}`);
    const again = await cluster.run({ phases: [kernelModules] });
    assertEnded(again, "succeeded");
    assert.deepEqual(hostsThat(again, "succeeded"), ["worker-1"]);
  });

  it("names who holds apt's lock, and goes on when it is released", async () => {
    const release = await lockApt(clusterLab, "worker-1");
    const output: string[] = [];
    let released: Promise<void> | undefined;
    const ended = await clusterLab.cluster().run(
      { phases: [containerRuntime], hosts: ["worker-1"] },
      {
        emit: (event) => {
          if (event.kind === "output") {
            output.push(event.text);
            if (event.text.includes("apt is locked")) {
              released ??= release();
            }
          }
        },
      },
    );
    await released;
    assertEnded(ended, "succeeded");
    assert.match(output.join(""), /apt is locked by perl \(pid \d+\), waiting/);
  });

  it("says which name cannot be resolved when the package repository is out of reach", async () => {
    await clusterLab.lab.block(["pkgs.k8s.io"]);
    try {
      const ended = await clusterLab.cluster().run({ phases: [packages], hosts: ["worker-1"] });
      assertFailedBy(ended, {
        code: "step-failed",
        host: "worker-1",
        phase: "Kubernetes packages",
        message: /pkgs\.k8s\.io/,
        next: /DNS|internet|mirror/,
      });
      const left = "ls /etc/apt/keyrings/kubernetes* /etc/apt/sources.list.d/kubernetes* 2> /dev/null || :";
      assert.equal(await clusterLab.shell("worker-1", left), "");
    } finally {
      await clusterLab.lab.block([]);
    }
  });

  it("cancels one host alone in the middle of an installation, and lets the others finish", async () => {
    const cancelled = new AbortController();
    const ended = await clusterLab.cluster().run(
      { phases: preparation },
      {
        hostSignal: (host) => (host === "worker-2" ? cancelled.signal : undefined),
        emit: (event) => {
          if (isInstalling(event, "worker-2")) {
            cancelled.abort();
          }
        },
      },
    );
    assertEnded(ended, "cancelled");
    assert.deepEqual(hostsThat(ended, "cancelled"), ["worker-2"]);
    assert.deepEqual(hostsThat(ended, "succeeded", "container-runtime"), ["cp-1"]);
    assert.ok(!ended.events.some((event) => event.kind === "phase-started" && event.phase === "packages"));
    await until("an end of apt and dpkg on worker-2", 10_000, async () =>
      (await processesOf(clusterLab, "worker-2", /^(apt|dpkg)/)).length === 0 ? true : undefined,
    );
  });

  it("says at which host and phase a connection was lost, and lets the others finish", async () => {
    let ending: Promise<void> | undefined;
    const ended = await clusterLab.cluster().run(
      { phases: preparation },
      {
        emit: (event) => {
          if (event.kind === "step-started" && event.phase === "packages" && event.host === "worker-1") {
            ending ??= endSshConnections(clusterLab, "worker-1");
          }
        },
      },
    );
    await ending;
    assertFailedBy(ended, {
      code: "link-lost",
      host: "worker-1",
      phase: "Kubernetes packages",
      message: /connection was lost/,
      next: /continue/,
    });
    assert.deepEqual(hostsThat(ended, "succeeded", "packages"), ["cp-1", "worker-2"]);
  });

  it("goes on from there, and then has nothing to do with one script a host", async () => {
    const cluster = clusterLab.cluster();
    assertEnded(await cluster.run({ phases: preparation }), "succeeded");
    const before = cluster.activity.length;
    assertEnded(await cluster.run({ phases: preparation }), "nothing-to-do");
    const again = cluster.activity.slice(before);
    assert.deepEqual(
      again.map(({ host, kind }) => `${host} ${kind}`).sort(),
      everybody.map((host) => `${host} exec`),
    );
    await clusterLab.keep("prepared");
  });
});

function isInstalling(event: RunEvent, host: string): boolean {
  return event.kind === "output" && event.host === host && /Unpacking containerd/.test(event.text);
}
