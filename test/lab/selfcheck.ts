// The tutorial by hand: a whole cluster with plain ssh, apt-get, kubeadm and kubectl on a lab's hosts.
import { startLab } from "./startLab.ts";
import type { Lab, LabHost } from "./startLab.ts";
import type { Progress } from "./machine/progress.ts";
import { run } from "./machine/run.ts";
import { kubernetesVersion } from "./packages/kubernetesDebs.ts";

/** Where a user finds each plugin's manifest, and the sed that gives it our pod subnet where it needs one. */
const networks: Readonly<Record<string, { readonly manifest: string; readonly edit?: string }>> = {
  calico: {
    manifest: "https://raw.githubusercontent.com/projectcalico/calico/v3.32.1/manifests/calico.yaml",
  },
  cilium: {
    manifest: "https://raw.githubusercontent.com/cilium/cilium/v1.20.1/install/kubernetes/quick-install.yaml",
    edit: 's#cluster-pool-ipv4-cidr: .*#cluster-pool-ipv4-cidr: "10.244.0.0/16"#',
  },
  flannel: { manifest: "https://github.com/flannel-io/flannel/releases/download/v0.28.9/kube-flannel.yml" },
  "kube-router": {
    manifest:
      "https://raw.githubusercontent.com/cloudnativelabs/kube-router/v2.11.1/daemonset/kubeadm-kuberouter.yaml",
  },
  weave: {
    manifest: "https://github.com/weaveworks/weave/releases/download/v2.8.1/weave-daemonset-k8s.yaml",
  },
};

const minor = `v${kubernetesVersion.split(".").slice(0, 2).join(".")}`;

const prepareHost = `
export DEBIAN_FRONTEND=noninteractive
printf 'overlay\\nbr_netfilter\\n' > /etc/modules-load.d/k8s.conf
modprobe overlay
modprobe br_netfilter
printf 'net.bridge.bridge-nf-call-iptables = 1\\nnet.bridge.bridge-nf-call-ip6tables = 1\\nnet.ipv4.ip_forward = 1\\n' > /etc/sysctl.d/k8s.conf
sysctl -q --system
apt-get -qq update
apt-get -qq install -y containerd curl gpg apt-transport-https ca-certificates
mkdir -p /etc/containerd /etc/apt/keyrings
containerd config default > /etc/containerd/config.toml
sed -i -e 's/SystemdCgroup = false/SystemdCgroup = true/' -e 's#bin_dir = .*#bin_dir = "/opt/cni/bin"#' /etc/containerd/config.toml
systemctl restart containerd
curl -fsSL https://pkgs.k8s.io/core:/stable:/${minor}/deb/Release.key | gpg --dearmor -o /etc/apt/keyrings/kubernetes.gpg
echo 'deb [signed-by=/etc/apt/keyrings/kubernetes.gpg] https://pkgs.k8s.io/core:/stable:/${minor}/deb/ /' > /etc/apt/sources.list.d/kubernetes.list
apt-get -qq update
apt-get -qq install -y kubelet kubeadm kubectl
apt-mark hold kubelet kubeadm kubectl
`;

const kubeadmConfiguration = `apiVersion: kubeadm.k8s.io/v1beta2
kind: InitConfiguration
nodeRegistration:
  criSocket: /run/containerd/containerd.sock
---
apiVersion: kubeadm.k8s.io/v1beta2
kind: ClusterConfiguration
kubernetesVersion: v${kubernetesVersion}
networking:
  podSubnet: 10.244.0.0/16
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: systemd
`;

export interface SelfcheckOptions {
  readonly name: string;
  /** A key of `networks`. */
  readonly network: string;
  /** Leave the lab running at the end, whatever it was. */
  readonly keep: boolean;
  readonly progress: Progress;
}

/** Starts a lab, makes a cluster in it, reaches pods across hosts, and removes the lab again unless `keep`.
 *  Throws at the first thing that is not as it should be. */
