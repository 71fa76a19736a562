import type { Fix } from "../fix.ts";
import type { Rule } from "./rule.ts";
import { writtenMinor } from "./versions.ts";

/** Source: kubernetes/enhancements, KEP-5495 */
const firstMinorWithDeprecatedIpvs = 35;

export const ipvsDeprecated: Rule = {
  severity: "warning",
  title: "kube-proxy works in a mode that will stay",
  check: (context) => {
    const minor = writtenMinor(context);
    return minor === undefined || minor < firstMinorWithDeprecatedIpvs
      ? []
      : context.kubeadmDocuments
          .filter(({ kind, value }) => kind === "KubeProxyConfiguration" && value.mode === "ipvs")
          .map(({ document }) => ({
            document,
            path: ["mode"],
            message: `expected nftables or iptables, got ipvs, which is deprecated since 1.${firstMinorWithDeprecatedIpvs}; nftables is as fast, and needs Linux 5.13 or newer on every host`,
            fixes: [changeTo(document, "nftables"), changeTo(document, "iptables")],
          }));
  },
};

function changeTo(document: number, value: "iptables" | "nftables"): Fix {
  return { title: `Change it to ${value}`, edits: [{ kind: "set", document, path: ["mode"], value }] };
}
