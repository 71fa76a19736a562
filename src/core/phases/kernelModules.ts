import { kernelModules as modules, paths } from "../facts/paths.ts";
import type { Phase } from "../run/phase.ts";
import { run, type Step } from "../shell/step.ts";

const content = `${modules.join("\n")}\n`;

export const kernelModules: Phase = {
  id: "kernel-modules",
  title: "Kernel modules",
  explains: "overlay stacks the layers of container images; br_netfilter lets the firewall see what pods on one host say to each other.",
  sections: ["kernel"],
  order: "parallel",
  hosts: (spec) => spec.hosts,
  actions: (_host, { kernel }) => {
    const missing = modules.filter((module) => !kernel.modules.includes(module));
    const steps: Step[] = missing.map((module) => run("modprobe", module));
    if (kernel.modulesFile !== content) {
      const before = kernel.modulesFile;
      steps.unshift({
        kind: "write",
        path: paths.modulesFile,
        content,
        mode: "0644",
        ...(before !== undefined && { before }),
      });
    }
    return steps.length === 0 ? [] : [{ id: "load", summary: `Load ${modules.join(" and ")}, now and at boot`, steps }];
  },
};
