import type { ClusterDocument, podNetworkPlugins, roles } from "./schema.ts";

export type Role = (typeof roles)[number];
export type PodNetworkPlugin = (typeof podNetworkPlugins)[number];

/** A taint of a node, in Kubernetes' own words. */
export interface Taint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** A machine that we reach by SSH, with every default filled in. */
export interface Host {
  /** Unique in the spec; the node's name in Kubernetes. */
  readonly name: string;
  readonly role: Role;
  readonly ssh: {
    /** As written: a destination for ssh, so perhaps a Host of the user's ssh_config. */
    readonly address: string;
    /** undefined: as ssh_config says, else 22. */
    readonly port?: number | undefined;
    /** undefined: as ssh_config says, else the user's own name. */
    readonly user?: string | undefined;
    /** As written in the spec: may start with ~ or be relative to the spec's folder. */
    readonly identityFile?: string | undefined;
  };
  /** Address by which the other hosts reach it; undefined when only a DNS name is known. */
  readonly privateAddress?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** undefined: kubeadm's own default for the role. */
  readonly taints?: readonly Taint[] | undefined;
  /** Line of the host in the spec file, counted from 0. */
  readonly line: number;
}

/** A kubeadm document that the user put into the spec file, passed through into what is generated. */
export interface PassThrough {
  readonly kind: PassThroughKind;
  readonly apiVersion: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export const passThroughKinds = [
  "ClusterConfiguration",
  "InitConfiguration",
  "JoinConfiguration",
  "KubeletConfiguration",
  "KubeProxyConfiguration",
] as const;
export type PassThroughKind = (typeof passThroughKinds)[number];

/** A whole spec file, checked, with its defaults, ready for planning. */
export interface ClusterSpec {
  readonly name: string;
  /** Without "v": "1.36" (newest patch) or "1.36.2". */
  readonly kubernetesVersion: string;
  /** ADDRESS:PORT, always set. */
  readonly controlPlaneEndpoint: string;
  /** Whether the spec says it; otherwise it is the first control plane. */
  readonly isEndpointWritten: boolean;
  readonly networking: ClusterDocument["spec"]["networking"];
  readonly podNetwork: ClusterDocument["spec"]["podNetwork"];
  readonly containerRuntime: ClusterDocument["spec"]["containerRuntime"];
  readonly packageSource: ClusterDocument["spec"]["packageSource"];
  /** In the spec's order; the first control plane is the one that is initialised. */
  readonly hosts: readonly Host[];
  readonly passThrough: readonly PassThrough[];
}

export function controlPlanes(spec: ClusterSpec): readonly Host[] {
  return spec.hosts.filter((host) => host.role === "control-plane");
}

export function workers(spec: ClusterSpec): readonly Host[] {
  return spec.hosts.filter((host) => host.role === "worker");
}

/** The control plane on which the cluster is initialised and administered. A parsed spec always has one. */
export function firstControlPlane(spec: ClusterSpec): Host {
  const first = controlPlanes(spec)[0];
  if (first === undefined) {
    throw new Error("a parsed spec has a control plane");
  }
  return first;
}

/** Minor version as a number: 36 for "1.36.2". */
export function minorOf(version: string): number {
  return Number(version.replace(/^v/, "").split(".")[1]);
}
