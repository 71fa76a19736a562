import { clientConnection, logging } from "./componentFields.ts";
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

// Source: kubernetes/kubernetes, staging/src/k8s.io/kube-proxy/config/v1alpha1/types.go; `since` is the first minor
// whose types have the field.

const masqueradeFields: Fields = {
  masqueradeBit: field(wholeNumber, "Bit of the packet mark for SNAT, 0 to 31."),
  masqueradeAll: field(flag, "SNAT for all traffic to services. Default: false."),
};

const syncFields: Fields = {
  syncPeriod: field(duration, "Longest time between syncs. Default: 30s."),
  minSyncPeriod: field(duration, "Shortest time between syncs. Default: 1s."),
};

const detectLocalMode = oneOfTexts(
  "",
  "ClusterCIDR",
  "NodeCIDR",
  { value: "BridgeInterface", since: 24 },
  { value: "InterfaceNamePrefix", since: 24 },
);

export const kubeProxyConfiguration: Fields = {
  featureGates: field(mapOf(flag), "Features of kube-proxy, by name."),
  clientConnection: field(clientConnection, "How kube-proxy talks to the API server."),
  logging: field(logging, "How kube-proxy logs.", { since: 28 }),
  hostnameOverride: field(text, "Name of the node. Default: the host's name."),
  bindAddress: field(text, "The node's address. Default: 0.0.0.0."),
  healthzBindAddress: field(text, "Address and port of health checks. Default: 0.0.0.0:10256."),
  metricsBindAddress: field(text, "Address and port of metrics. Default: 127.0.0.1:10249."),
  bindAddressHardFail: field(flag, "Ends when it cannot listen. Default: false."),
  enableProfiling: field(flag, "Serves /debug/pprof. Default: false."),
  showHiddenMetricsForVersion: field(text, "Minor whose hidden metrics are shown."),
  mode: field(
    oneOfTexts("", "iptables", "ipvs", { value: "nftables", since: 29 }, "kernelspace", {
      value: "userspace",
      until: 25,
    }),
    "How packets reach pods. Default: iptables. ipvs is deprecated since 1.35.",
  ),
  iptables: field(
    fieldsOf({
      ...masqueradeFields,
      localhostNodePorts: field(flag, "Node ports on localhost too. Default: true.", { since: 26 }),
      ...syncFields,
    }),
    "Settings of the iptables mode.",
  ),
  ipvs: field(
    fieldsOf({
      ...syncFields,
      scheduler: field(text, "How connections are spread, such as rr."),
      excludeCIDRs: field(listOf(text), "Subnets whose IPVS services are left alone."),
      strictARP: field(flag, "Does not answer ARP for service addresses. Default: false."),
      tcpTimeout: field(duration, "How long idle TCP sessions are kept; 0s for the system's."),
      tcpFinTimeout: field(duration, "How long TCP sessions are kept after FIN; 0s for the system's."),
      udpTimeout: field(duration, "How long UDP sessions are kept; 0s for the system's."),
    }),
    "Settings of the ipvs mode.",
  ),
  nftables: field(fieldsOf({ ...masqueradeFields, ...syncFields }), "Settings of the nftables mode.", {
    since: 29,
  }),
  winkernel: field(
    fieldsOf({
      networkName: field(text, "Network of endpoints and policies."),
      sourceVip: field(text, "Source address of load balancing."),
      enableDSR: field(flag, "Direct server return."),
      rootHnsEndpointName: field(text, "Endpoint of the host's own network.", { since: 24 }),
      forwardHealthCheckVip: field(flag, "Forwards health checks of services.", { since: 24 }),
    }),
    "Settings for Windows.",
  ),
  detectLocalMode: field(detectLocalMode, "How local traffic is told. Default: ClusterCIDR."),
  detectLocal: field(
    fieldsOf({
      bridgeInterface: field(text, "Bridge whose traffic is local, in the mode BridgeInterface."),
      interfaceNamePrefix: field(text, "Prefix of interfaces whose traffic is local, in that mode."),
    }),
    "What detectLocalMode needs.",
    { since: 24 },
  ),
  clusterCIDR: field(text, "Subnet of pods; kubeadm sets it."),
  nodePortAddresses: field(listOf(text), "Subnets of addresses that node ports are on, or primary."),
  oomScoreAdj: field(wholeNumber, "kube-proxy's oom-score-adj. Default: -999."),
  conntrack: field(
    fieldsOf({
      maxPerCore: field(
        wholeNumber,
        "Connections tracked for each core; 0 for the system's. Default: 32768.",
      ),
      min: field(wholeNumber, "Connections tracked at least. Default: 131072."),
      tcpEstablishedTimeout: field(duration, "How long idle TCP connections are kept. Default: 24h."),
      tcpCloseWaitTimeout: field(duration, "How long TCP connections in CLOSE_WAIT are kept. Default: 1h."),
      tcpBeLiberal: field(flag, "Lets packets outside the TCP window through.", { since: 29 }),
      udpTimeout: field(duration, "How long unreplied UDP is kept.", { since: 29 }),
      udpStreamTimeout: field(duration, "How long replied UDP is kept.", { since: 29 }),
    }),
    "Connection tracking.",
  ),
  configSyncPeriod: field(duration, "How often the API server is asked again. Default: 15m."),
  portRange: field(text, "Has no effect any more."),
  udpIdleTimeout: field(duration, "How long UDP connections are kept in the mode userspace.", { until: 25 }),
  windowsRunAsService: field(flag, "Talks to Windows' service manager.", { since: 31 }),
};
