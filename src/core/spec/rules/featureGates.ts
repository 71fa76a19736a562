import {
  type KubeadmFeatureGate,
  kubeadmFeatureGates,
  newestMinorWithKnownGates,
} from "../../kubernetes/featureGates.ts";
import { nearestWord } from "../describeIssue.ts";
import type { Fix } from "../fix.ts";
import { isRecord } from "../record.ts";
import type { Finding, KubeadmDocument, Rule } from "./rule.ts";
import { writtenMinor } from "./versions.ts";

export const unknownFeatureGate: Rule = {
  severity: "warning",
  title: "Feature gates are ones that the program knows",
  check: (context) => {
    const minor = writtenMinor(context);
    return minor === undefined
      ? []
      : context.kubeadmDocuments.flatMap((document) => {
          switch (document.kind) {
            case "ClusterConfiguration":
              return gatesOf(document).flatMap((gate) => kubeadmGate(gate, minor, document));
            case "KubeletConfiguration":
            case "KubeProxyConfiguration":
              return gatesOf(document).flatMap((gate) => componentGate(gate, document));
            default:
              return [];
          }
        });
  },
};

function gatesOf({ value }: KubeadmDocument): readonly string[] {
  return isRecord(value.featureGates) ? Object.keys(value.featureGates) : [];
}

function kubeadmGate(gate: string, minor: number, document: KubeadmDocument): readonly Finding[] {
  const known = Object.hasOwn(kubeadmFeatureGates, gate) ? kubeadmFeatureGates[gate] : undefined;
  if (known !== undefined && isIn(known, minor)) {
    return [];
  }
  const names = Object.keys(kubeadmFeatureGates).filter((name) => {
    const candidate = kubeadmFeatureGates[name];
    return candidate !== undefined && isIn(candidate, minor);
  });
  const meant = known === undefined ? nearestWord(gate, names) : undefined;
  const isSure = minor <= newestMinorWithKnownGates;
  return [
    {
      ...finding(document, gate, meant),
      ...(!isSure && { severity: "hint" as const }),
      message: `expected a feature gate of kubeadm ${isSure ? "" : "that is known here "}(${names.join(", ") || "it has none"}), got ${gate}${explanation(gate, known, minor, meant)}`,
    },
  ];
}

function explanation(
  gate: string,
  known: KubeadmFeatureGate | undefined,
  minor: number,
  meant: string | undefined,
): string {
  if (known !== undefined) {
    return minor < known.since
      ? `, which came with 1.${known.since}`
      : `, which went after 1.${known.until ?? known.since}; remove it`;
  }
  if (meant !== undefined) {
    return `; did you mean ${meant}?`;
  }
  return `; is it one of Kubernetes itself? Write it in extraArgs as feature-gates: ${gate}=true, or in the KubeletConfiguration`;
}

function isIn({ since, until }: KubeadmFeatureGate, minor: number): boolean {
  return since <= minor && (until === undefined || minor <= until);
}

/** There are hundreds, other ones in each release: only what cannot be one is told. */
function componentGate(gate: string, document: KubeadmDocument): readonly Finding[] {
  const known = Object.hasOwn(kubeadmFeatureGates, gate) && gate !== "IPv6DualStack";
  if (known) {
    return [
      {
        ...finding(document, gate, undefined),
        severity: "hint",
        message: `expected a feature gate of Kubernetes, got ${gate}, which is one of kubeadm; write it in the ClusterConfiguration`,
      },
    ];
  }
  return /^[A-Z][A-Za-z0-9]*$/.test(gate)
    ? []
    : [
        {
          ...finding(document, gate, undefined),
          severity: "hint",
          message: `expected a feature gate such as InPlacePodVerticalScaling, got ${JSON.stringify(gate)}; their names begin with a capital letter`,
        },
      ];
}

function finding(
  { document }: KubeadmDocument,
  gate: string,
  meant: string | undefined,
): Omit<Finding, "message"> {
  const path = ["featureGates", gate];
  const rename: Fix | undefined =
    meant === undefined
      ? undefined
      : {
          title: `Rename it to ${meant}`,
          isPreferred: true,
          edits: [{ kind: "rename-key", document, path, to: meant }],
        };
  return {
    document,
    path,
    at: "key",
    fixes: [
      ...(rename === undefined ? [] : [rename]),
      { title: `Remove ${gate}`, edits: [{ kind: "remove", document, path }] },
    ],
  };
}
