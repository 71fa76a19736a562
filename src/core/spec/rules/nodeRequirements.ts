import type { RuntimeFacts } from "../../facts/hostFacts.ts";
import type { Severity } from "../diagnostic.ts";
import type { Fix } from "../fix.ts";
import { seenHosts } from "./knownHosts.ts";
import type { Rule } from "./rule.ts";
import { writtenMinor } from "./versions.ts";

/** From this minor on the kubelet does not start with cgroup v1 (failCgroupV1), and kubeadm says so as an error. */
const firstMinorWithoutCgroupV1 = 35;

export const cgroupV1: Rule = {
  severity: "warning",
  title: "Hosts limit containers by cgroup v2 where Kubernetes needs it",
  check: (context) => {
    const minor = writtenMinor(context);
    return minor === undefined || minor < firstMinorWithoutCgroupV1
      ? []
      : seenHosts(context)
          .filter(({ facts }) => facts.system.cgroupVersion === 1)
          .map(({ path, seen }) => ({
            path: [...path, "name"],
            message: `expected cgroup v2, without which the kubelet does not start from 1.${firstMinorWithoutCgroupV1} on, got cgroup v1, ${seen}; boot the host with systemd.unified_cgroup_hierarchy=1, or a newer system`,
          }));
  },
};

export const containerdTooOld: Rule = {
  severity: "warning",
  title: "Hosts have a containerd that the Kubernetes version works with",
  check: (context) => {
    const minor = writtenMinor(context);
    if (minor === undefined) {
      return [];
    }
    const { package: chosen } = context.spec.containerRuntime;
    return seenHosts(context).flatMap(({ path, facts, seen }) => {
      const version = comingVersion(facts.runtime, chosen);
      const problem = version && problemOf(version, minor);
      if (version === undefined || problem === undefined) {
        return [];
      }
      const got = `got ${version.text}${version.isInstalled ? "" : " from the distribution"}, ${seen}`;
      const how = version.isInstalled ? "upgrade it on the host" : "use Docker's containerd.io instead";
      return [
        {
          path: [...path, "name"],
          severity: problem.severity,
          message: `expected ${problem.expected}, ${got}; ${how}`,
          ...(!version.isInstalled && { fixes: [useContainerdIo] }),
        },
      ];
    });
  },
};

interface Containerd {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
  readonly isInstalled: boolean;
}

/** The containerd that will run: the one that is there, or else the one that the distribution has. */
function comingVersion(runtime: RuntimeFacts, chosen: string | undefined): Containerd | undefined {
  const candidate = chosen === "containerd.io" ? undefined : runtime.candidate;
  const match = /^(?:\d+:)?(\d+)\.(\d+)[\w.]*/.exec(runtime.version ?? candidate ?? "");
  return match === null
    ? undefined
    : {
        text: match[0].replace(/^\d+:/, ""),
        major: Number(match[1]),
        minor: Number(match[2]),
        isInstalled: runtime.version !== undefined,
      };
}

/**
 * The kubelet of 1.26 speaks CRI v1 alone, which came with containerd 1.6. From 1.35 on kubeadm warns of runtimes
 * without RuntimeConfig, which came with containerd 2.0; the kubelet is to do without its fallback from 1.38 on.
 * Source: kubernetes.io/blog/2022/11/18/upcoming-changes-in-kubernetes-1-26, kubernetes/kubernetes#139121
 */
function problemOf(
  { major, minor }: Containerd,
  kubernetesMinor: number,
): { readonly severity: Severity; readonly expected: string } | undefined {
  if (major >= 2) {
    return undefined;
  }
  if (kubernetesMinor >= 38) {
    return {
      severity: "warning",
      expected: "containerd 2.0 or newer, which the kubelet needs from 1.38 on",
    };
  }
  if (kubernetesMinor >= 26 && (major < 1 || minor < 6)) {
    return {
      severity: "warning",
      expected: "containerd 1.6 or newer, which the kubelet needs from 1.26 on",
    };
  }
  return kubernetesMinor >= 35
    ? {
        severity: "information",
        expected: "containerd 2.0 or newer, as Kubernetes 1.38 will not work with an older one",
      }
    : undefined;
}

const useContainerdIo: Fix = {
  title: "Install Docker's containerd.io",
  edits: [{ kind: "set", path: ["spec", "containerRuntime", "package"], value: "containerd.io" }],
};
