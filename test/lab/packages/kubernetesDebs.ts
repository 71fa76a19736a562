import { chmod, copyFile, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../machine/run.ts";
import { renderControl } from "./debControl.ts";

/** Kubernetes 1.20.2 is the version of bookworm's source package. */
export const kubernetesVersion = "1.20.2";

interface DebRecipe {
  readonly name: string;
  /** In the form of pkgs.k8s.io: `1.20.2-1.1`. */
  readonly version: string;
  readonly description: string;
  readonly depends?: string;
  /** Executable files by their path on the host: where they lie on this machine. */
  readonly executables?: Readonly<Record<string, string>>;
  readonly texts?: Readonly<Record<string, string>>;
  readonly folders?: Readonly<Record<string, string>>;
  readonly emptyFolders?: readonly string[];
  readonly postinst?: string;
}

/** The source has no packaging; unit and drop-in follow kubernetes.io/docs/setup/production-environment/tools/kubeadm/kubelet-integration. */
const kubeletUnit = `[Unit]
Description=kubelet: The Kubernetes Node Agent
Documentation=https://kubernetes.io/docs/home/
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10

[Install]
WantedBy=multi-user.target
`;

const kubeadmDropIn = `# Note: This dropin only works with kubeadm and kubelet v1.11+
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
# Written by "kubeadm init" and "kubeadm join"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
# For overrides by the user
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
`;

const kubeletPostinst = `#!/bin/sh
set -e
if [ "$1" = configure ] && [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl enable kubelet.service || true
  # It ends and is started again until kubeadm has written its configuration.
  systemctl restart kubelet.service || true
fi
`;

function recipes(programs: string, toolRoot: string): DebRecipe[] {
  const version = `${kubernetesVersion}-1.1`;
  return [
    {
      name: "kubeadm",
      version,
      description: "Command-line utility for creating a Kubernetes cluster",
      depends: "kubelet (>= 1.19.0), kubectl (>= 1.19.0), kubernetes-cni (>= 0.8.7), cri-tools (>= 1.19.0)",
      executables: { "/usr/bin/kubeadm": join(programs, "kubeadm") },
      texts: { "/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf": kubeadmDropIn },
    },
    {
      name: "kubelet",
      version,
      description: "Node agent for Kubernetes clusters",
      depends:
        "iptables (>= 1.4.21), kubernetes-cni (>= 0.8.7), iproute2, socat, util-linux, mount, ebtables, ethtool, conntrack",
      executables: { "/usr/bin/kubelet": join(programs, "kubelet") },
      texts: { "/usr/lib/systemd/system/kubelet.service": kubeletUnit },
      emptyFolders: ["/etc/kubernetes/manifests", "/var/lib/kubelet"],
      postinst: kubeletPostinst,
    },
    {
      name: "kubectl",
      version,
      description: "Command-line utility for interacting with a Kubernetes cluster",
      executables: { "/usr/bin/kubectl": join(programs, "kubectl") },
    },
    {
      name: "kubernetes-cni",
      version: "0.8.7-1.1",
      description: "Binaries required to provision Kubernetes container networking (here Debian's)",
      folders: { "/opt/cni/bin": join(toolRoot, "usr/lib/cni") },
    },
    {
      name: "cri-tools",
      version: "1.20.0-1.1",
      description: "Stand-in for the command-line utility for the Container Runtime Interface",
      executables: { "/usr/bin/crictl": join(programs, "crictl-standin") },
    },
  ];
}

/** Writes the five .debs that pkgs.k8s.io has for a minor, from `programs` (what buildKubernetes.sh made). */
export async function writeKubernetesDebs(
  programs: string,
  toolRoot: string,
  directory: string,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const recipe of recipes(programs, toolRoot)) await writeDeb(recipe, directory);
}

async function writeDeb(recipe: DebRecipe, directory: string): Promise<void> {
  const architecture = (await run(["dpkg", "--print-architecture"])).trim();
  const stage = join(directory, `${recipe.name}.stage`);
  const place = async (path: string): Promise<string> => {
    const file = join(stage, path);
    await mkdir(dirname(file), { recursive: true });
    return file;
  };
  for (const [path, source] of Object.entries(recipe.executables ?? {})) {
    await copyFile(source, await place(path));
    await chmod(join(stage, path), 0o755);
  }
  for (const [path, text] of Object.entries(recipe.texts ?? {})) await writeFile(await place(path), text);
  for (const [path, source] of Object.entries(recipe.folders ?? {}))
    await cp(source, await place(path), { recursive: true });
  for (const path of recipe.emptyFolders ?? []) await mkdir(join(stage, path), { recursive: true });
  const control = new Map([
    ["Package", recipe.name],
    ["Version", recipe.version],
    ["Architecture", architecture],
    ["Maintainer", "Kubeadm lab <lab@kubeadm.invalid>"],
    ...(recipe.depends === undefined ? [] : [["Depends", recipe.depends] as const]),
    ["Description", recipe.description],
  ]);
  await writeFile(await place("DEBIAN/control"), renderControl(control));
  if (recipe.postinst !== undefined) {
    await writeFile(await place("DEBIAN/postinst"), recipe.postinst, { mode: 0o755 });
  }
  const deb = join(directory, `${recipe.name}_${recipe.version}_${architecture}.deb`);
  await run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", stage, deb]);
  await rm(stage, { recursive: true });
}
