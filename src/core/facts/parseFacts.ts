import type {
  ClusterFacts,
  FactSection,
  HostFacts,
  KernelFacts,
  KubernetesFacts,
  PackageFacts,
  RuntimeFacts,
  SwapFacts,
  SystemFacts,
} from "./hostFacts.ts";
import { decodeBase64 } from "../shell/base64.ts";
import { plainText } from "../shell/sanitizer.ts";
import { factSections } from "./hostFacts.ts";

/** Both clocks at the same moment, seconds since 1970: the host's, and ours when its answer arrived. */
export interface ClockReading {
  readonly theirs: number;
  readonly ours: number;
}

/**
 * Reads what factsScript printed, for the sections that were asked. Never throws: what the host left out is
 * empty, false or undefined.
 */
export function parseFacts(
  output: string,
  sections: readonly FactSection[],
  clock: ClockReading,
): Partial<HostFacts> {
  const values = parseLines(output);
  const wanted = new Set(sections);
  return {
    ...(wanted.has("system") && { system: system(values, clock) }),
    ...(wanted.has("swap") && { swap: swap(values) }),
    ...(wanted.has("kernel") && { kernel: kernel(values) }),
    ...(wanted.has("runtime") && { runtime: runtime(values) }),
    ...(wanted.has("packages") && { packages: packages(values) }),
    ...(wanted.has("kubernetes") && { kubernetes: kubernetes(values) }),
  };
}

/** All sections; for the first look at a host. */
export function parseAllFacts(output: string, clock: ClockReading): HostFacts {
  return parseFacts(output, factSections, clock) as HostFacts;
}

/** NAME=VALUE and NAME:BASE64 lines, by name. */
function parseLines(output: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of output.split("\n")) {
    const plain = /^([\w./@-]+?)=(.*)$/.exec(line);
    const encoded = /^([\w./@-]+):([A-Za-z0-9+/=]*)$/.exec(line);
    const text = decodeBase64(encoded?.[2] ?? "");
    if (encoded?.[1] !== undefined && text !== undefined) {
      values.set(encoded[1], text);
    } else if (plain?.[1] !== undefined) {
      values.set(plain[1], plain[2] ?? "");
    }
  }
  return values;
}

type Values = ReadonlyMap<string, string>;

function lines(values: Values, name: string): readonly string[] {
  return (values.get(name) ?? "")
    .split("\n")
    .map((line) => plainText(line).trim())
    .filter(Boolean);
}

/** What follows `prefix` in the names, with the values. */
function entriesBelow(values: Values, prefix: string): readonly (readonly [string, string])[] {
  return [...values]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length), value]);
}

/** A fact of one line; undefined when it is missing. */
function line(values: Values, name: string): string | undefined {
  const value = values.get(name);
  return value === undefined ? undefined : plainText(value);
}

function number(values: Values, name: string): number {
  return Number(values.get(name) ?? 0) || 0;
}

/** Interfaces that container runtimes and pod networks make: their MAC addresses say nothing about a machine. */
const virtualInterface =
  /^(lo|veth|cni|flannel|docker|br-|virbr|cali|tunl|vxlan|weave|vethwe|datapath|dummy|kube-|nodelocaldns|lxc|cilium|wg|tun|tap)/;

function system(values: Values, clock: ClockReading): SystemFacts {
  const release = osRelease(values.get("system.osRelease") ?? "");
  const selinux = line(values, "system.selinux")?.toLowerCase();
  return {
    hostname: line(values, "system.hostname") ?? "",
    machineId: line(values, "system.machineId") ?? "",
    productUuid: (line(values, "system.productUuid") ?? "").toLowerCase(),
    macAddresses: entriesBelow(values, "system.mac.")
      .filter(([name, mac]) => !virtualInterface.test(name) && !/^(00:)*00$/.test(mac))
      .map(([, mac]) => plainText(mac).toLowerCase())
      .sort(),
    os: {
      id: release.ID ?? "",
      idLike: (release.ID_LIKE ?? "").split(" ").filter(Boolean),
      version: release.VERSION_ID ?? "",
      codename: release.VERSION_CODENAME ?? "",
      prettyName: release.PRETTY_NAME ?? release.NAME ?? "unknown",
    },
    kernelRelease: line(values, "system.kernelRelease") ?? "",
    machine: line(values, "system.machine") ?? "",
    cpus: number(values, "system.cpus"),
    memoryKiB: number(values, "system.memoryKiB"),
    addresses: lines(values, "system.addresses"),
    routes: lines(values, "system.routes"),
    clockOffsetMs: Math.round((clock.theirs - clock.ours) * 1000),
    cgroupVersion: values.get("system.cgroup") === "cgroup2fs" ? 2 : 1,
    freeDiskKiB: number(values, "system.freeDiskKiB"),
    selinux: selinux === "enforcing" || selinux === "permissive" ? selinux : "disabled",
  };
}

