import { stringify } from "yaml";
import type { Role } from "./clusterSpec.ts";
import { newestMinor } from "./newestMinor.ts";
import { apiVersion } from "./schema.ts";

export interface NewHost {
  readonly name: string;
  readonly role: Role;
  /** IP address or DNS name to connect to. */
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly identityFile?: string;
  readonly privateAddress?: string;
}

export interface NewSpecOptions {
  /** Of the cluster: lower-case letters, digits and "-". */
  readonly name: string;
  /** Default: the newest minor that this extension was written for. */
  readonly kubernetesVersion?: string;
  /** Default: a control plane and two workers with addresses to replace. */
  readonly hosts?: readonly NewHost[];
}

const exampleHosts: readonly NewHost[] = [
  { name: "cp-1", role: "control-plane", address: "10.0.0.11", user: "root" },
  { name: "worker-1", role: "worker", address: "10.0.0.21", user: "root" },
  { name: "worker-2", role: "worker", address: "10.0.0.22", user: "root" },
];

/** Text of a new cluster.yaml that explains itself. What it shows commented out are the defaults, or examples. */
export function newSpec({
  name,
  kubernetesVersion = newestMinor,
  hosts = exampleHosts,
}: NewSpecOptions): string {
  return `# A Kubernetes cluster: machines that are reached by SSH and what becomes of them.
# Fill in your hosts, look at what would be done with "Kubeadm: Plan", then run "Kubeadm: Bootstrap cluster".
# Lines that are commented out show the defaults, or an example where there is none.
apiVersion: ${apiVersion}
kind: Cluster
metadata:
  # The context in your kubeconfig gets this name.
  name: ${scalar(name)}
spec:
  # A minor such as "1.36" (its newest patch is installed), or an exact version such as "1.36.2". Keep the quotes.
  kubernetesVersion: ${JSON.stringify(kubernetesVersion)}

  # Where all hosts reach the API server. By default that is the first control plane; with several control planes
  # name a load balancer or a DNS name instead, as it cannot be changed later.
  # controlPlaneEndpoint: k8s.example.com:6443

  # One control plane is enough to begin with, three survive the loss of one.
  hosts:
${hosts.map((host, index) => hostLines(host, index === 0).join("\n")).join("\n")}

  # Ranges that are used by nothing else in your network, and that do not overlap.
  # networking:
  #   podSubnet: 10.244.0.0/16
  #   serviceSubnet: 10.96.0.0/12
  #   dnsDomain: cluster.local

  # flannel, calico, cilium, kube-router or weave-net.
  # podNetwork:
  #   plugin: flannel

  # containerRuntime:
  #   name: containerd

  # Mirrors, for hosts that do not reach the internet.
  # packageSource:
  #   apt:
  #     url: https://mirror.example.com/kubernetes/{minor}/deb/
  #     key: https://mirror.example.com/kubernetes/{minor}/deb/Release.key
  #   imageRepository: mirror.example.com/kubernetes

# Anything else that kubeadm can do: put its own documents below, and they are merged into what is generated.
# ---
# apiVersion: kubelet.config.k8s.io/v1beta1
# kind: KubeletConfiguration
# maxPods: 110
`;
}

function hostLines(host: NewHost, isExplained: boolean): readonly string[] {
  const optional = (key: string, value: string | number | undefined): readonly string[] =>
    value === undefined ? [] : [`        ${key}: ${scalar(value)}`];
  const explained = (...lines: readonly string[]): readonly string[] => (isExplained ? lines : []);
  return [
    `    - name: ${scalar(host.name)}`,
    `      role: ${host.role}`,
    "      ssh:",
    `        address: ${scalar(host.address)}`,
    ...optional("port", host.port),
    ...explained("        # root, or a user who may use sudo."),
    ...optional("user", host.user),
    ...optional("identityFile", host.identityFile),
    ...explained(
      ...(host.port === undefined ? ["        # port: 22"] : []),
      ...(host.identityFile === undefined ? ["        # identityFile: ~/.ssh/id_ed25519"] : []),
    ),
    ...(host.privateAddress === undefined ? [] : [`      privateAddress: ${scalar(host.privateAddress)}`]),
    ...explained(
      ...(host.privateAddress === undefined
        ? [
            "      # Address by which the other hosts reach it, when that is not the SSH address.",
            "      # privateAddress: 10.0.0.11",
          ]
        : []),
      "      # labels:",
      '      #   example.com/rack: "1"',
    ),
  ];
}

/** A value as YAML, in quotes where it would be read as something else. */
function scalar(value: string | number): string {
  return stringify(value, { compat: "yaml-1.1", lineWidth: 0 }).trimEnd();
}
