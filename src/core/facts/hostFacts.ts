/**
 * What a host says about itself. Each section is gathered by one part of the facts script (factsScript.ts) and
 * read by parseFacts; a phase names the sections that it looks at, and these are gathered again after it ran.
 */
export interface HostFacts {
  readonly system: SystemFacts;
  readonly swap: SwapFacts;
  readonly kernel: KernelFacts;
  readonly runtime: RuntimeFacts;
  readonly packages: PackageFacts;
  readonly kubernetes: KubernetesFacts;
  /** Where the connection led, as far as that is known: what ssh_config made of the spec's address. Not the host's word. */
  readonly connectedTo?: string | undefined;
}

export type FactSection = Exclude<keyof HostFacts, "connectedTo">;

export const factSections: readonly FactSection[] = [
  "system",
  "swap",
  "kernel",
  "runtime",
  "packages",
  "kubernetes",
];

export interface SystemFacts {
  readonly hostname: string;
  readonly machineId: string;
  /** Empty where the machine has none (some virtual machines, containers). */
  readonly productUuid: string;
  /** MAC addresses of the interfaces that carry a default route or a global address, lower-case, sorted. */
  readonly macAddresses: readonly string[];
  /** From /etc/os-release. `idLike` in its order. */
  readonly os: {
    readonly id: string;
    readonly idLike: readonly string[];
    readonly version: string;
    readonly codename: string;
    readonly prettyName: string;
  };
  readonly kernelRelease: string;
  /** As dpkg or rpm call it is not known here: `uname -m`, such as x86_64. */
  readonly machine: string;
  readonly cpus: number;
  readonly memoryKiB: number;
  /** Global addresses of all interfaces, without prefix length. */
  readonly addresses: readonly string[];
  /** Destinations of the routing table that are subnets, such as 10.0.0.0/24. */
  readonly routes: readonly string[];
  /** The host's clock minus ours when the facts were gathered, milliseconds; precise to the round trip. */
  readonly clockOffsetMs: number;
  readonly cgroupVersion: 1 | 2;
  /** Free space of the file systems of /var/lib and /etc, KiB, the smaller one. */
  readonly freeDiskKiB: number;
  readonly selinux: "enforcing" | "permissive" | "disabled";
}

export interface SwapFacts {
  /** Devices and files that are swapped to now. */
  readonly active: readonly string[];
  /** /etc/fstab, undefined when there is none. */
  readonly fstab?: string | undefined;
  /** systemd swap units that are loaded and not masked, such as dev-zram0.swap. */
  readonly units: readonly string[];
  /** /etc/systemd/zram-generator.conf, undefined when there is none. */
  readonly zramGenerator?: string | undefined;
}

export interface KernelFacts {
  /** Which of the modules that we need are loaded or built in. */
  readonly modules: readonly string[];
  /** Content of modulesFile, undefined when there is none. */
  readonly modulesFile?: string | undefined;
  /** Values of the settings that we need; one that does not exist is missing. */
  readonly sysctl: Readonly<Record<string, string>>;
  readonly sysctlFile?: string | undefined;
}

export interface RuntimeFacts {
  /** Which package holds containerd; undefined when none is installed. */
  readonly package?: "containerd" | "containerd.io" | undefined;
  /** Such as 1.6.20, without "v"; undefined when there is no containerd binary. */
  readonly version?: string | undefined;
  /** Version of the package that the package manager would install, undefined when it knows none. */
  readonly candidate?: string | undefined;
  readonly isActive: boolean;
  readonly isEnabled: boolean;
  /** /etc/containerd/config.toml, undefined when there is none. */
  readonly config?: string | undefined;
  /** What containerd itself makes of its configuration (`containerd config dump`). */
  readonly effectiveConfig?: string | undefined;
  /** When config.toml was changed last is later than when the service started. */
  readonly isConfigNewerThanService: boolean;
}

export interface PackageFacts {
  readonly manager: "apt" | "dnf" | "none";
  /** Versions of kubeadm, kubelet, kubectl, cri-tools, kubernetes-cni, curl as the package manager knows them. */
  readonly installed: Readonly<Record<string, string>>;
  readonly held: readonly string[];
  /** Repository files of apt or dnf that matter here, path to content: ours, and those with legacy repositories. */
  readonly repositories: Readonly<Record<string, string>>;
  readonly hasKeyring: boolean;
}

export interface KubernetesFacts {
  readonly kubelet: { readonly isEnabled: boolean; readonly isActive: boolean };
  /** /etc/kubernetes/pki/ca.crt, PEM. On control planes and joined workers. */
  readonly caCertificate?: string | undefined;
  /** The host has an identity of a node: kubelet.conf and a client certificate. */
  readonly hasJoined: boolean;
  /** kubelet.conf names this API server. */
  readonly kubeletServer?: string | undefined;
  /** Static pod manifests in /etc/kubernetes/manifests, without .yaml, sorted. */
  readonly staticPods: readonly string[];
  readonly hasAdminConf: boolean;
  /** SHA-256 of /etc/kubernetes/admin.conf, hex. */
  readonly adminConfDigest?: string | undefined;
  /** Things an earlier installation left: paths. */
  readonly leftovers: readonly string[];
  /** Of the ports kubeadm needs, those that something listens on: "10250 kubelet". */
  readonly portsInUse: readonly string[];
  /** Content of our own state files in /var/lib/kubeadm-bootstrap, by name. */
  readonly state: Readonly<Record<string, string>>;
  /** What the API server says; undefined on hosts without admin.conf and when it does not answer. */
  readonly cluster?: ClusterFacts | undefined;
}

export interface ClusterFacts {
  readonly nodes: readonly NodeFacts[];
  readonly systemPods: readonly PodFacts[];
  /** namespace/name of every DaemonSet. */
  readonly daemonSets: readonly string[];
}

export interface NodeFacts {
  readonly name: string;
  readonly isReady: boolean;
  readonly isControlPlane: boolean;
  readonly kubeletVersion: string;
  readonly internalAddress: string;
}

export interface PodFacts {
  readonly name: string;
  readonly node: string;
  readonly phase: string;
  readonly isReady: boolean;
}
