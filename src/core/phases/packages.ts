import type { HostFacts } from "../facts/hostFacts.ts";
import { kubernetesPackages } from "../facts/paths.ts";
import { packageManagerOf } from "../packages/packageManager.ts";
import type { Action, Phase } from "../run/phase.ts";
import { minorOf } from "../spec/clusterSpec.ts";

export const packages: Phase = {
  id: "packages",
  title: "Kubernetes packages",
  explains: "kubeadm builds the cluster, the kubelet runs it, kubectl talks to it; all three in one version, held back from ordinary upgrades.",
  sections: ["packages", "kubernetes"],
  order: "parallel",
  hosts: (spec) => spec.hosts,
  actions: (host, facts, { spec }) => {
    const manager = packageManagerOf(host.name, facts);
    const version = spec.kubernetesVersion;
    const actions: Action[] = [];
    const wanted = manager.repositoryFile(spec);
    const { repositories, hasKeyring, installed } = facts.packages;
    const hasLegacy = Object.keys(manager.withoutLegacyRepositories(repositories)).length > 0;
    if (repositories[wanted.path] !== wanted.content || !hasKeyring || hasLegacy || installed.curl === undefined) {
      const summary = `Add the package repository of Kubernetes 1.${minorOf(version)}`;
      actions.push({ id: "repository", summary, steps: manager.addRepository(spec, facts) });
    }
    if (!kubernetesPackages.every((name) => isVersion(installed[name], version))) {
      const summary = `Install ${kubernetesPackages.join(", ")} ${version}`;
      actions.push({ id: "install", summary, steps: manager.installKubernetes(version, facts) });
    }
    const hold = manager.hold();
    if (hold.length > 0 && (actions.some(({ id }) => id === "install") || !manager.isHeld(facts))) {
      actions.push({ id: "hold", summary: "Keep ordinary upgrades from changing them", steps: hold });
    }
    return actions;
  },
  findings: ({ spec, facts }) =>
    [...facts].flatMap(([host, { kubernetes, packages: { installed } }]) =>
      kubernetes.hasJoined && installed.kubelet !== undefined && !isVersion(installed.kubelet, spec.kubernetesVersion)
        ? [
            {
              severity: "error" as const,
              host,
              message: `it runs the kubelet ${installed.kubelet}, the spec asks for ${spec.kubernetesVersion}`,
              next: "A running node is upgraded with `kubeadm upgrade`, not by a bootstrap. Put its version into the spec.",
            },
          ]
        : [],
    ),
};

/** Whether a package's version, such as 1.36.2-1.1, is `wanted`: 1.36.2, or any patch of 1.36. */
export function isVersion(installed: string | undefined, wanted: string): boolean {
  return installed !== undefined && (installed === wanted || installed.startsWith(`${wanted}${wanted.split(".").length > 2 ? "-" : "."}`));
}

/** The exact Kubernetes version that is installed, "1.36.2"; undefined when there is none. */
export function installedVersion(facts: HostFacts | undefined): string | undefined {
  return /^\d+\.\d+\.\d+/.exec(facts?.packages.installed.kubeadm ?? "")?.[0];
}
