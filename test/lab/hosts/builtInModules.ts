/** Kernel features that a cluster loads by name, as paths below `kernel/`. A machine whose kernel has them
 *  compiled in has no module files, and `modprobe overlay` would fail there without an index of built-ins. */
export const builtInModules = [
  "drivers/net/tun",
  "drivers/net/veth",
  "drivers/net/vxlan/vxlan",
  "fs/fuse/fuse",
  "fs/overlayfs/overlay",
  "net/802/stp",
  "net/bridge/br_netfilter",
  "net/bridge/bridge",
  "net/ipv4/netfilter/ip_tables",
  "net/ipv6/netfilter/ip6_tables",
  "net/llc/llc",
  "net/netfilter/ipset/ip_set",
  "net/netfilter/nf_conntrack",
  "net/netfilter/nf_nat",
  "net/netfilter/nf_tables",
  "net/netfilter/xt_MASQUERADE",
  "net/netfilter/xt_comment",
  "net/netfilter/xt_conntrack",
];