/** KEY=VALUE lines of /etc/os-release, without their quotes. */
function osRelease(content: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...content.matchAll(/^(\w+)=(?:"([^"]*)"|'([^']*)'|(.*))$/gm)].map((match) => [
      match[1] ?? "",
      plainText(match[2] ?? match[3] ?? match[4] ?? ""),
    ]),
  );
}

function swap(values: Values): SwapFacts {
  return {
    active: lines(values, "swap.active"),
    fstab: values.get("swap.fstab"),
    units: lines(values, "swap.units"),
    zramGenerator: values.get("swap.zramGenerator"),
  };
}

function kernel(values: Values): KernelFacts {
  return {
    modules: entriesBelow(values, "kernel.module.").map(([name]) => name),
    modulesFile: values.get("kernel.modulesFile"),
    sysctl: Object.fromEntries(entriesBelow(values, "kernel.sysctl.")),
    sysctlFile: values.get("kernel.sysctlFile"),
  };
}

function runtime(values: Values): RuntimeFacts {
  const name = values.get("runtime.package");
  const candidate = line(values, "runtime.candidate");
  return {
    package: name === "containerd" || name === "containerd.io" ? name : undefined,
    version: line(values, "runtime.version")
      ?.replace(/^v/, "")
      .replace(/[~+].*$/, ""),
    candidate: candidate === "(none)" ? undefined : candidate,
    isActive: values.get("runtime.active") === "active",
    isEnabled: values.get("runtime.enabled") === "enabled",
    config: values.get("runtime.config"),
    effectiveConfig: values.get("runtime.effectiveConfig"),
    isConfigNewerThanService: number(values, "runtime.configuredAt") > number(values, "runtime.startedAt"),
  };
}

function packages(values: Values): PackageFacts {
  const manager = values.get("packages.manager");
  const rows = lines(values, "packages.installed").map((row) => row.split(/\s+/));
  return {
    manager: manager === "apt" || manager === "dnf" ? manager : "none",
    installed: Object.fromEntries(rows.map(([, name = "", version = ""]) => [name, version])),
    held: rows.filter(([state]) => state === "h").map(([, name = ""]) => name),
    repositories: Object.fromEntries(entriesBelow(values, "packages.repository.")),
    hasKeyring: values.get("packages.keyring") === "yes",
  };
}

function kubernetes(values: Values): KubernetesFacts {
  return {
    kubelet: {
      isEnabled: values.get("kubernetes.kubelet.enabled") === "enabled",
      isActive: values.get("kubernetes.kubelet.active") === "active",
    },
    caCertificate: values.get("kubernetes.caCertificate"),
    hasJoined: values.get("kubernetes.joined") === "yes",
    kubeletServer: line(values, "kubernetes.kubeletServer"),
    staticPods: entriesBelow(values, "kubernetes.staticPod.")
      .map(([name]) => name.replace(/\.yaml$/, ""))
      .sort(),
    hasAdminConf: values.has("kubernetes.adminConfDigest"),
    adminConfDigest: line(values, "kubernetes.adminConfDigest"),
    leftovers: entriesBelow(values, "kubernetes.leftover.").map(([path]) => path),
    portsInUse: lines(values, "kubernetes.ports").map(portInUse),
    state: Object.fromEntries(entriesBelow(values, "kubernetes.state.")),
    cluster: values.has("kubernetes.nodes") ? cluster(values) : undefined,
  };
}

/** "10250 kubelet" of a line of `ss -Hlntp`. */
function portInUse(line: string): string {
  const port = /:(\d+)\s/.exec(line)?.[1] ?? "?";
  const process = /users:\(\("([^"]+)"/.exec(line)?.[1] ?? "an unknown process";
  return `${port} ${process}`;
}

function cluster(values: Values): ClusterFacts {
  const rows = (name: string): readonly string[][] => lines(values, name).map((line) => line.split("\t"));
  return {
    nodes: rows("kubernetes.nodes").map(([name = "", ready, version = "", address = "", labels = ""]) => ({
      name,
      isReady: ready === "True",
      isControlPlane: /node-role\.kubernetes\.io\/(control-plane|master)\b/.test(labels),
      kubeletVersion: version,
      internalAddress: address.split(" ")[0] ?? "",
    })),
    systemPods: rows("kubernetes.pods").map(([namespace = "", name = "", node = "", phase = "", ready]) => ({
      name: `${namespace}/${name}`,
      node,
      phase,
      isReady: ready === "True",
    })),
    daemonSets: lines(values, "kubernetes.daemonSets"),
  };
}
