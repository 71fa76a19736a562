/** A feature gate of kubeadm itself, for ClusterConfiguration.featureGates. */
export interface KubeadmFeatureGate {
  /** The first minor whose kubeadm knows it: 27 for 1.27. */
  readonly since: number;
  /** The last one; undefined: not known to be gone. */
  readonly until?: number;
}

/**
 * kubeadm's own feature gates by name. kubeadm refuses any other, Kubernetes' own included.
 * Source: kubernetes/kubernetes, cmd/kubeadm/app/features/features.go of each release, and the list of removed gates in
 * kubernetes.io/docs/reference/setup-tools/kubeadm/kubeadm-init
 */
export const kubeadmFeatureGates: Readonly<Record<string, KubeadmFeatureGate>> = {
  ControlPlaneKubeletLocalMode: { since: 31, until: 35 },
  EtcdLearnerMode: { since: 27, until: 32 },
  IPv6DualStack: { since: 16, until: 23 },
  NodeLocalCRISocket: { since: 32, until: 36 },
  PublicKeysECDSA: { since: 19, until: 35 },
  RootlessControlPlane: { since: 22 },
  UnversionedKubeletConfigMap: { since: 22, until: 25 },
  UpgradeAddonsBeforeControlPlane: { since: 28, until: 30 },
  WaitForAllControlPlaneComponents: { since: 30, until: 34 },
};

/** The newest minor whose kubeadm the table was held against. */
export const newestMinorWithKnownGates = 37;
