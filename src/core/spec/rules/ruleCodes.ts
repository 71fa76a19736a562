/** Codes of the rules, in the order in which they are listed. docs/rules/ has a page for each. */
export const ruleCodes = [
  "oldest-version",
  "duplicate-host",
  "duplicate-address",
  "no-control-plane",
  "unusable-address",
  "subnet-overlap",
  "pod-network-options",
  "reserved-label",
] as const;

export type RuleCode = (typeof ruleCodes)[number];
