import { renderInitConfig } from "../kubeadm/config.ts";
import { paths } from "../facts/paths.ts";
import type { Phase, PlanContext } from "../run/phase.ts";
import { firstControlPlane, type Host } from "../spec/clusterSpec.ts";
import { initFiles, isInitialised } from "./membership.ts";
import { installedVersion } from "./packages.ts";

const CONFIG = `${paths.state}/${initFiles.config}`;
/** kubeadm itself waits 4 minutes for the control plane; images come before that. */
const PULL_SECONDS = 1800;
const INIT_SECONDS = 600;

export const controlPlaneInit: Phase = {
  id: "control-plane-init",
  title: "Control plane",
  explains: "kubeadm makes the certificates and starts etcd, the API server, the controller manager and the scheduler on the first control plane.",
  sections: ["kubernetes"],
  order: "serial",
  hosts: (spec) => [firstControlPlane(spec)],
  actions: (host, facts, context) => {
    if (isInitialised(facts.kubernetes)) {
      return [];
    }
    const content = renderInitConfig({ spec: context.spec, host, kubernetesVersion: exactVersion(host, context) });
    return [
      {
        id: "init",
        summary: `Initialise the control plane at ${context.spec.controlPlaneEndpoint}`,
        steps: [
          { kind: "write", path: CONFIG, content, mode: "0600" },
          { kind: "run", argv: ["kubeadm", "config", "images", "pull", "--config", CONFIG], timeoutSeconds: PULL_SECONDS },
          // It would print a join token, which is nobody's business in a terminal or a journal.
          { kind: "run", argv: ["kubeadm", "init", "--config", CONFIG, "--skip-token-print"], timeoutSeconds: INIT_SECONDS },
          { kind: "write", path: `${paths.state}/${initFiles.done}`, content: "kubeadm init has ended well\n", mode: "0600" },
        ],
      },
    ];
  },
};

/** The version that is installed on the host; before that, for the plan, the spec's (.0 for a bare minor). */
export function exactVersion(host: Host, { facts, spec }: PlanContext): string {
  const wanted = spec.kubernetesVersion;
  return installedVersion(facts.get(host.name)) ?? (wanted.split(".").length > 2 ? wanted : `${wanted}.0`);
}
