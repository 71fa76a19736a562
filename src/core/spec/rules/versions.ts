import { hasEnded, newestKnownMinor, oldestPackagedMinor, releaseOf } from "../../kubernetes/releases.ts";
import { minorOf } from "../clusterSpec.ts";
import type { Fix } from "../fix.ts";
import { isRecord } from "../record.ts";
import { kubernetesVersionPattern } from "../schema.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** The oldest minor whose kubeadm is known here; its configuration is written in v1beta2. */
const oldestMinor = 20;

const path = ["spec", "kubernetesVersion"];

export const oldestVersion: Rule = {
  severity: "error",
  title: "The Kubernetes version is one that this extension can install",
  check: ({ spec: { kubernetesVersion } }) =>
    minorOf(kubernetesVersion) >= oldestMinor
      ? []
      : [{ path, message: `expected 1.${oldestMinor} or newer, got ${kubernetesVersion}` }],
};

export const versionUnknown: Rule = {
  severity: "information",
  title: "The Kubernetes version is one that this extension was written for",
  check: ({ spec: { kubernetesVersion } }) =>
    minorOf(kubernetesVersion) <= newestKnownMinor
      ? []
      : [
          {
            path,
            message: `expected at most 1.${newestKnownMinor}, the newest that is known here, got ${kubernetesVersion}; what has changed since is not taken into account`,
            fixes: [changeTo(newestKnownMinor)],
          },
        ],
};

export const versionUnsupported: Rule = {
  severity: "warning",
  title: "The Kubernetes version is still maintained",
  check: ({ spec: { kubernetesVersion }, surroundings: { now } }) => {
    const release = releaseOf(minorOf(kubernetesVersion));
    return release === undefined || now === undefined || !hasEnded(release, now)
      ? []
      : [
          {
            path,
            message: `expected a version that is maintained, got ${kubernetesVersion}, which gets no more security fixes since ${release.endOfLife}`,
            fixes: [changeTo(newestKnownMinor)],
          },
        ];
  },
};

export const versionNotPackaged: Rule = {
  severity: "warning",
  title: "There are packages of the Kubernetes version",
  check: ({ spec: { kubernetesVersion, packageSource } }) => {
    const minor = minorOf(kubernetesVersion);
    const hasMirror = packageSource.apt !== undefined || packageSource.rpm !== undefined;
    return minor < oldestMinor || minor >= oldestPackagedMinor || hasMirror
      ? []
      : [
          {
            path,
            message: `expected 1.${oldestPackagedMinor} or newer, which pkgs.k8s.io has packages of, got ${kubernetesVersion}; name a mirror that has them in spec.packageSource`,
            fixes: [changeTo(newestKnownMinor)],
          },
        ];
  },
};

/** The minor that the spec asks for; undefined while what is written there is no version. */
export function writtenMinor({ written, spec }: RuleContext): number | undefined {
  const version = isRecord(written) && isRecord(written.spec) ? written.spec.kubernetesVersion : undefined;
  return typeof version === "string" && kubernetesVersionPattern.test(version)
    ? minorOf(spec.kubernetesVersion)
    : undefined;
}

function changeTo(minor: number): Fix {
  const value = `1.${minor}`;
  return { title: `Change it to ${JSON.stringify(value)}`, edits: [{ kind: "set", path, value }] };
}
