import { logging, taint, tracing } from "./componentFields.ts";
import {
  duration,
  field,
  type Fields,
  fieldsOf,
  flag,
  listOf,
  mapOf,
  oneOfTexts,
  text,
  wholeNumber,
} from "./fieldType.ts";
import { kubeletResources } from "./kubeletResources.ts";

// Source: kubernetes/kubernetes, staging/src/k8s.io/kubelet/config/v1beta1/types.go; `since` is the first minor whose
// types have the field.

const listening: Fields = {
  enableServer: field(flag, "Whether the kubelet serves its API. Default: true."),
  address: field(text, "Address that the kubelet serves on. Default: 0.0.0.0."),
  port: field(wholeNumber, "Port of the kubelet's API. Default: 10250."),
  readOnlyPort: field(wholeNumber, "Port without authentication; 0 for none. Default: 0."),
  tlsCertFile: field(text, "Certificate of the kubelet's API."),
  tlsPrivateKeyFile: field(text, "Key of tlsCertFile."),
  tlsCipherSuites: field(listOf(text), "Cipher suites that the kubelet's API allows."),
  tlsCurvePreferences: field(listOf(wholeNumber), "Key exchanges that the kubelet's API allows.", {
    since: 36,
  }),
  tlsMinVersion: field(
    oneOfTexts("VersionTLS10", "VersionTLS11", "VersionTLS12", "VersionTLS13"),
    "Oldest TLS that the kubelet's API speaks.",
  ),
  rotateCertificates: field(flag, "Renews the kubelet's client certificate. kubeadm's default: true."),
  serverTLSBootstrap: field(
    flag,
    "Asks the cluster for the certificate of the kubelet's API. Default: false.",
  ),
  authentication: field(
    fieldsOf({
      x509: field(
        fieldsOf({ clientCAFile: field(text, "Certificate authority of clients; kubeadm sets it.") }),
        "Clients with certificates.",
      ),
      webhook: field(
        fieldsOf({
          enabled: field(flag, "Asks the API server about tokens. Default: true."),
          cacheTTL: field(duration, "How long its answers are kept. Default: 2m."),
        }),
        "Clients with tokens.",
      ),
      anonymous: field(
        fieldsOf({ enabled: field(flag, "Lets anybody ask. kubeadm's default: false.") }),
        "Clients that do not say who they are.",
      ),
    }),
    "Who may talk to the kubelet.",
  ),
  authorization: field(
    fieldsOf({
      mode: field(
        oneOfTexts("AlwaysAllow", "Webhook"),
        "Who decides what a client may do. Default: Webhook.",
      ),
      webhook: field(
        fieldsOf({
          cacheAuthorizedTTL: field(duration, "How long a yes is kept. Default: 5m."),
          cacheUnauthorizedTTL: field(duration, "How long a no is kept. Default: 30s."),
        }),
        "How long the API server's answers are kept.",
      ),
    }),
    "What clients of the kubelet may do.",
  ),
  enableDebuggingHandlers: field(flag, "Serves logs, exec, attach and port forwarding. Default: true."),
  enableContentionProfiling: field(flag, "Profiles waiting for locks. Default: false."),
  enableProfilingHandler: field(flag, "Serves /debug/pprof. Default: true.", { since: 21 }),
  enableDebugFlagsHandler: field(flag, "Serves /debug/flags/v. Default: true.", { since: 21 }),
  enableSystemLogHandler: field(flag, "Serves the host's logs under /logs. Default: true."),
  enableSystemLogQuery: field(flag, "Answers queries for the host's logs. Default: false.", { since: 27 }),
  healthzPort: field(wholeNumber, "Port of /healthz; 0 for none. Default: 10248."),
  healthzBindAddress: field(text, "Address of /healthz. Default: 127.0.0.1."),
  showHiddenMetricsForVersion: field(text, "Minor whose hidden metrics are shown, such as 1.35."),
  tracing: field(tracing, "Where traces are sent.", { since: 25 }),
  logging: field(logging, "How the kubelet logs."),
};

