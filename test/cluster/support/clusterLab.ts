import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bootstrap, preparation } from "../../../src/core/phases/phases.ts";
import type { SshPrompts } from "../../../src/core/run/sshPrompts.ts";
import { startLab, type Lab, type LabOptions } from "../../lab/startLab.ts";
import {
  labCluster,
  labSpecText,
  noPrompts,
  type LabCluster,
  type LabSpecOptions,
} from "../../support/labCluster.ts";
import { labVersion } from "../../support/labVersion.ts";

/** What the hosts of a lab are: as they booted first, ready to be initialised or joined, or nodes of a cluster. */
export type LabStage = "bare" | "prepared" | "ready";

/** Not Kubernetes' usual range, so that a pod network which ignores the spec is found out. */
export const podSubnet = "10.200.0.0/16";

export interface ClusterOptions extends Partial<Omit<LabSpecOptions, "kubernetesVersion">> {
  readonly prompts?: SshPrompts;
  readonly hosts?: Lab["hosts"];
  readonly sshKey?: string;
  readonly knownHosts?: string;
  /** Name of the file in `folder`. */
  readonly kubeconfig?: string;
}

/** A lab for the suites of this folder, its stages kept as snapshots once they were reached. */
export class ClusterLab {
  readonly lab: Lab;
  readonly version: string;
  /** For files of tests; removed with the lab. */
  readonly folder: string;
  readonly #kept = new Set<LabStage>();
  readonly #clusters: LabCluster[] = [];
  /** The stage that the hosts are in for certain: nobody was given a way to change them since. */
  #untouched: LabStage | undefined;

  private constructor(lab: Lab, version: string, folder: string) {
    this.lab = lab;
    this.version = version;
    this.folder = folder;
  }

  static async start(
    options: Pick<LabOptions, "name" | "controlPlanes" | "workers"> = {},
  ): Promise<ClusterLab> {
    const packages = process.env.KUBEADM_LAB_PACKAGES;
    const lab = await startLab({ name: "cluster", ...options, ...(packages && { packages }) });
    const folder = await mkdtemp(join(tmpdir(), "kubeadm-cluster-"));
    return new ClusterLab(lab, await labVersion(lab), folder);
  }

  /** The engine on this lab's hosts; its connections end with the lab, or by disconnect(). */
  cluster(options: ClusterOptions = {}): LabCluster {
    const { lab } = this;
    this.#untouched = undefined;
    const hosts = options.hosts ?? lab.hosts;
    const text = labSpecText(
      { hosts, sshKey: options.sshKey ?? lab.sshKey },
      { podSubnet, podNetwork: "plugin: weave-net", ...options, kubernetesVersion: this.version },
    );
    const kubeconfig = join(this.folder, options.kubeconfig ?? "config");
    const cluster = labCluster(
      { knownHosts: options.knownHosts ?? lab.knownHosts },
      text,
      kubeconfig,
      options.prompts ?? noPrompts,
    );
    this.#clusters.push(cluster);
    return cluster;
  }

  /** Puts the hosts into a stage, whatever they are now; the first time it is reached and kept. */
  async bring(stage: LabStage): Promise<void> {
    await this.disconnect();
    if (this.#untouched === stage) {
      return;
    }
    if (this.#kept.has(stage)) {
      await this.lab.restore(stage);
      this.#untouched = stage;
      return;
    }
    if (stage !== "bare") {
      await this.bring(stage === "ready" ? "prepared" : "bare");
      const { result } = await this.cluster().run({ phases: stage === "ready" ? bootstrap : preparation });
      if (result.outcome !== "succeeded") {
        throw new Error(`the lab did not become ${stage}`, { cause: result.failures[0] });
      }
      await this.disconnect();
    }
    await this.keep(stage);
  }

  /** Keeps the hosts as they are now as `stage`. They boot anew by it. */
  async keep(stage: LabStage): Promise<void> {
    await this.disconnect();
    await this.lab.snapshot(stage);
    this.#kept.add(stage);
    this.#untouched = stage;
  }

  async disconnect(): Promise<void> {
    await Promise.all(this.#clusters.splice(0).map((cluster) => cluster.dispose()));
  }

  /** Standard output of a shell script in a host, run as root past SSH. Throws when it fails. */
  async shell(host: string, script: string): Promise<string> {
    this.#untouched = undefined;
    const { status, stdout, stderr } = await this.lab.exec(host, ["sh", "-ec", script]);
    if (status !== 0) {
      throw new Error(`${host}: ${script}: ended with ${String(status)}: ${stderr || stdout}`);
    }
    return stdout.trim();
  }

  async stop(): Promise<void> {
    await this.disconnect();
    await this.lab.stop();
    await rm(this.folder, { recursive: true });
  }
}
