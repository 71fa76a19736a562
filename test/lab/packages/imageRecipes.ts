import { join } from "node:path";
import type { ImageRecipe } from "./imageBuilder.ts";

/** iptables with all its extensions, on nftables as Debian's default is. */
function iptables(libraryFolder: string): Pick<ImageRecipe, "busybox" | "programs" | "copies" | "links"> {
  const names = ["iptables", "ip6tables"].flatMap((name) => [name, `${name}-save`, `${name}-restore`]);
  return {
    busybox: true,
    programs: ["/usr/sbin/xtables-nft-multi", "/usr/sbin/conntrack"],
    copies: [`${libraryFolder}/xtables`],
    links: Object.fromEntries(names.map((name) => [`/usr/sbin/${name}`, "xtables-nft-multi"])),
  };
}

/** Images that kubeadm 1.20 pulls, by the name of their tar. `programs` holds what was built,
 *  `libraryFolder` is such as /usr/lib/x86_64-linux-gnu. */
export function controlPlaneImages(
  programs: string,
  libraryFolder: string,
  kubernetesVersion: string,
): Readonly<Record<string, ImageRecipe>> {
  const program = (name: string): ImageRecipe => ({
    names: [`k8s.gcr.io/${name}:v${kubernetesVersion}`],
    busybox: true,
    executables: { [`/usr/local/bin/${name}`]: join(programs, name) },
  });
  return {
    "kube-apiserver": program("kube-apiserver"),
    "kube-controller-manager": program("kube-controller-manager"),
    "kube-scheduler": program("kube-scheduler"),
    "kube-proxy": { ...iptables(libraryFolder), ...program("kube-proxy") },
    etcd: {
      names: ["k8s.gcr.io/etcd:3.4.13-0"],
      busybox: true,
      programs: ["/usr/bin/etcd", "/usr/bin/etcdctl"],
    },
    "coredns-standin": {
      names: ["k8s.gcr.io/coredns:1.7.0"],
      executables: { "/coredns": join(programs, "dns") },
      entrypoint: ["/coredns"],
    },
    "pause-standin": {
      // containerd 1.6 wants 3.6 by its own default, beside kubeadm's 3.2.
      names: ["k8s.gcr.io/pause:3.2", "k8s.gcr.io/pause:3.6"],
      executables: { "/pause": join(programs, "pause") },
      entrypoint: ["/pause"],
      user: "65535:65535",
    },
  };
}

/** Names by which the manifests start the real plugins' programs: standins/podnetwork decides by its own name. */
const networkPrograms = [
  "/home/weave/launch.sh",
  "/opt/bin/flanneld",
  "/usr/bin/cilium-agent",
  "/usr/bin/cilium-operator-generic",
  "/usr/bin/kube-controllers",
  "/usr/bin/weave-npc",
  "/usr/local/bin/kube-router",
  "/usr/sbin/start_runit",
];

/** Images of pod network plugins, and two for workloads. `podnetwork` is the compiled stand-in. */
export function standInImages(
  podnetwork: string,
  libraryFolder: string,
): Readonly<Record<string, ImageRecipe>> {
  const base = iptables(libraryFolder);
  const network = (names: readonly string[], entrypoint?: string): ImageRecipe => ({
    ...base,
    names,
    executables: { "/usr/local/bin/podnetwork": podnetwork },
    links: {
      ...base.links,
      ...Object.fromEntries(networkPrograms.map((path) => [path, "/usr/local/bin/podnetwork"])),
    },
    ...(entrypoint === undefined ? {} : { entrypoint: [entrypoint] }),
  });
  return {
    "calico-controllers-standin": network(
      ["quay.io/calico/kube-controllers:v3.32.1"],
      "/usr/bin/kube-controllers",
    ),
    "calico-standin": network(["quay.io/calico/node:v3.32.1"], "/usr/sbin/start_runit"),
    "cilium-standin": network(["quay.io/cilium/cilium:v1.20.1", "quay.io/cilium/operator-generic:v1.20.1"]),
    "flannel-standin": network(["ghcr.io/flannel-io/flannel:v0.28.9"]),
    "kube-router-standin": network(
      ["docker.io/cloudnativelabs/kube-router:v2.11.1", "docker.io/cloudnativelabs/kube-router:latest"],
      "/usr/local/bin/kube-router",
    ),
    "weave-npc-standin": network(["docker.io/weaveworks/weave-npc:2.8.1"], "/usr/bin/weave-npc"),
    "weave-standin": network(["docker.io/weaveworks/weave-kube:2.8.1"]),
    busybox: {
      names: ["latest", "1.28", "1.36"].map((tag) => `docker.io/library/busybox:${tag}`),
      busybox: true,
      command: ["sh"],
    },
    nginx: {
      names: ["latest", "stable", "alpine", "1.25", "1.27"].map((tag) => `docker.io/library/nginx:${tag}`),
      busybox: true,
      programs: ["/usr/sbin/nginx"],
      folders: ["/var/log/nginx", "/var/lib/nginx"],
      texts: {
        "/etc/nginx/nginx.conf": nginxConfiguration,
        "/usr/share/nginx/html/index.html": nginxPage,
      },
      command: ["nginx", "-g", "daemon off;"],
    },
  };
}

const nginxConfiguration = `user root;
worker_processes 1;
error_log /dev/stderr notice;
pid /tmp/nginx.pid;
events { worker_connections 256; }
http {
  default_type text/html;
  access_log /dev/stdout;
  server { listen 80; root /usr/share/nginx/html; }
}
`;

const nginxPage = `<!DOCTYPE html>
<html>
<head><title>Welcome to nginx!</title></head>
<body><h1>Welcome to nginx!</h1></body>
</html>
`;
