import { minorOf } from "../clusterSpec.ts";
import type { Rule } from "./rule.ts";

/** The oldest minor whose kubeadm is known here; its configuration is written in v1beta2. */
const oldestMinor = 20;

export const oldestVersion: Rule = {
  severity: "error",
  title: "The Kubernetes version is one that this extension can install",
  check: ({ spec: { kubernetesVersion } }) =>
    minorOf(kubernetesVersion) >= oldestMinor
      ? []
      : [
          {
            path: ["spec", "kubernetesVersion"],
            message: `expected 1.${oldestMinor} or newer, got ${kubernetesVersion}`,
          },
        ],
};
