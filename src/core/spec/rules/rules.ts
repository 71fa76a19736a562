import type { Severity, SpecDiagnostic } from "../diagnostic.ts";
import { duplicateAddress, duplicateHost } from "./duplicates.ts";
import { noControlPlane, unusableAddress } from "./endpoint.ts";
import { podNetworkOptions } from "./podNetwork.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";
import { type RuleCode, ruleCodes } from "./ruleCodes.ts";
import { reservedLabel } from "./labels.ts";
import { subnetOverlap } from "./subnets.ts";
import { duration } from "./durations.ts";
import { unknownFeatureGate } from "./featureGates.ts";
import { identityFile, identityPermissions } from "./identity.ts";
import { ipvsDeprecated } from "./kubeProxy.ts";
import { liveAddress, liveHostname, liveMemory, liveRoute } from "./live.ts";
import { cgroupV1, containerdTooOld } from "./nodeRequirements.ts";
import { apiPortFirewall, portClash } from "./ports.ts";
import { secretInSpec } from "./secrets.ts";
import { reservedTaint } from "./taints.ts";
import { insecureUrl } from "./urls.ts";
import { versionSkew } from "./versionSkew.ts";
import { oldestVersion, versionNotPackaged, versionUnknown, versionUnsupported } from "./versions.ts";

/** Every rule, by its code. A rule that is missing here does not compile. */
export const rules: Readonly<Record<RuleCode, Rule>> = {
  "oldest-version": oldestVersion,
  "version-unknown": versionUnknown,
  "version-unsupported": versionUnsupported,
  "version-not-packaged": versionNotPackaged,
  "version-skew": versionSkew,
  "unknown-feature-gate": unknownFeatureGate,
  "ipvs-deprecated": ipvsDeprecated,
  "cgroup-v1": cgroupV1,
  "containerd-too-old": containerdTooOld,
  "duplicate-host": duplicateHost,
  "duplicate-address": duplicateAddress,
  "no-control-plane": noControlPlane,
  "unusable-address": unusableAddress,
  "subnet-overlap": subnetOverlap,
  "pod-network-options": podNetworkOptions,
  "reserved-label": reservedLabel,
  "reserved-taint": reservedTaint,
  "port-clash": portClash,
  "api-port-firewall": apiPortFirewall,
  "identity-file": identityFile,
  "identity-permissions": identityPermissions,
  "secret-in-spec": secretInSpec,
  "insecure-url": insecureUrl,
  duration,
  "live-hostname": liveHostname,
  "live-address": liveAddress,
  "live-route": liveRoute,
  "live-memory": liveMemory,
};

export type FindingWithSeverity = Finding & { readonly severity: Severity };

/** What all rules find, as `report` words it. */
export function findProblems(
  context: RuleContext,
  report: (code: RuleCode, finding: FindingWithSeverity) => SpecDiagnostic | undefined,
): readonly SpecDiagnostic[] {
  return ruleCodes.flatMap((code) => {
    const { severity, check } = rules[code];
    return check(context).flatMap((finding) => report(code, { severity, ...finding }) ?? []);
  });
}
