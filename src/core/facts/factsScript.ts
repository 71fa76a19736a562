import { factSections, type FactSection } from "./hostFacts.ts";
import { kernelModules, kernelSettings, kubernetesPackages, paths } from "./paths.ts";

/**
 * A POSIX shell script that prints the facts of the given sections, for parseFacts. It changes nothing, fails
 * at nothing (what cannot be found out is left out), and needs no more than coreutils; ip, ss, apt or dnf,
 * containerd and kubectl are asked where they exist.
 * A line is NAME=VALUE for one line of text, NAME:BASE64 for any text.
 */
export function factsScript(sections: readonly FactSection[] = factSections): string {
  return [helpers, ...sections.map((section) => scripts[section])].join("\n");
}

const helpers = `
line() { [ -z "$2" ] || printf '%s=%s\\n' "$1" "$2"; }
text() { printf '%s:%s\\n' "$1" "$(printf '%s' "$2" | base64 | tr -d '\\n')"; }
file() { [ ! -f "$2" ] || printf '%s:%s\\n' "$1" "$(base64 < "$2" | tr -d '\\n')"; }
has() { command -v "$1" > /dev/null 2>&1; }
`;

const system = `
line system.hostname "$(cat /proc/sys/kernel/hostname)"
line system.machineId "$(cat /etc/machine-id)"
line system.productUuid "$(cat /sys/class/dmi/id/product_uuid 2> /dev/null)"
for link in /sys/class/net/*; do
  line "system.mac.\${link##*/}" "$(cat "$link/address")"
done
file system.osRelease /etc/os-release
line system.kernelRelease "$(uname -r)"
line system.machine "$(uname -m)"
line system.cpus "$(nproc)"
line system.memoryKiB "$(sed -n 's/^MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)"
if has ip; then
  text system.addresses "$(ip -o addr show scope global | sed 's/.* inet6* \\([^ /]*\\).*/\\1/')"
  text system.routes "$(ip route show | sed -n 's/^\\([0-9.]*\\/[0-9]*\\) .*/\\1/p')"
else
  text system.addresses "$(hostname -I | tr ' ' '\\n')"
fi
line system.cgroup "$(stat -fc %T /sys/fs/cgroup)"
line system.freeDiskKiB "$(df -Pk /var/lib /etc | awk 'NR > 1 { print $4 }' | sort -n | head -n 1)"
line system.selinux "$(has getenforce && getenforce)"
`;

const swap = `
text swap.active "$(awk 'NR > 1 { print $1 }' /proc/swaps)"
file swap.fstab ${paths.fstab}
file swap.zramGenerator ${paths.zramGenerator}
text swap.units "$(systemctl list-units --type=swap --state=active --plain --no-legend | awk '{ print $1 }')"
`;

const kernel = `
for module in ${kernelModules.join(" ")}; do
  if [ -d "/sys/module/$module" ]; then line "kernel.module.$module" loaded; fi
done
if grep -qw overlay /proc/filesystems; then line kernel.module.overlay loaded; fi
if [ -d /proc/sys/net/bridge ]; then line kernel.module.br_netfilter loaded; fi
for key in ${Object.keys(kernelSettings).join(" ")}; do
  line "kernel.sysctl.$key" "$(cat "/proc/sys/$(printf %s "$key" | tr . /)" 2> /dev/null)"
done
file kernel.modulesFile ${paths.modulesFile}
file kernel.sysctlFile ${paths.sysctlFile}
`;

const runtime = `
for package in containerd containerd.io; do
  if has dpkg-query && dpkg-query -W -f='\${db:Status-Abbrev}' "$package" 2> /dev/null | grep -q '^.i'; then
    line runtime.package "$package"
  elif has rpm && rpm -q "$package" > /dev/null 2>&1; then
    line runtime.package "$package"
  fi
done
if has containerd; then
  line runtime.version "$(containerd --version | awk '{ print $3 }')"
  text runtime.effectiveConfig "$(containerd config dump 2> /dev/null)"
elif has apt-cache; then
  line runtime.candidate "$(apt-cache policy containerd 2> /dev/null | sed -n 's/^ *Candidate: //p')"
fi
file runtime.config ${paths.containerdConfig}
line runtime.active "$(systemctl is-active containerd)"
line runtime.enabled "$(systemctl is-enabled containerd)"
pid=$(systemctl show -p MainPID containerd | cut -d= -f2)
line runtime.startedAt "$(stat -c %Y "/proc/$pid")"
line runtime.configuredAt "$(stat -c %Y ${paths.containerdConfig})"
`;

