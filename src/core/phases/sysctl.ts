import { kernelSettings, paths } from "../facts/paths.ts";
import type { Phase } from "../run/phase.ts";
import { run } from "../shell/step.ts";

const content = Object.entries(kernelSettings)
  .map(([key, value]) => `${key} = ${value}\n`)
  .join("");

export const sysctl: Phase = {
  id: "sysctl",
  title: "Kernel settings",
  explains: "Packets of pods are forwarded between hosts, and pass the host's firewall on the way.",
  sections: ["kernel"],
  order: "parallel",
  hosts: (spec) => spec.hosts,
  actions: (_host, { kernel }) => {
    const isSet = Object.entries(kernelSettings).every(([key, value]) => kernel.sysctl[key] === value);
    if (isSet && kernel.sysctlFile === content) {
      return [];
    }
    const before = kernel.sysctlFile;
    return [
      {
        id: "set",
        summary: "Forward packets between pods, now and after a reboot",
        steps: [
          { kind: "write", path: paths.sysctlFile, content, mode: "0644", ...(before !== undefined && { before }) },
          run("sysctl", `--load=${paths.sysctlFile}`),
        ],
      },
    ];
  },
};
