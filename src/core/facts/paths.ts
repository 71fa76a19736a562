/** Files on a host that we read or write. Names follow Kubernetes' own documentation where it has one. */
export const paths = {
  fstab: "/etc/fstab",
  zramGenerator: "/etc/systemd/zram-generator.conf",
  modulesFile: "/etc/modules-load.d/k8s.conf",
  sysctlFile: "/etc/sysctl.d/k8s.conf",
  containerdConfig: "/etc/containerd/config.toml",
  aptKeyring: "/etc/apt/keyrings/kubernetes-apt-keyring.asc",
  aptRepository: "/etc/apt/sources.list.d/kubernetes.list",
  rpmRepository: "/etc/yum.repos.d/kubernetes.repo",
  caCertificate: "/etc/kubernetes/pki/ca.crt",
  adminConf: "/etc/kubernetes/admin.conf",
  /** What this extension itself must remember on a host: small files, removed by a reset. */
  state: "/var/lib/kubeadm-bootstrap",
  /** Configuration for kubeadm while it runs; in memory, as it holds a token. */
  runtime: "/run/kubeadm-bootstrap",
} as const;

/** Kernel modules that pods' networking needs. */
export const kernelModules = ["overlay", "br_netfilter"] as const;

/** Kernel settings that pods' networking needs. Source: kubernetes.io, container runtimes. */
export const kernelSettings: Readonly<Record<string, string>> = {
  "net.bridge.bridge-nf-call-iptables": "1",
  "net.bridge.bridge-nf-call-ip6tables": "1",
  "net.ipv4.ip_forward": "1",
};

/** Packages whose versions matter. */
export const kubernetesPackages = ["kubeadm", "kubelet", "kubectl"] as const;
