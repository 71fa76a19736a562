import { KubeadmError } from "../errors.ts";
import type { Text } from "../shell/secret.ts";
import { splitHostPort } from "../spec/address.ts";
import {
  type ClusterSpec,
  controlPlanes,
  type Host,
  minorOf,
  type PassThroughKind,
} from "../spec/clusterSpec.ts";
import { defaultApiServerPort } from "../spec/defaults.ts";
import { configApiVersion } from "./configApiVersion.ts";
import { mergeDocument } from "./mergeDocument.ts";
import { renderYaml, secretScalar } from "./renderYaml.ts";

/**
 * How long a join looks for a cluster that knows its token, as Go writes durations. kubeadm's own 5 minutes are
 * longer than anybody waits for what is plain after seconds; our token has just been made.
 */
const DISCOVERY_TIMEOUT = "1m0s";

type Fields = Readonly<Record<string, unknown>>;

export interface InitConfigOptions {
  readonly spec: ClusterSpec;
  /** The first control plane. */
  readonly host: Host;
  /** Exact, without "v": "1.36.2". */
  readonly kubernetesVersion: string;
}

export interface JoinConfigOptions extends InitConfigOptions {
  /** A secret for a run; a plan gives a plain text that says what will stand here. */
  readonly token: Text;
  /** sha256:HEX of the cluster's CA, or the plan's text. */
  readonly caHash: string;
  /** For a control plane: the key under which the certificates were uploaded. */
  readonly certificateKey?: Text | undefined;
}

/**
 * The configuration for `kubeadm init --config`: YAML documents in the API version of the release, the user's
 * documents merged in. Throws a KubeadmError (spec-invalid) when one of those is in another API version.
 */
export function renderInitConfig(options: InitConfigOptions): string {
  const { spec } = options;
  const documents = [
    initConfiguration(options),
    clusterConfiguration(options),
    { apiVersion: "kubelet.config.k8s.io/v1beta1", kind: "KubeletConfiguration", cgroupDriver: "systemd" },
  ].map((document) => withUsers(spec, document));
  const kubeProxy = usersDocument(spec, "KubeProxyConfiguration");
  return renderYaml(kubeProxy === undefined ? documents : [...documents, kubeProxy.value]) as string;
}

/** The configuration for `kubeadm join --config`. Its token and certificate key stay secrets inside the text. */
export function renderJoinConfig(options: JoinConfigOptions): Text {
  const { spec, host, kubernetesVersion, token, caHash, certificateKey } = options;
  const hasTimeouts = configApiVersion(kubernetesVersion) === "v1beta4";
  const document = withUsers(spec, {
    apiVersion: `kubeadm.k8s.io/${configApiVersion(kubernetesVersion)}`,
    kind: "JoinConfiguration",
    nodeRegistration: nodeRegistration(host, kubernetesVersion),
    ...(hasTimeouts && { timeouts: { discovery: DISCOVERY_TIMEOUT } }),
    discovery: {
      ...(!hasTimeouts && { timeout: DISCOVERY_TIMEOUT }),
      bootstrapToken: {
        apiServerEndpoint: spec.controlPlaneEndpoint,
        token: secretScalar(token, tokenPattern),
        caCertHashes: [caHash],
      },
    },
    ...(host.role === "control-plane" && {
      controlPlane: {
        localAPIEndpoint: localApiEndpoint(spec, host),
        ...(certificateKey !== undefined && {
          certificateKey: secretScalar(certificateKey, certificateKeyPattern),
        }),
      },
    }),
  });
  // One JoinConfiguration serves all hosts: its part for control planes must not turn a worker into one.
  const { controlPlane, ...forWorker } = document;
  return renderYaml([host.role === "control-plane" ? { ...forWorker, controlPlane } : forWorker]);
}

const tokenPattern = /^[a-z0-9]{6}\.[a-z0-9]{16}$/;
const certificateKeyPattern = /^[0-9a-f]{64}$/;

/**
 * The port on which each API server listens: the endpoint's when the endpoint is a control plane itself, the
 * default when something else (a load balancer, a DNS name) stands in front of them.
 */
