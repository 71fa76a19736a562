import type { Phase, PhaseId } from "../run/phase.ts";
import { containerRuntime } from "./containerRuntime.ts";
import { controlPlaneInit } from "./controlPlaneInit.ts";
import { joinControlPlanes, joinWorkers } from "./join.ts";
import { kernelModules } from "./kernelModules.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { kubelet } from "./kubelet.ts";
import { packages } from "./packages.ts";
import { podNetwork } from "./podNetwork.ts";
import { preflight } from "./preflight.ts";
import { reset } from "./reset.ts";
import { smokeTest } from "./smokeTest.ts";
import { swap } from "./swap.ts";
import { sysctl } from "./sysctl.ts";
import { verify } from "./verify.ts";

/** What a host needs before it can be part of any cluster. */
export const preparation: readonly Phase[] = [
  preflight,
  swap,
  kernelModules,
  sysctl,
  containerRuntime,
  packages,
  kubelet,
];

/** The whole bootstrap, in order. */
export const bootstrap: readonly Phase[] = [
  ...preparation,
  controlPlaneInit,
  kubeconfig,
  podNetwork,
  joinControlPlanes,
  joinWorkers,
  verify,
  smokeTest,
];

/** What makes a prepared or bare host a node. */
export const joining: readonly Phase[] = [...preparation, joinControlPlanes, joinWorkers];

const all: readonly Phase[] = [...bootstrap, reset];

export function phaseOf(id: PhaseId): Phase {
  const phase = all.find((candidate) => candidate.id === id);
  if (phase === undefined) {
    throw new Error(`unknown phase ${id}`);
  }
  return phase;
}
