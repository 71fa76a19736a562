import type { Phase } from "../run/phase.ts";
import { run } from "../shell/step.ts";

export const kubelet: Phase = {
  id: "kubelet",
  title: "Kubelet service",
  explains: "The kubelet runs the pods of a host. It starts with the system; until the host has joined it has no work and restarts now and then.",
  sections: ["kubernetes"],
  order: "parallel",
  hosts: (spec) => spec.hosts,
  actions: (_host, { kubernetes }) => {
    if (!kubernetes.kubelet.isEnabled) {
      return [{ id: "enable", summary: "Start the kubelet with the system", steps: [run("systemctl", "enable", "--now", "kubelet")] }];
    }
    return kubernetes.hasJoined && !kubernetes.kubelet.isActive
      ? [{ id: "start", summary: "Start the kubelet", steps: [run("systemctl", "restart", "kubelet")] }]
      : [];
  },
};
