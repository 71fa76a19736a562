import { ipv4SubnetsOverlap } from "../address.ts";
import type { Rule } from "./rule.ts";

export const subnetOverlap: Rule = {
  severity: "error",
  title: "Pods, services and hosts have addresses apart from each other",
  check: ({ spec: { networking } }) => {
    const { podSubnet, serviceSubnet } = networking;
    return ipv4SubnetsOverlap(podSubnet, serviceSubnet)
      ? [
          {
            path: ["spec", "networking", "podSubnet"],
            message: `expected a subnet apart from serviceSubnet ${serviceSubnet}, got ${podSubnet}`,
          },
        ]
      : [];
  },
};
