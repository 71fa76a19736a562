import type { HostFacts } from "../../facts/hostFacts.ts";
import type { Finding, PlanContext } from "../../run/phase.ts";

/** TLS certificates are valid from the second they are made, so clocks may differ by little. */
const MAX_CLOCK_DIFFERENCE_MS = 5_000;

/** Findings that need more than one host: what must be unique, and clocks. */
export function acrossHosts({ facts }: PlanContext): readonly Finding[] {
  return [
    ...duplicates(facts, ({ system }) => [system.hostname], {
      name: "host name",
      next: "Give each host a name of its own: hostnamectl set-hostname NAME.",
    }),
    ...duplicates(facts, ({ system }) => [system.machineId], {
      name: "machine-id",
      next: "It was cloned. On one of them: rm /etc/machine-id && systemd-machine-id-setup, then reboot.",
    }),
    ...duplicates(facts, ({ system }) => [system.productUuid], {
      name: "product_uuid",
      next: "It was cloned. Give the virtual machine a UUID of its own.",
    }),
    ...duplicates(facts, ({ system }) => system.macAddresses, {
      name: "MAC address",
      next: "It was cloned. Give the virtual network card an address of its own.",
    }),
    ...clocks(facts),
  ];
}

function duplicates(
  facts: PlanContext["facts"],
  valuesOf: (facts: HostFacts) => readonly string[],
  words: { readonly name: string; readonly next: string },
): readonly Finding[] {
  const owners = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [host, hostFacts] of facts) {
    for (const value of valuesOf(hostFacts).filter(Boolean)) {
      const other = owners.get(value);
      if (other !== undefined && other !== host) {
        const message = `its ${words.name} ${value} is also that of ${other}`;
        findings.push({ severity: "error", host, message, next: words.next });
      }
      owners.set(value, host);
    }
  }
  return findings;
}

function clocks(facts: PlanContext["facts"]): readonly Finding[] {
  const offsets = [...facts].map(([host, { system }]) => ({ host, offset: system.clockOffsetMs }));
  const median = offsets.map(({ offset }) => offset).sort((a, b) => a - b)[Math.floor(offsets.length / 2)] ?? 0;
  return offsets
    .filter(({ offset }) => Math.abs(offset - median) > MAX_CLOCK_DIFFERENCE_MS)
    .map(({ host, offset }) => ({
      severity: "error",
      host,
      message: `its clock differs from the other hosts' by ${Math.round(Math.abs(offset - median) / 1000)} s`,
      next: "Let chrony or systemd-timesyncd set it; certificates would be `not yet valid` otherwise.",
    }));
}
