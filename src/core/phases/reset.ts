import type { HostFacts } from "../facts/hostFacts.ts";
import { paths } from "../facts/paths.ts";
import { criSocket } from "../kubeadm/config.ts";
import { contains, parseSubnet } from "../network/cidr.ts";
import type { HostAction, Phase, PlanContext } from "../run/phase.ts";
import { run, type ScriptStep, type Step } from "../shell/step.ts";
import { firstControlPlane, type ClusterSpec, type Host } from "../spec/clusterSpec.ts";
import { leftoversOf, membershipOf } from "./membership.ts";

const RESET_SECONDS = 300;

/** Takes one host out of the cluster and removes what kubeadm and the pod network left on it. */
export const reset: Phase = {
  id: "reset",
  title: "Reset node",
  explains: "Takes the host out of the cluster and removes what Kubernetes put on it. Packages stay installed.",
  sections: ["system", "kubernetes"],
  order: "serial",
  hosts: (spec) => spec.hosts,
  actions: (host, facts, context) => {
    const { leftovers, hasJoined, state } = facts.kubernetes;
    if (!hasJoined && leftovers.length === 0 && Object.keys(state).length === 0) {
      return [];
    }
    return [{ id: "reset", summary: `Reset ${host.name}: ${whatIsLost(host, context)}`, steps: clean(facts, context.spec) }];
  },
  after: (context, hosts) => forgetNodes(context, hosts),
};

/** What resetting the host destroys, for the person who must confirm it. One sentence, without its full stop. */
export function whatIsLost(host: Host, context: PlanContext): string {
  const facts = context.facts.get(host.name);
  const membership = facts === undefined ? "none" : membershipOf(host, facts, context);
  const isLastControlPlane = host.role === "control-plane" && context.spec.hosts.filter((other) => other.role === "control-plane").length === 1;
  if (membership === "member" && isLastControlPlane) {
    return "the whole cluster with all its data (etcd), as this is its only control plane";
  }
  if (membership === "member") {
    return `the node with its pods and their local data${host.role === "control-plane" ? ", and its member of etcd" : ""}`;
  }
  return facts !== undefined && leftoversOf(facts).length > 0
    ? `what an earlier installation left: ${leftoversOf(facts).slice(0, 4).join(", ")}`
    : "Kubernetes' files on it";
}

/** Nodes that are gone would stay NotReady for ever; the first control plane takes the whole cluster with it. */
function forgetNodes(context: PlanContext, hosts: readonly Host[]): HostAction | undefined {
  const first = firstControlPlane(context.spec);
  const names = hosts.map(({ name }) => name);
  const nodes = context.facts.get(first.name)?.kubernetes.cluster?.nodes ?? [];
  const known = names.filter((name) => nodes.some((node) => node.name === name));
  if (names.includes(first.name) || known.length === 0) {
    return undefined;
  }
  const argv = ["kubectl", "delete", "node", "--ignore-not-found", "--timeout=60s", ...known];
  const steps: readonly Step[] = [{ kind: "run", argv, timeoutSeconds: 90 }];
  return { host: first, action: { id: "forget", summary: `Remove ${known.join(", ")} from the cluster's nodes`, steps } };
}

/** Only what kubeadm and pod networks are known to make; other rules, SSH's among them, stay. */
const removeNetwork: ScriptStep = {
  kind: "script",
  title: "remove the pod network's files, links and firewall rules",
  script: `
rm -rf /etc/cni/net.d/* /var/lib/cni/* /run/flannel
rm -rf /etc/kubernetes/*.conf /etc/kubernetes/manifests/* /etc/kubernetes/pki/* /var/lib/etcd/*
for link in cni0 flannel.1 weave vxlan-6784 vxlan.calico kube-bridge kube-dummy-if kube-ipvs0 cilium_host cilium_vxlan tunl0; do
  [ ! -e "/sys/class/net/$link" ] || ip link delete "$link" 2> /dev/null || :
done
for tables in iptables ip6tables; do
  if command -v "$tables-save" > /dev/null && "$tables-save" | grep -qE 'KUBE-|CNI-|FLANNEL|WEAVE|cali-|CILIUM_'; then
    "$tables-save" | grep -vE 'KUBE-|CNI-|FLANNEL|WEAVE|cali-|CILIUM_' | "$tables-restore" || exit
  fi
done
if systemctl is-active -q containerd; then systemctl restart containerd; fi
`,
};

function clean({ packages, system }: HostFacts, { kubernetesVersion, networking }: ClusterSpec): readonly Step[] {
  const argv = ["kubeadm", "reset", "--force", "--cri-socket", criSocket(kubernetesVersion)];
  const resetStep: Step = { kind: "run", argv, timeoutSeconds: RESET_SECONDS };
  return [
    ...(packages.installed.kubeadm === undefined ? [] : [resetStep]),
    removeNetwork,
    ...routesWithin(networking.podSubnet, system.routes).map((route) => run("ip", "route", "flush", "exact", route)),
    run("rm", "-rf", paths.state),
  ];
}

/** Some pod networks route to other hosts' pods without a link of their own; such routes outlive them. */
function routesWithin(podSubnet: string, routes: readonly string[]): readonly string[] {
  const range = parseSubnet(podSubnet);
  return routes.filter((route) => {
    const subnet = parseSubnet(route);
    return range !== undefined && subnet !== undefined && contains(range, subnet);
  });
}