const talking: Fields = {
  clusterDomain: field(text, "DNS domain of the cluster; kubeadm sets it."),
  clusterDNS: field(listOf(text), "Addresses of the cluster's DNS; kubeadm sets them."),
  resolvConf: field(text, "Resolver file that pods' DNS starts from. Default: /etc/resolv.conf."),
  streamingConnectionIdleTimeout: field(
    duration,
    "How long exec and port forwarding may be idle. Default: 4h.",
  ),
  nodeStatusUpdateFrequency: field(duration, "How often the node's status is computed. Default: 10s."),
  nodeStatusReportFrequency: field(duration, "How often an unchanged status is posted. Default: 5m."),
  nodeLeaseDurationSeconds: field(wholeNumber, "How long the node's lease is valid. Default: 40."),
  nodeStatusMaxImages: field(
    wholeNumber,
    "Images that are listed in the node's status; -1 for all. Default: 50.",
  ),
  contentType: field(text, "Content type of requests to the API server."),
  kubeAPIQPS: field(wholeNumber, "Requests a second to the API server. Default: 50."),
  kubeAPIBurst: field(wholeNumber, "Requests beyond kubeAPIQPS for a moment. Default: 100."),
  eventRecordQPS: field(wholeNumber, "Events a second; 0 for no limit. Default: 50."),
  eventBurst: field(wholeNumber, "Events beyond eventRecordQPS for a moment. Default: 100."),
  registerNode: field(flag, "Whether the kubelet registers its node. Default: true.", { since: 23 }),
  registerWithTaints: field(listOf(taint), "Taints that the node registers with.", { since: 23 }),
  providerID: field(text, "How a cloud provider names this host."),
  configMapAndSecretChangeDetectionStrategy: field(
    oneOfTexts("Get", "Cache", "Watch"),
    "How changes of ConfigMaps and Secrets are noticed. Default: Watch.",
  ),
};

const pods: Fields = {
  staticPodPath: field(text, "Folder of static pods; kubeadm sets it."),
  staticPodURL: field(text, "URL of static pods."),
  staticPodURLHeader: field(mapOf(listOf(text)), "HTTP headers for staticPodURL."),
  podLogsDir: field(text, "Folder of pods' logs. Default: /var/log/pods.", { since: 30 }),
  syncFrequency: field(duration, "Longest time between syncs of running containers. Default: 1m."),
  fileCheckFrequency: field(duration, "How often static pods are looked for. Default: 20s."),
  httpCheckFrequency: field(duration, "How often staticPodURL is asked. Default: 20s."),
  maxPods: field(wholeNumber, "Pods that may run on the node. Default: 110."),
  podsPerCore: field(wholeNumber, "Pods for each core; 0 for no limit. Default: 0."),
  podCIDR: field(text, "Subnet of pods of a kubelet without API server."),
  podPidsLimit: field(wholeNumber, "Processes that a pod may have; -1 for the host's limit. Default: -1."),
  runOnce: field(flag, "Ran the static pods once and ended. No longer supported."),
  seccompDefault: field(flag, "Gives pods the RuntimeDefault seccomp profile. Default: false.", {
    since: 22,
  }),
  allowedUnsafeSysctls: field(listOf(text), "Unsafe sysctls that pods may set, such as net.core.somaxconn."),
  defaultPodSysctls: field(mapOf(text), "Sysctls of pods that do not set them.", { since: 37 }),
  userNamespaces: field(
    fieldsOf({ idsPerPod: field(wholeNumber, "User ids of each pod, a multiple of 65536. Default: 65536.") }),
    "User namespaces of pods.",
    { since: 33 },
  ),
  hairpinMode: field(
    oneOfTexts("promiscuous-bridge", "hairpin-veth", "none"),
    "How a pod reaches itself through a service. Default: promiscuous-bridge.",
  ),
  crashLoopBackOff: field(
    fieldsOf({ maxContainerRestartPeriod: field(duration, "Longest wait between restarts, 1s to 300s.") }),
    "How containers that crash are restarted.",
    { since: 32 },
  ),
  enableControllerAttachDetach: field(flag, "Leaves attaching volumes to the controller. Default: true."),
  volumePluginDir: field(text, "Folder of volume plugins."),
  volumeStatsAggPeriod: field(duration, "How often volumes' usage is computed. Default: 1m."),
};

