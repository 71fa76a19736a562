import type { SwapFacts } from "../facts/hostFacts.ts";
import { paths } from "../facts/paths.ts";
import type { Phase } from "../run/phase.ts";
import { run, type Step } from "../shell/step.ts";

export const swap: Phase = {
  id: "swap",
  title: "Swap",
  explains: "The kubelet accounts memory exactly, which swapped-out pages would falsify; so swap is turned off for good.",
  sections: ["swap"],
  order: "parallel",
  hosts: (spec) => spec.hosts,
  actions: (_host, { swap: facts }) => {
    const steps = [...turnOff(facts), ...keepOff(facts)];
    return steps.length === 0 ? [] : [{ id: "off", summary: "Turn swap off, now and after a reboot", steps }];
  },
};

function turnOff(facts: SwapFacts): readonly Step[] {
  return facts.active.length > 0 ? [run("swapoff", "--all")] : [];
}

function keepOff(facts: SwapFacts): readonly Step[] {
  const steps: Step[] = [];
  const fstab = facts.fstab === undefined ? undefined : withoutSwap(facts.fstab);
  if (fstab !== undefined && fstab !== facts.fstab) {
    const before = facts.fstab ?? "";
    steps.push({ kind: "write", path: paths.fstab, content: fstab, mode: "0644", before, keepsOriginal: true });
  }
  if (facts.zramGenerator !== undefined && hasSettings(facts.zramGenerator)) {
    const content = "# Emptied for Kubernetes: the kubelet needs swap off, in memory too.\n";
    const before = facts.zramGenerator;
    steps.push({ kind: "write", path: paths.zramGenerator, content, mode: "0644", before, keepsOriginal: true });
  }
  return facts.units.length === 0 ? steps : [...steps, run("systemctl", "mask", "--now", ...facts.units)];
}

/** The file with its swap lines as comments; every other byte as it was. */
export function withoutSwap(fstab: string): string {
  return fstab
    .split("\n")
    .map((line) => (/^\s*[^#\s]\S*\s+\S+\s+swap(\s|$)/.test(line) ? `# off for Kubernetes: ${line}` : line))
    .join("\n");
}

function hasSettings(file: string): boolean {
  return file.split("\n").some((line) => /^\s*[^#;\s]/.test(line));
}
