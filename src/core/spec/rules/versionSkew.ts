import { minorOf } from "../clusterSpec.ts";
import type { Fix } from "../fix.ts";
import { seenHosts } from "./knownHosts.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";
import { writtenMinor } from "./versions.ts";

/**
 * Kubelets of nodes against the API server's version. A host that is no node yet gets the spec's version whatever
 * is installed there. Source: kubernetes.io/releases/version-skew-policy
 */
export const versionSkew: Rule = {
  severity: "warning",
  title: "The nodes that there are fit the Kubernetes version",
  check: (context) => {
    const minor = writtenMinor(context);
    if (minor === undefined) {
      return [];
    }
    const nodes = seenHosts(context).flatMap((seen) => {
      const kubelet = installedKubelet(seen.facts.packages.installed.kubelet);
      return kubelet === undefined || !seen.facts.kubernetes.hasJoined ? [] : [{ ...seen, kubelet }];
    });
    const fixes = fixesFor(nodes.map(({ kubelet }) => kubelet));
    return nodes.flatMap(({ path, seen, kubelet }): readonly Finding[] => {
      const wrong = wrongVersion(minorOf(kubelet), minor, context);
      return wrong === undefined
        ? []
        : [{ path: [...path, "name"], message: `${wrong}, got ${kubelet}, ${seen}; ${howToUpgrade}`, fixes }];
    });
  },
};

const howToUpgrade = "a node is upgraded with kubeadm upgrade, not by a bootstrap";

function wrongVersion(kubelet: number, minor: number, { spec }: RuleContext): string | undefined {
  // Three minors since 1.28, two before.
  const oldest = minor - (minor >= 28 ? 3 : 2);
  if (kubelet > minor) {
    return `expected a kubelet no newer than the API server, ${spec.kubernetesVersion}`;
  }
  return kubelet < oldest ? `expected a kubelet of 1.${oldest} or newer` : undefined;
}

/** "1.36.2" of a package's version such as 1.36.2-1.1. */
function installedKubelet(version: string | undefined): string | undefined {
  return /^1\.\d+\.\d+/.exec(version ?? "")?.[0];
}

/** When all nodes have one version, that is the one to write. */
function fixesFor(kubelets: readonly string[]): readonly Fix[] {
  const [value] = kubelets;
  return value === undefined || kubelets.some((kubelet) => kubelet !== value)
    ? []
    : [
        {
          title: `Change kubernetesVersion to ${JSON.stringify(value)}, as the nodes have it`,
          edits: [{ kind: "set", path: ["spec", "kubernetesVersion"], value }],
        },
      ];
}
