import { manifestSource, podNetworkOf, podNetworks } from "../cni/podNetworks.ts";
import { KubeadmError } from "../errors.ts";
import type { PodNetwork } from "../cni/podNetwork.ts";
import type { Action, Finding, Phase, PlanContext } from "../run/phase.ts";
import { reveal } from "../shell/secret.ts";
import type { RunStep } from "../shell/step.ts";
import { firstControlPlane, type ClusterSpec } from "../spec/clusterSpec.ts";

const FETCH_SECONDS = 180;
const APPLY_SECONDS = 120;

export const podNetwork: Phase = {
  id: "pod-network",
  title: "Pod network",
  explains: "Gives every pod an address that pods on all other hosts can reach. Until it is there, nodes stay NotReady.",
  sections: ["kubernetes"],
  order: "serial",
  hosts: (spec) => [firstControlPlane(spec)],
  actions: (_host, facts, context) => {
    const network = podNetworkOf(context.spec.podNetwork.plugin);
    const isInstalled = network.daemonSets.some((name) => facts.kubernetes.cluster?.daemonSets.includes(name));
    return isInstalled ? [] : install(network, context);
  },
  findings: ({ spec, facts }) => otherNetwork(spec, facts),
};

function install(network: PodNetwork, context: PlanContext): readonly Action[] {
  const { spec, learned, localFiles } = context;
  const source = manifestSource(spec);
  const summary = `Install ${network.title}: ${network.explainConfigure(spec)}`;
  const manifest = source.kind === "file" ? localFile(source.path, localFiles) : learned.podNetworkManifest;
  if (manifest !== undefined) {
    return [apply(summary, network.configure(reveal(manifest), spec))];
  }
  const url = source.kind === "url" ? source.url : "";
  const fetch: RunStep = {
    kind: "run",
    argv: ["curl", "-fsSL", "--retry", "3", "--max-time", "120", url],
    timeoutSeconds: FETCH_SECONDS,
    learns: "podNetworkManifest",
  };
  return [
    { id: "fetch", summary: `Fetch ${network.title}'s manifest`, steps: [fetch] },
    { ...apply(summary, `# ${url}\n# with ${network.explainConfigure(spec)}\n`), isForecast: true },
  ];
}

function apply(summary: string, manifest: string): Action {
  const argv = ["kubectl", "apply", "-f", "-"];
  return { id: "apply", summary, steps: [{ kind: "run", argv, stdin: manifest, timeoutSeconds: APPLY_SECONDS }] };
}

function localFile(path: string, files: PlanContext["localFiles"]): string {
  const content = files[path];
  if (content === undefined) {
    const message = `the manifest ${path} of the pod network cannot be read`;
    throw new KubeadmError({ code: "spec-invalid", message, next: "Put the file beside the spec, or correct podNetwork.manifest." });
  }
  return content;
}

/** A cluster has one pod network; a second one would fight with it. */
function otherNetwork(spec: ClusterSpec, facts: PlanContext["facts"]): readonly Finding[] {
  const host = firstControlPlane(spec).name;
  const installed = facts.get(host)?.kubernetes.cluster?.daemonSets ?? [];
  return Object.values(podNetworks)
    .filter(({ plugin, daemonSets }) => plugin !== spec.podNetwork.plugin && daemonSets.some((name) => installed.includes(name)))
    .map(({ title }) => ({
      severity: "error",
      host,
      message: `the cluster already runs ${title}, the spec asks for ${podNetworkOf(spec.podNetwork.plugin).title}`,
      next: "Put the running one into the spec; changing the pod network of a running cluster is not supported.",
    }));
}