const images: Fields = {
  containerRuntimeEndpoint: field(text, "Socket of the container runtime.", { since: 27 }),
  imageServiceEndpoint: field(text, "Socket of the image service. Default: containerRuntimeEndpoint.", {
    since: 27,
  }),
  runtimeRequestTimeout: field(duration, "Wait for the container runtime. Default: 2m."),
  registryPullQPS: field(wholeNumber, "Pulls a second; 0 for no limit. Default: 5."),
  registryBurst: field(wholeNumber, "Pulls beyond registryPullQPS for a moment. Default: 10."),
  serializeImagePulls: field(flag, "Pulls one image after the other. Default: true."),
  maxParallelImagePulls: field(wholeNumber, "Images pulled at once, when not serialized.", { since: 27 }),
  imagePullCredentialsVerificationPolicy: field(
    oneOfTexts("NeverVerify", "NeverVerifyPreloadedImages", "NeverVerifyAllowlistedImages", "AlwaysVerify"),
    "When a pod must prove that it may use an image that is there.",
    { since: 33 },
  ),
  preloadedImagesVerificationAllowlist: field(listOf(text), "Images that need no such proof.", { since: 33 }),
  imageMinimumGCAge: field(duration, "Age at which unused images may be removed. Default: 2m."),
  imageMaximumGCAge: field(duration, "Age at which unused images are removed; 0s for never. Default: 0s.", {
    since: 29,
  }),
  imageGCHighThresholdPercent: field(wholeNumber, "Disk usage above which images are removed. Default: 85."),
  imageGCLowThresholdPercent: field(wholeNumber, "Disk usage that removing images aims at. Default: 80."),
  containerLogMaxSize: field(text, "Size at which a container's log is rotated. Default: 10Mi."),
  containerLogMaxFiles: field(wholeNumber, "Log files kept for a container. Default: 5."),
  containerLogMaxWorkers: field(wholeNumber, "Logs rotated at once. Default: 1.", { since: 30 }),
  containerLogMonitorInterval: field(duration, "How often logs are looked at. Default: 10s.", { since: 30 }),
};

const host: Fields = {
  featureGates: field(mapOf(flag), "Features of the kubelet, by name."),
  protectKernelDefaults: field(flag, "Fails rather than changes kernel settings. Default: false."),
  makeIPTablesUtilChains: field(flag, "Makes chains of iptables that others look for. Default: true."),
  iptablesMasqueradeBit: field(wholeNumber, "Has no effect any more."),
  iptablesDropBit: field(wholeNumber, "Has no effect any more."),
  shutdownGracePeriod: field(duration, "How long a shutdown waits for pods. Default: 0s."),
  shutdownGracePeriodCriticalPods: field(duration, "Part of it that is kept for critical pods. Default: 0s."),
  shutdownGracePeriodByPodPriority: field(
    listOf(
      fieldsOf({
        priority: field(wholeNumber, "Priority from which on this holds."),
        shutdownGracePeriodSeconds: field(wholeNumber, "Seconds that these pods have."),
      }),
    ),
    "How long a shutdown waits, by the pods' priority.",
    { since: 23 },
  ),
};

export const kubeletConfiguration: Fields = {
  ...listening,
  ...talking,
  ...pods,
  ...images,
  ...kubeletResources,
  ...host,
};
