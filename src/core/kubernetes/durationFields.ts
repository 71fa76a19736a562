/** Paths of the fields that hold a duration, in dots; "*" stands for every key of a map. */
type DurationFields = readonly string[];

const kubeadmTimeouts: DurationFields = [
  "controlPlaneComponentHealthCheck",
  "discovery",
  "etcdAPICall",
  "kubeletHealthCheck",
  "kubernetesAPICall",
  "tlsBootstrap",
  "upgradeManifests",
].map((name) => `timeouts.${name}`);

/**
 * Fields of type metav1.Duration in kubeadm's, the kubelet's and kube-proxy's configuration, by the document's kind,
 * those of all API versions together.
 * Source: kubernetes/kubernetes, cmd/kubeadm/app/apis/kubeadm/v1beta3 and v1beta4/types.go,
 * staging/src/k8s.io/kubelet/config/v1beta1/types.go, staging/src/k8s.io/kube-proxy/config/v1alpha1/types.go
 */
export const durationFields: Readonly<Record<string, DurationFields>> = {
  ClusterConfiguration: [
    "apiServer.timeoutForControlPlane",
    "certificateValidityPeriod",
    "caCertificateValidityPeriod",
  ],
  InitConfiguration: kubeadmTimeouts,
  JoinConfiguration: [...kubeadmTimeouts, "discovery.timeout"],
  KubeletConfiguration: [
    "authentication.webhook.cacheTTL",
    "authorization.webhook.cacheAuthorizedTTL",
    "authorization.webhook.cacheUnauthorizedTTL",
    "containerLogMonitorInterval",
    "cpuCFSQuotaPeriod",
    "cpuManagerReconcilePeriod",
    "crashLoopBackOff.maxContainerRestartPeriod",
    "evictionPressureTransitionPeriod",
    "evictionSoftGracePeriod.*",
    "fileCheckFrequency",
    "httpCheckFrequency",
    "imageMaximumGCAge",
    "imageMinimumGCAge",
    "nodeStatusReportFrequency",
    "nodeStatusUpdateFrequency",
    "runtimeRequestTimeout",
    "shutdownGracePeriod",
    "shutdownGracePeriodCriticalPods",
    "streamingConnectionIdleTimeout",
    "syncFrequency",
    "volumeStatsAggPeriod",
  ],
  KubeProxyConfiguration: [
    "configSyncPeriod",
    "conntrack.tcpCloseWaitTimeout",
    "conntrack.tcpEstablishedTimeout",
    "conntrack.udpStreamTimeout",
    "conntrack.udpTimeout",
    "iptables.minSyncPeriod",
    "iptables.syncPeriod",
    "ipvs.minSyncPeriod",
    "ipvs.syncPeriod",
    "ipvs.tcpFinTimeout",
    "ipvs.tcpTimeout",
    "ipvs.udpTimeout",
    "nftables.minSyncPeriod",
    "nftables.syncPeriod",
  ],
};