const packages = `
if has apt-get; then
  line packages.manager apt
  text packages.installed "$(dpkg-query -W -f='\${db:Status-Abbrev} \${Package} \${Version}\\n' \\
    ${kubernetesPackages.join(" ")} cri-tools kubernetes-cni curl 2> /dev/null | sed -n 's/^\\(.\\)i./\\1/p')"
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    if [ "$list" = ${paths.aptRepository} ] ||
      grep -qE 'apt\\.kubernetes\\.io|packages\\.cloud\\.google\\.com/apt|pkgs\\.k8s\\.io' "$list" 2> /dev/null; then
      file "packages.repository.$list" "$list"
    fi
  done
  [ ! -s ${paths.aptKeyring} ] || line packages.keyring yes
elif has dnf; then
  line packages.manager dnf
  text packages.installed "$(rpm -q --qf 'i %{NAME} %{VERSION}-%{RELEASE}\\n' \\
    ${kubernetesPackages.join(" ")} cri-tools kubernetes-cni curl | grep '^i ')"
  for list in /etc/yum.repos.d/*.repo; do
    if [ "$list" = ${paths.rpmRepository} ] ||
      grep -qE 'packages\\.cloud\\.google\\.com/yum|pkgs\\.k8s\\.io' "$list" 2> /dev/null; then
      file "packages.repository.$list" "$list"
    fi
  done
  line packages.keyring yes
fi
`;

const kubernetes = `
line kubernetes.kubelet.enabled "$(systemctl is-enabled kubelet)"
line kubernetes.kubelet.active "$(systemctl is-active kubelet)"
file kubernetes.caCertificate ${paths.caCertificate}
if [ -f /etc/kubernetes/kubelet.conf ]; then
  line kubernetes.kubeletServer "$(sed -n 's/^ *server: //p' /etc/kubernetes/kubelet.conf | head -n 1)"
  [ ! -e /var/lib/kubelet/pki/kubelet-client-current.pem ] || line kubernetes.joined yes
fi
for manifest in /etc/kubernetes/manifests/*.yaml; do
  [ ! -f "$manifest" ] || line "kubernetes.staticPod.\${manifest##*/}" yes
done
for path in /etc/kubernetes/*.conf /etc/kubernetes/manifests/* /etc/kubernetes/pki/* /var/lib/etcd/* /etc/cni/net.d/*; do
  [ ! -e "$path" ] || line "kubernetes.leftover.$path" yes
done
if has ss; then
  text kubernetes.ports "$(ss -Hlntp | awk '$4 ~ /:(6443|2379|2380|10250|10256|10257|10259)$/')"
fi
for state in ${paths.state}/*; do
  file "kubernetes.state.\${state##*/}" "$state"
done
if [ -f ${paths.adminConf} ]; then
  line kubernetes.adminConfDigest "$(sha256sum < ${paths.adminConf} | cut -d' ' -f1)"
  ask() { timeout 15 kubectl --kubeconfig ${paths.adminConf} --request-timeout=8s get "$@"; }
  if has kubectl && nodes=$(ask nodes -o 'jsonpath={range .items[*]}{.metadata.name}{"\\t"}{.status.conditions[?(@.type=="Ready")].status}{"\\t"}{.status.nodeInfo.kubeletVersion}{"\\t"}{.status.addresses[?(@.type=="InternalIP")].address}{"\\t"}{.metadata.labels}{"\\n"}{end}'); then
    text kubernetes.nodes "$nodes"
    text kubernetes.daemonSets "$(ask daemonsets -A -o 'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name}{"\\n"}{end}')"
    text kubernetes.pods "$(ask pods -A -o 'jsonpath={range .items[*]}{.metadata.namespace}{"\\t"}{.metadata.name}{"\\t"}{.spec.nodeName}{"\\t"}{.status.phase}{"\\t"}{.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}' | grep -E '^(kube-|calico-|tigera-|cilium)')"
  fi
fi
`;

const scripts: Readonly<Record<FactSection, string>> = { system, swap, kernel, runtime, packages, kubernetes };
