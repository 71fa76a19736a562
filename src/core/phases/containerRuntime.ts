import { isConfigRight, wantedConfig } from "../containerd/config.ts";
import { pauseImage } from "../containerd/pauseImage.ts";
import type { HostFacts } from "../facts/hostFacts.ts";
import { paths } from "../facts/paths.ts";
import { packageManagerOf } from "../packages/packageManager.ts";
import type { Action, Phase } from "../run/phase.ts";
import { run, type Step } from "../shell/step.ts";
import type { ClusterSpec } from "../spec/clusterSpec.ts";

/** Assumed for the plan when neither containerd nor the package lists are there to tell. */
const USUAL_VERSION = "1.7.0";

export const containerRuntime: Phase = {
  id: "container-runtime",
  title: "Container runtime",
  explains: "containerd runs the containers. It must share the kubelet's way of limiting them (systemd's cgroups), or pods are killed at random.",
  sections: ["runtime"],
  order: "parallel",
  hosts: (spec) => spec.hosts,
  actions: (host, facts, { spec }) => {
    const { runtime } = facts;
    const actions: Action[] = [];
    if (runtime.version === undefined) {
      const steps = packageManagerOf(host.name, facts).installRuntime(spec, facts.system);
      actions.push({ id: "install", summary: "Install containerd", steps });
    }
    const configure = configureAction(spec, facts);
    actions.push(...configure);
    // A file that is newer than the service was not read by it: the service is restarted, too.
    const restarts = configure.length > 0 || (runtime.isConfigNewerThanService && runtime.isActive);
    if (restarts || !runtime.isActive || !runtime.isEnabled) {
      const steps = [
        run("systemctl", "enable", "containerd"),
        run("systemctl", restarts ? "restart" : "start", "containerd"),
      ];
      const isForecast = configure.some((action) => action.isForecast);
      actions.push({ id: "start", summary: "Start containerd with this configuration", steps, isForecast });
    }
    return actions;
  },
};

function configureAction(spec: ClusterSpec, { runtime }: HostFacts): readonly Action[] {
  const known = runtime.version ?? runtime.candidate?.replace(/^\d+:/, "").replace(/[~+-].*$/, "");
  const version = known ?? USUAL_VERSION;
  const wanted = { sandboxImage: pauseImage(spec.kubernetesVersion, spec.packageSource.imageRepository) };
  if (runtime.version !== undefined && isConfigRight(runtime, wanted)) {
    return [];
  }
  const content = wantedConfig(runtime.config, version, wanted);
  const write: Step = {
    kind: "write",
    path: paths.containerdConfig,
    content,
    mode: "0644",
    keepsOriginal: true,
    ...(runtime.config !== undefined && { before: runtime.config }),
  };
  return [
    {
      id: "configure",
      summary:
        known === undefined
          ? "Configure containerd: systemd's cgroups, CRI on, the sandbox image (the file depends on its version)"
          : "Configure containerd: systemd's cgroups, CRI on, the sandbox image",
      steps: [run("mkdir", "-p", "/etc/containerd"), write],
      isForecast: known === undefined,
    },
  ];
}
