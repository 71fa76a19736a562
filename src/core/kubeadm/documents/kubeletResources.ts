import {
  decimal,
  duration,
  field,
  type Fields,
  fieldsOf,
  flag,
  listOf,
  mapOf,
  oneOfTexts,
  quantity,
  text,
  wholeNumber,
} from "./fieldType.ts";

/** What the kubelet keeps and enforces of the host's CPUs, memory and disks. */
export const kubeletResources: Fields = {
  cgroupDriver: field(oneOfTexts("systemd", "cgroupfs"), "Who manages cgroups. kubeadm's default: systemd."),
  cgroupRoot: field(text, "Cgroup that pods are under."),
  cgroupsPerQOS: field(flag, "Cgroups for each class of pods. Default: true."),
  kubeletCgroups: field(text, "Cgroup of the kubelet."),
  systemCgroups: field(text, "Cgroup of processes that are in none."),
  failCgroupV1: field(flag, "Does not start on hosts with cgroup v1. Default: true from 1.35 on.", {
    since: 31,
  }),
  cpuManagerPolicy: field(oneOfTexts("none", "static"), "Whether pods get CPUs of their own. Default: none."),
  cpuManagerPolicyOptions: field(mapOf(text), "Options of the static policy.", { since: 22 }),
  cpuManagerReconcilePeriod: field(duration, "How often CPUs are assigned anew. Default: 10s."),
  memoryManagerPolicy: field(
    oneOfTexts("None", "Static"),
    "Whether pods get memory of their own. Default: None.",
    { since: 21 },
  ),
  topologyManagerPolicy: field(
    oneOfTexts("none", "best-effort", "restricted", "single-numa-node"),
    "How CPUs and devices are kept together. Default: none.",
  ),
  topologyManagerScope: field(oneOfTexts("container", "pod"), "What is kept together. Default: container."),
  topologyManagerPolicyOptions: field(mapOf(text), "Options of the topology manager.", { since: 26 }),
  qosReserved: field(mapOf(text), "Share of memory that is kept for guaranteed pods, such as memory: 50%."),
  cpuCFSQuota: field(flag, "Enforces CPU limits. Default: true."),
  cpuCFSQuotaPeriod: field(duration, "Period of CPU limits. Default: 100ms."),
  maxOpenFiles: field(wholeNumber, "Files that the kubelet may open. Default: 1000000."),
  oomScoreAdj: field(wholeNumber, "The kubelet's oom-score-adj. Default: -999."),
  singleProcessOOMKill: field(flag, "Kills one process instead of the whole container.", { since: 32 }),
  failSwapOn: field(flag, "Does not start while swap is on. Default: true."),
  memorySwap: field(
    fieldsOf({
      swapBehavior: field(
        oneOfTexts("", "NoSwap", "LimitedSwap", { value: "UnlimitedSwap", until: 29 }),
        "How much swap pods may use.",
      ),
    }),
    "Swap of pods.",
    { since: 22 },
  ),
  memoryThrottlingFactor: field(decimal, "Share of its limit at which a container is throttled.", {
    since: 22,
  }),
  memoryReservationPolicy: field(
    oneOfTexts("None", "TieredReservation"),
    "Whether requested memory is protected. Default: None.",
    { since: 36 },
  ),
  evictionHard: field(
    mapOf(text),
    "Thresholds at which pods are evicted at once, such as memory.available: 100Mi.",
  ),
  evictionSoft: field(mapOf(text), "Thresholds at which pods are evicted after a grace period."),
  evictionSoftGracePeriod: field(mapOf(text), "Grace period of each soft threshold."),
  evictionPressureTransitionPeriod: field(duration, "Wait until pressure counts as over. Default: 5m."),
  evictionMaxPodGracePeriod: field(
    wholeNumber,
    "Longest grace period in seconds of a soft eviction. Default: 0.",
  ),
  evictionMinimumReclaim: field(mapOf(text), "How much an eviction frees at least."),
  mergeDefaultEvictionSettings: field(
    flag,
    "Keeps the defaults of thresholds that are not set. Default: false.",
    {
      since: 33,
    },
  ),
  systemReserved: field(mapOf(text), "Resources kept for the system, such as memory: 500Mi."),
  kubeReserved: field(mapOf(text), "Resources kept for Kubernetes, such as cpu: 200m."),
  reservedSystemCPUs: field(text, "CPUs kept for the system, such as 0-1."),
  systemReservedCgroup: field(text, "Cgroup that systemReserved is enforced on."),
  kubeReservedCgroup: field(text, "Cgroup that kubeReserved is enforced on."),
  enforceNodeAllocatable: field(
    listOf(
      oneOfTexts(
        "none",
        "pods",
        "system-reserved",
        "kube-reserved",
        { value: "system-reserved-compressible", since: 32 },
        { value: "kube-reserved-compressible", since: 32 },
      ),
    ),
    "Which reservations are enforced. Default: pods.",
  ),
  reservedMemory: field(
    listOf(
      fieldsOf({
        numaNode: field(wholeNumber, "Number of the NUMA node."),
        limits: field(mapOf(quantity), "How much is kept of each kind of memory.", { isRequired: true }),
      }),
    ),
    "Memory of NUMA nodes that pods do not get.",
    { since: 21 },
  ),
  localStorageCapacityIsolation: field(flag, "Limits of local storage. Default: true.", { since: 25 }),
  kernelMemcgNotification: field(flag, "Lets the kernel tell of memory pressure. Default: false."),
};
