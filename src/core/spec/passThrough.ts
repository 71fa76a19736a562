import { configApiVersion } from "../kubeadm/configApiVersion.ts";
import { type PassThrough, type PassThroughKind, passThroughKinds } from "./clusterSpec.ts";
import { nearestWord, oneOf, show } from "./describeIssue.ts";
import type { FieldPath, SpecDiagnostic } from "./diagnostic.ts";
import { isRecord } from "./record.ts";
import type { SpecDocument } from "./specFile.ts";

export interface PassThroughDocuments {
  readonly passThrough: readonly PassThrough[];
  readonly diagnostics: readonly SpecDiagnostic[];
}

/**
 * Checks the documents after the first: their kinds, their versions, and that they leave alone what the spec
 * itself decides. `kubernetesVersion` is the spec's, undefined while that is wrong.
 */
export function readPassThrough(
  documents: readonly SpecDocument[],
  kubernetesVersion: string | undefined,
): PassThroughDocuments {
  const seen = new Set<string>();
  const passThrough: PassThrough[] = [];
  const diagnostics: SpecDiagnostic[] = [];
  for (const document of documents) {
    const read = readDocument(document, kubernetesVersion, seen);
    passThrough.push(...read.passThrough);
    diagnostics.push(...read.diagnostics);
  }
  return { passThrough, diagnostics };
}

function readDocument(
  { value, report }: SpecDocument,
  kubernetesVersion: string | undefined,
  seen: Set<string>,
): PassThroughDocuments {
  const refuse = (...diagnostics: SpecDiagnostic[]): PassThroughDocuments => ({
    passThrough: [],
    diagnostics,
  });
  if (!isRecord(value)) {
    return refuse(
      report(
        "unknown-document",
        [],
        `expected a document of kind ${oneOf(passThroughKinds)}, got ${show(value)}`,
      ),
    );
  }
  const { kind, apiVersion: version } = value;
  if (kind === "Cluster") {
    return refuse(
      report(
        "unknown-document",
        ["kind"],
        "expected one cluster a file; put this one into a file of its own",
      ),
    );
  }
  if (!isPassThroughKind(kind)) {
    const meant = typeof kind === "string" ? nearestWord(kind, passThroughKinds) : undefined;
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    return refuse(
      report("unknown-document", ["kind"], `expected ${oneOf(passThroughKinds)}, got ${show(kind)}${hint}`),
    );
  }
  if (seen.has(kind)) {
    return refuse(report("unknown-document", ["kind"], `expected one ${kind} a file, got a second one`));
  }
  seen.add(kind);
  const wanted = wantedVersion(kind, kubernetesVersion);
  if (typeof version !== "string" || !(wanted?.test(version) ?? version.startsWith("kubeadm.k8s.io/"))) {
    const why =
      kubernetesVersion === undefined ? "" : `, which is what Kubernetes ${kubernetesVersion} reads`;
    return refuse(
      report(
        "document-version",
        ["apiVersion"],
        `expected ${wanted?.name ?? "kubeadm.k8s.io/VERSION"}${why}, got ${show(version)}`,
        { prefix: kind },
      ),
    );
  }
  const diagnostics = ownedFields[kind]
    .filter(({ path, allows }) => {
      const found = valueAt(value, path);
      return found !== undefined && found !== null && !allows?.(found);
    })
    .map(({ path, instead }) => report("owned-field", path, instead, { prefix: kind, at: "key" }));
  return { passThrough: [{ kind, apiVersion: version, value }], diagnostics };
}

/** The API version that a document must have; undefined while the Kubernetes version is not known. */
function wantedVersion(
  kind: PassThroughKind,
  kubernetesVersion: string | undefined,
): { readonly name: string; readonly test: (version: string) => boolean } | undefined {
  const exactly = (name: string) => ({ name, test: (version: string): boolean => version === name });
  switch (kind) {
    case "KubeletConfiguration":
      return exactly("kubelet.config.k8s.io/v1beta1");
    case "KubeProxyConfiguration":
      return exactly("kubeproxy.config.k8s.io/v1alpha1");
    default:
      return kubernetesVersion === undefined
        ? undefined
        : exactly(`kubeadm.k8s.io/${configApiVersion(kubernetesVersion)}`);
  }
}

interface OwnedField {
  readonly path: FieldPath;
  /** What to do instead. */
  readonly instead: string;
  readonly allows?: (value: unknown) => boolean;
}

const nodeName: OwnedField = {
  path: ["nodeRegistration", "name"],
  instead: "remove it: a node's name is the host's name in spec.hosts",
};
const certificateKey: OwnedField = {
  path: ["certificateKey"],
  instead: "remove it: a secret does not belong in a spec file, and a fresh key is made for each run",
};

/** What the spec or the run decides; a second value here would contradict it on some hosts or in some phases. */
const ownedFields: Readonly<Record<PassThroughKind, readonly OwnedField[]>> = {
  ClusterConfiguration: [
    { path: ["kubernetesVersion"], instead: "remove it: spec.kubernetesVersion says it" },
    { path: ["controlPlaneEndpoint"], instead: "remove it, and write spec.controlPlaneEndpoint" },
    { path: ["imageRepository"], instead: "remove it, and write spec.packageSource.imageRepository" },
    { path: ["networking", "podSubnet"], instead: "remove it, and write spec.networking.podSubnet" },
    { path: ["networking", "serviceSubnet"], instead: "remove it, and write spec.networking.serviceSubnet" },
    { path: ["networking", "dnsDomain"], instead: "remove it, and write spec.networking.dnsDomain" },
  ],
  InitConfiguration: [
    nodeName,
    certificateKey,
    {
      path: ["bootstrapTokens"],
      instead: "remove it: a secret does not belong in a spec file, and a fresh token is made for each join",
    },
  ],
  JoinConfiguration: [
    nodeName,
    { ...certificateKey, path: ["controlPlane", "certificateKey"] },
    ...["bootstrapToken", "file", "tlsBootstrapToken"].map((name) => ({
      path: ["discovery", name],
      instead:
        "remove it: a fresh token and the hash of the cluster's certificate are filled in for each join",
    })),
  ],
  KubeletConfiguration: [
    {
      path: ["cgroupDriver"],
      instead: "expected systemd: containerd is set up with the systemd cgroup driver, and both must agree",
      allows: (value) => value === "systemd",
    },
  ],
  KubeProxyConfiguration: [],
};

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((inner, part) => (isRecord(inner) ? inner[String(part)] : undefined), value);
}

function isPassThroughKind(kind: unknown): kind is PassThroughKind {
  return passThroughKinds.some((known) => known === kind);
}
