import type { HostFacts } from "../../facts/hostFacts.ts";
import { overlaps, parseSubnet } from "../../network/cidr.ts";
import { osFamily, unsupported } from "../../packages/packageManager.ts";
import type { Finding, PlanContext } from "../../run/phase.ts";
import { minorOf, type ClusterSpec, type Host } from "../../spec/clusterSpec.ts";
import { leftoversOf, membershipOf } from "../membership.ts";

/** kubeadm's own minimum for a control plane is 1700 MiB, which machines sold as "2 GB" have. */
const MIN_MEMORY_KIB = 1700 * 1024;
const MIN_CPUS = 2;
const MIN_DISK_KIB = 2_000_000;
const FIRST_MINOR_WITHOUT_CGROUP_V1 = 35;
const FIRST_MINOR = 20;

interface Subject {
  readonly host: Host;
  readonly facts: HostFacts;
  readonly context: PlanContext;
}

type Check = (subject: Subject) => readonly Omit<Finding, "host">[];

/** Findings about one host at a time. */
export function onEachHost(context: PlanContext): readonly Finding[] {
  return context.spec.hosts.flatMap((host) => {
    const facts = context.facts.get(host.name);
    return facts === undefined
      ? []
      : checks.flatMap((check) => check({ host, facts, context }).map((found) => ({ ...found, host: host.name })));
  });
}

const system: Check = ({ facts }) =>
  osFamily(facts.system) === undefined ? [{ severity: "error", ...unsupported(facts.system) }] : [];

const size: Check = ({ host, facts: { system: facts } }) => {
  const severity = host.role === "control-plane" ? "error" : "warning";
  const next = "Use a larger machine: 2 CPUs and 2 GB of memory are the least for a control plane.";
  return [
    ...(facts.cpus < MIN_CPUS ? [{ severity, message: `it has ${facts.cpus} CPU, fewer than ${MIN_CPUS}`, next } as const] : []),
    ...(facts.memoryKiB < MIN_MEMORY_KIB
      ? [{ severity, message: `it has ${Math.round(facts.memoryKiB / 1024)} MiB of memory, less than about 2 GB`, next } as const]
      : []),
  ];
};

const disk: Check = ({ facts }) =>
  facts.system.freeDiskKiB < MIN_DISK_KIB && !facts.kubernetes.hasJoined
    ? [
        {
          severity: "error",
          message: `its disk has only ${Math.round(facts.system.freeDiskKiB / 1024)} MiB free, less than 2 GB`,
          next: "Make room on the file system of /var/lib: packages and images go there.",
        },
      ]
    : [];

const addresses: Check = ({ host, facts }) =>
  host.privateAddress !== undefined &&
  facts.system.addresses.length > 0 &&
  !facts.system.addresses.includes(host.privateAddress)
    ? [
        {
          severity: "error",
          message: `the spec says its address is ${host.privateAddress}, but it has ${facts.system.addresses.join(", ")}`,
          next: "Set privateAddress of the host to the address by which the other hosts reach it.",
        },
      ]
    : [];

const hostname: Check = ({ host, facts }) =>
  facts.system.hostname !== host.name
    ? [
        {
          severity: "warning",
          message: `it calls itself ${facts.system.hostname}; its node will be called ${host.name}, as in the spec`,
          next: "Rename the one or the other if that surprises you: hostnamectl set-hostname NAME.",
        },
      ]
    : [];

const ranges: Check = ({ facts, context: { spec } }) =>
  facts.kubernetes.hasJoined
    ? []
    : rangesOf(spec).flatMap(([name, range]) =>
        facts.system.routes
          .filter((route) => areOverlapping(range, route))
          .map((route) => ({
            severity: "error",
            message: `the ${name} ${range} overlaps with its route to ${route}`,
            next: `Choose another ${name} in the spec.`,
          })),
      );

function areOverlapping(range: string, route: string): boolean {
  const [one, other] = [parseSubnet(range), parseSubnet(route)];
  return one !== undefined && other !== undefined && overlaps(one, other);
}

function rangesOf({ networking }: ClusterSpec): readonly (readonly [string, string])[] {
  return [
    ["podSubnet", networking.podSubnet],
    ["serviceSubnet", networking.serviceSubnet],
  ];
}

const version: Check = ({ facts, context: { spec } }) => {
  const minor = minorOf(spec.kubernetesVersion);
  if (minor < FIRST_MINOR) {
    const message = `Kubernetes ${spec.kubernetesVersion} is older than 1.${FIRST_MINOR}, the oldest that is supported`;
    return [{ severity: "error", message, next: "Put a newer kubernetesVersion into the spec." }];
  }
  return minor >= FIRST_MINOR_WITHOUT_CGROUP_V1 && facts.system.cgroupVersion === 1
    ? [
        {
          severity: "error",
          message: `it uses cgroup v1, which the kubelet refuses from 1.${FIRST_MINOR_WITHOUT_CGROUP_V1} on`,
          next: "Boot it with cgroup v2 (systemd.unified_cgroup_hierarchy=1), or use a newer system.",
        },
      ]
    : [];
};

const earlierInstallation: Check = ({ host, facts, context }) => {
  const next = `Run "Reset node" on ${host.name}; it says what it removes before it does.`;
  switch (membershipOf(host, facts, context)) {
    case "member":
      return host.role === "control-plane" && facts.kubernetes.cluster === undefined
        ? [
            {
              severity: "error",
              message: "it is a control plane, but its API server does not answer",
              next: "Look at the kubelet (journalctl -u kubelet) and the containers (crictl ps -a) there.",
            },
          ]
        : [];
    case "foreign":
      return [
        { severity: "error", message: "it is a node of another cluster, or of an earlier one of this name", next },
      ];
    case "half-way": {
      const left = leftoversOf(facts);
      const message = `an earlier installation left ${left.slice(0, 3).join(", ")}${left.length > 3 ? ` and ${left.length - 3} more` : ""}`;
      return [{ severity: "error", message, next }];
    }
    case "none":
      return facts.kubernetes.portsInUse.length > 0
        ? [
            {
              severity: "error",
              message: `a port that Kubernetes needs is in use: ${facts.kubernetes.portsInUse.join(", ")}`,
              next: "Stop what listens there, or reset the host if it is an earlier installation.",
            },
          ]
        : [];
  }
};

const selinux: Check = ({ facts }) =>
  facts.system.selinux === "enforcing"
    ? [
        {
          severity: "warning",
          message: "SELinux is enforcing; some pod networks do not work with it",
          next: "If pods cannot use their volumes, install container-selinux, or set it permissive.",
        },
      ]
    : [];

const checks: readonly Check[] = [
  system,
  size,
  disk,
  addresses,
  hostname,
  ranges,
  version,
  earlierInstallation,
  selinux,
];
