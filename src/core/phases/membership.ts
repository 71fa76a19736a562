import type { HostFacts } from "../facts/hostFacts.ts";
import { isSameCertificate } from "../kubeconfig/kubeconfigFacts.ts";
import type { PlanContext } from "../run/phase.ts";
import { firstControlPlane, type Host } from "../spec/clusterSpec.ts";

/**
 * What a host is to the cluster of the spec: outside of it, a member, a member of another one, or left half-way
 * by an installation that did not end.
 */
export type Membership = "none" | "member" | "foreign" | "half-way";

/** The cluster's CA certificate, PEM, as its first control plane has it; undefined before it is initialised. */
export function clusterCa({ spec, facts }: PlanContext): string | undefined {
  const first = facts.get(firstControlPlane(spec).name)?.kubernetes;
  return first !== undefined && isInitialised(first) ? first.caCertificate : undefined;
}

/** State files of ours around `kubeadm init`: its configuration, written before, and a note of its good end. */
export const initFiles = { config: "kubeadm-init.yaml", done: "kubeadm-init.done" } as const;

/**
 * `kubeadm init` has run to its end: we noted so, or its last addon is there (it was cut off after that), or it
 * was not we who ran it, and the control plane is somebody else's work.
 */
export function isInitialised({ state, cluster, ...facts }: HostFacts["kubernetes"]): boolean {
  const hasControlPlane = facts.hasAdminConf && facts.hasJoined && facts.staticPods.includes("kube-apiserver");
  const isOurs = initFiles.config in state;
  const hasEnded = initFiles.done in state || cluster?.daemonSets.includes("kube-system/kube-proxy") === true;
  return hasControlPlane && (!isOurs || hasEnded);
}

export function membershipOf(host: Host, facts: HostFacts, context: PlanContext): Membership {
  const { kubernetes } = facts;
  if (host.name === firstControlPlane(context.spec).name) {
    return isInitialised(kubernetes) ? "member" : leftoversOf(facts).length > 0 ? "half-way" : "none";
  }
  if (kubernetes.hasJoined) {
    const ca = clusterCa(context);
    if (!context.facts.has(firstControlPlane(context.spec).name)) {
      // Nobody can say which cluster it is a node of; it is left as it is.
      return "member";
    }
    return ca !== undefined && isSameCertificate(kubernetes.caCertificate ?? "", ca) ? "member" : "foreign";
  }
  return leftoversOf(facts).length > 0 ? "half-way" : "none";
}

/** What kubeadm itself would refuse to overwrite. A CNI configuration alone is not among it. */
export function leftoversOf(facts: HostFacts): readonly string[] {
  return facts.kubernetes.leftovers.filter((path) => !path.startsWith("/etc/cni/"));
}