export function apiServerPort(spec: ClusterSpec): number {
  const { host, port } = splitHostPort(spec.controlPlaneEndpoint);
  const isControlPlane = controlPlanes(spec).some((controlPlane) =>
    addressesOf(controlPlane).some((address) => address.toLowerCase() === host),
  );
  return isControlPlane && port !== undefined ? port : defaultApiServerPort;
}

/** Path or URL of containerd's socket as the release expects it. Source: kubeadm's nodeRegistration.criSocket. */
export function criSocket(kubernetesVersion: string): string {
  const path = "/run/containerd/containerd.sock";
  return minorOf(kubernetesVersion) >= 24 ? `unix://${path}` : path;
}

function initConfiguration({ spec, host, kubernetesVersion }: InitConfigOptions): Fields {
  return {
    apiVersion: `kubeadm.k8s.io/${configApiVersion(kubernetesVersion)}`,
    kind: "InitConfiguration",
    nodeRegistration: nodeRegistration(host, kubernetesVersion),
    localAPIEndpoint: localApiEndpoint(spec, host),
  };
}

function clusterConfiguration({ spec, kubernetesVersion }: InitConfigOptions): Fields {
  const { imageRepository } = spec.packageSource;
  const { podSubnet, serviceSubnet, dnsDomain } = spec.networking;
  return {
    apiVersion: `kubeadm.k8s.io/${configApiVersion(kubernetesVersion)}`,
    kind: "ClusterConfiguration",
    clusterName: spec.name,
    kubernetesVersion: `v${kubernetesVersion}`,
    controlPlaneEndpoint: spec.controlPlaneEndpoint,
    networking: { podSubnet, serviceSubnet, dnsDomain },
    ...(imageRepository !== undefined && { imageRepository }),
    apiServer: { certSANs: certificateNames(spec) },
  };
}

/** Every name and address by which someone reaches an API server; what is missing here fails as x509 later. */
function certificateNames(spec: ClusterSpec): readonly string[] {
  const { host } = splitHostPort(spec.controlPlaneEndpoint);
  // kubeadm refuses names with capital letters, which DNS does not tell apart.
  return [...new Set([host, ...controlPlanes(spec).flatMap(addressesOf)].map((name) => name.toLowerCase()))];
}

function addressesOf(host: Host): readonly string[] {
  return [host.name, host.ssh.address, ...(host.privateAddress === undefined ? [] : [host.privateAddress])];
}

function localApiEndpoint(spec: ClusterSpec, host: Host): Fields {
  return {
    ...(host.privateAddress !== undefined && { advertiseAddress: host.privateAddress }),
    bindPort: apiServerPort(spec),
  };
}

function nodeRegistration(host: Host, kubernetesVersion: string): Fields {
  const labels = Object.entries(host.labels).map(([key, value]) => `${key}=${value}`);
  const kubeletArguments: readonly (readonly [string, string])[] = [
    ...(host.privateAddress === undefined ? [] : [["node-ip", host.privateAddress] as const]),
    ...(labels.length === 0 ? [] : [["node-labels", labels.join(",")] as const]),
  ];
  return {
    name: host.name,
    criSocket: criSocket(kubernetesVersion),
    ...(kubeletArguments.length > 0 && {
      kubeletExtraArgs:
        configApiVersion(kubernetesVersion) === "v1beta4"
          ? kubeletArguments.map(([name, value]) => ({ name, value }))
          : Object.fromEntries(kubeletArguments),
    }),
    ...(host.taints !== undefined && { taints: host.taints }),
  };
}

function usersDocument(
  spec: ClusterSpec,
  kind: PassThroughKind,
): ClusterSpec["passThrough"][number] | undefined {
  return spec.passThrough.find((document) => document.kind === kind);
}

function withUsers(spec: ClusterSpec, generated: Fields): Fields {
  const users = usersDocument(spec, generated.kind as PassThroughKind);
  if (users === undefined) {
    return generated;
  }
  if (users.apiVersion !== generated.apiVersion) {
    throw new KubeadmError({
      code: "spec-invalid",
      message: `the spec's ${users.kind} is written in ${users.apiVersion}, which Kubernetes ${spec.kubernetesVersion} does not read`,
      next: `Write it as apiVersion: ${String(generated.apiVersion)}.`,
    });
  }
  return mergeDocument(generated, users.value);
}
