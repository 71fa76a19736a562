import { podNetworkOf, podNetworkVersion } from "../../cni/podNetworks.ts";
import { optionProblems } from "../../cni/validateOptions.ts";
import type { Rule } from "./rule.ts";

export const podNetworkOptions: Rule = {
  severity: "error",
  title: "The pod network has the options it is given, and a manifest",
  check: ({ spec }) => {
    const { plugin, options, manifest } = spec.podNetwork;
    const network = podNetworkOf(plugin);
    const wrong = optionProblems(network, options).map(({ option, message }) => ({
      path: ["spec", "podNetwork", "options", option],
      message,
    }));
    const hasManifest = manifest !== undefined || network.manifestUrl(podNetworkVersion(spec)) !== undefined;
    const missing = {
      path: ["spec", "podNetwork", "manifest"],
      message: `expected a manifest, as ${network.title} publishes none; make one with: ${network.renderCommand?.(spec) ?? network.homepage}`,
    };
    return hasManifest ? wrong : [...wrong, missing];
  },
};
