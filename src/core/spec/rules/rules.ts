import type { Severity, SpecDiagnostic } from "../diagnostic.ts";
import { duplicateAddress, duplicateHost } from "./duplicates.ts";
import { noControlPlane, unusableAddress } from "./endpoint.ts";
import { podNetworkOptions } from "./podNetwork.ts";
import type { Finding, Rule, RuleContext } from "./rule.ts";
import { type RuleCode, ruleCodes } from "./ruleCodes.ts";
import { reservedLabel } from "./labels.ts";
import { subnetOverlap } from "./subnets.ts";
import { oldestVersion } from "./versions.ts";

/** Every rule, by its code. A rule that is missing here does not compile. */
export const rules: Readonly<Record<RuleCode, Rule>> = {
  "oldest-version": oldestVersion,
  "duplicate-host": duplicateHost,
  "duplicate-address": duplicateAddress,
  "no-control-plane": noControlPlane,
  "unusable-address": unusableAddress,
  "subnet-overlap": subnetOverlap,
  "pod-network-options": podNetworkOptions,
  "reserved-label": reservedLabel,
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
