import type { ClusterFacts } from "../facts/hostFacts.ts";
import type { Phase } from "../run/phase.ts";
import type { ScriptStep } from "../shell/step.ts";
import { firstControlPlane } from "../spec/clusterSpec.ts";

/** A slow registry may need minutes to hand out a pod network's images. */
const WAIT_SECONDS = 600;

export const verify: Phase = {
  id: "verify",
  title: "Verify",
  explains: "Waits until every node is Ready and the system's own pods run: DNS, the proxies, the pod network.",
  sections: ["kubernetes"],
  order: "serial",
  hosts: (spec) => [firstControlPlane(spec)],
  actions: (_host, facts, { spec }) => {
    const names = spec.hosts.map((host) => host.name);
    return isHealthy(facts.kubernetes.cluster, names)
      ? []
      : [{ id: "wait", summary: "Wait for the nodes to be Ready and the system's pods to run", steps: [waitFor(names)] }];
  },
};

function isHealthy(cluster: ClusterFacts | undefined, names: readonly string[]): boolean {
  return (
    cluster !== undefined &&
    names.every((name) => cluster.nodes.some((node) => node.name === name && node.isReady)) &&
    cluster.systemPods.every((pod) => pod.isReady || pod.phase === "Succeeded")
  );
}

function waitFor(names: readonly string[]): ScriptStep {
  return {
    kind: "script",
    title: "wait for nodes and system pods",
    args: [String(WAIT_SECONDS), ...names],
    script: `
deadline=$(($(date +%s) + $1))
shift
last=
while :; do
  nodes=$(kubectl get nodes --no-headers 2>&1)
  pods=$(kubectl get pods -A -o 'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.status.phase} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}' 2>&1)
  waiting=$(
    for name; do
      printf '%s\\n' "$nodes" | awk -v name="$name" '$1 == name && $2 ~ /^Ready/ { found = 1 } END { if (!found) print "node/" name }'
    done
    printf '%s\\n' "$pods" | awk '$1 ~ /^(kube-|calico-|tigera-|cilium)/ && $2 != "Succeeded" && $3 != "True" { print $1 }'
  )
  if [ -z "$waiting" ]; then
    kubectl get nodes -o wide
    exit
  fi
  if [ "$waiting" != "$last" ]; then
    echo "waiting for" $waiting
    last=$waiting
  fi
  if [ "$(date +%s)" -ge "$deadline" ]; then
    kubectl get nodes -o wide
    kubectl get pods -A -o wide
    echo "not ready:" $waiting
    exit 1
  fi
  sleep 0.5
done
`,
  };
}