export async function selfcheck({ name, network, keep, progress }: SelfcheckOptions): Promise<void> {
  const plugin = networks[network];
  if (plugin === undefined)
    throw new RangeError(`${network}: not one of ${Object.keys(networks).join(", ")}`);
  const lab = await startLab({ name, progress });
  try {
    await progress.step("Fresh hosts to a working cluster", () => makeCluster(lab, plugin, progress));
  } finally {
    if (!keep) await progress.step("Lab removed", () => lab.stop());
  }
}

async function makeCluster(
  lab: Lab,
  plugin: { readonly manifest: string; readonly edit?: string },
  progress: Progress,
): Promise<void> {
  const [first, ...others] = lab.hosts;
  if (first === undefined) throw new RangeError("a cluster needs a host");
  const on = (host: LabHost, script: string): Promise<string> => sshScript(lab, host, script);
  const kubectl = (words: string): Promise<string> =>
    on(first, `kubectl --kubeconfig /etc/kubernetes/admin.conf ${words}`);

  await progress.step("  hosts prepared", () => Promise.all(lab.hosts.map((host) => on(host, prepareHost))));
  await progress.step("  kubeadm init", async () => {
    await on(
      first,
      `cat > /root/kubeadm.yaml <<'EOF'\n${kubeadmConfiguration}EOF\nkubeadm init --config /root/kubeadm.yaml`,
    );
  });
  await progress.step("  pod network applied", () =>
    on(
      first,
      `curl -fsSL ${plugin.manifest} | sed -e '${plugin.edit ?? ""}' | kubectl --kubeconfig /etc/kubernetes/admin.conf apply -f -`,
    ),
  );
  await progress.step("  kubeadm join", async () => {
    const join = (await on(first, "kubeadm token create --print-join-command")).trim();
    await Promise.all(others.map((host) => on(host, `${join} --cri-socket /run/containerd/containerd.sock`)));
  });
  await progress.step("  all nodes Ready", () =>
    kubectl("wait --for=condition=Ready node --all --timeout=60s"),
  );
  await progress.step("  DNS ready", () =>
    kubectl("-n kube-system rollout status deployment/coredns --timeout=60s"),
  );
  await progress.step("  nginx rolled out", async () => {
    await kubectl("create deployment nginx --image=nginx --replicas=3");
    await kubectl("expose deployment nginx --port=80");
    await kubectl("rollout status deployment/nginx --timeout=60s");
  });
  await progress.step("  pods and Service answer from every host", async () => {
    const pods = (await kubectl("get pods -l app=nginx -o jsonpath='{.items[*].status.podIP}'"))
      .trim()
      .split(/\s+/);
    const service = (await kubectl("get service nginx -o jsonpath='{.spec.clusterIP}'")).trim();
    if (pods.length !== 3) throw new Error(`three nginx pods expected, found ${pods.join(" ")}`);
    for (const host of lab.hosts) {
      for (const address of [...pods, service]) {
        const page = await on(
          host,
          `curl -fsS --max-time 10 --retry 5 --retry-connrefused http://${address}/`,
        );
        if (!page.includes("Welcome to nginx"))
          throw new Error(`${host.name}: ${address} answers something else: ${page}`);
      }
    }
    await kubectl(
      "run lookup --image=busybox --restart=Never --attach --rm --quiet -- nslookup nginx.default.svc.cluster.local",
    );
    progress.say(`        pods at ${pods.join(", ")}, Service at ${service}`);
  });
}

/** Runs a shell script as root by OpenSSH; its output. */
function sshScript(lab: Lab, host: LabHost, script: string): Promise<string> {
  const options = [
    "-i",
    lab.sshKey,
    "-o",
    `UserKnownHostsFile=${lab.knownHosts}`,
    "-o",
    "BatchMode=yes",
    "-o",
    "IdentitiesOnly=yes",
  ];
  return run(["ssh", ...options, `root@${host.address}`, "bash -eo pipefail"], { stdin: script });
}
