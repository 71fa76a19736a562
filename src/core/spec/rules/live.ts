import { contains, overlaps, parseAddress, parseSubnet, type Subnet } from "../../network/cidr.ts";
import type { Fix } from "../fix.ts";
import { hostNamePattern } from "../schema.ts";
import { seenHosts } from "./knownHosts.ts";
import type { Rule, RuleContext } from "./rule.ts";

export const liveHostname: Rule = {
  severity: "information",
  title: "Hosts call themselves as the spec calls them",
  check: (context) => {
    const seen = seenHosts(context);
    const names = new Set(context.hosts.map(({ host }) => host.name));
    return seen
      .filter(({ host, facts: { system } }) => !isName(system.hostname, host.name))
      .map(({ host, path, facts: { system }, seen: age }) => ({
        path: [...path, "name"],
        message: `expected a host that calls itself ${host.name}, got ${system.hostname}, ${age}; its node will be called ${host.name} all the same`,
        fixes:
          hostNamePattern.test(system.hostname) && !names.has(system.hostname)
            ? [
                {
                  title: `Change it to ${system.hostname}`,
                  edits: [{ kind: "set", path: [...path, "name"], value: system.hostname }],
                },
              ]
            : [],
      }));
  },
};

/** With or without its domain. */
function isName(hostname: string, name: string): boolean {
  return hostname === "" || hostname === name || hostname.startsWith(`${name}.`);
}

export const liveAddress: Rule = {
  severity: "information",
  title: "Hosts have the addresses that the spec gives them",
  check: (context) =>
    seenHosts(context)
      .filter(({ host: { privateAddress }, facts: { system } }) => {
        const isKnown = privateAddress !== undefined && system.addresses.length > 0;
        return isKnown && !hasAddress(system.addresses, privateAddress);
      })
      .map(({ host, path, facts: { system }, seen }) => {
        const field = [...path, "privateAddress"];
        const has = system.addresses.slice(0, 4).join(", ");
        return {
          path: context.isWritten(field) ? field : [...path, "ssh", "address"],
          message: `expected an address of the host, got ${host.privateAddress}; it has ${has}, ${seen}; write the one by which the other hosts reach it as privateAddress`,
          fixes: addressesToChoose(system.addresses, context).map((value): Fix => ({
            title: `Set privateAddress to ${value}`,
            edits: [{ kind: "set", path: field, value }],
          })),
        };
      }),
};

/** However the addresses are written. */
function hasAddress(addresses: readonly string[], address: string): boolean {
  if (addresses.includes(address)) {
    return true;
  }
  const wanted = parseAddress(address);
  return addresses
    .map(parseAddress)
    .some((found) => found?.family === wanted?.family && found?.value === wanted?.value);
}

/** Addresses that other hosts may reach it by: none of its pod network or of Docker's bridge. */
function addressesToChoose(addresses: readonly string[], { spec, hosts }: RuleContext): readonly string[] {
  const inside = [...rangesOf(spec.networking).map(([, range]) => range), parseSubnet("172.17.0.0/16")];
  const taken = new Set(hosts.map(({ host }) => host.privateAddress));
  return addresses
    .filter((address) => {
      const parsed = parseAddress(address);
      return (
        parsed !== undefined &&
        !taken.has(address) &&
        !inside.some((subnet) => subnet !== undefined && contains(subnet, parsed))
      );
    })
    .slice(0, 3);
}

export const liveRoute: Rule = {
  severity: "information",
  title: "Hosts have no routes into the cluster's own networks",
  check: (context) => {
    const { networking } = context.spec;
    const ranges = rangesOf(networking);
    // Hosts mostly have the same routes.
    const known = new Map<string, readonly Range[]>();
    const rangesWith = (route: string): readonly Range[] => {
      const found = known.get(route) ?? overlapping(ranges, route);
      known.set(route, found);
      return found;
    };
    return seenHosts(context)
      .filter(({ facts }) => !facts.kubernetes.hasJoined)
      .flatMap(({ path, facts, seen }) => {
        const clashes = facts.system.routes.flatMap((route) =>
          rangesWith(route).map(([name]) => ({ route, name })),
        );
        return clashes
          .filter(({ name }, index) => clashes.findIndex((clash) => clash.name === name) === index)
          .map(({ route, name }) => ({
            path: [...path, "name"],
            message: `expected a host without routes into ${name} ${networking[name]}, got one to ${route}, ${seen}; choose another ${name}`,
          }));
      });
  },
};

function overlapping(ranges: readonly Range[], route: string): readonly Range[] {
  const subnet = parseSubnet(route);
  return subnet === undefined ? [] : ranges.filter(([, range]) => overlaps(range, subnet));
}

type Range = readonly ["podSubnet" | "serviceSubnet", Subnet];

type Networking = RuleContext["spec"]["networking"];

function rangesOf(networking: Networking): readonly Range[] {
  return (["podSubnet", "serviceSubnet"] as const).flatMap((name) =>
    networking[name].split(",").flatMap((text) => {
      const subnet = parseSubnet(text.trim());
      return subnet === undefined ? [] : [[name, subnet]];
    }),
  );
}

/** kubeadm's own least for a control plane; machines sold as 2 GB have it. Source: kubeadm's preflight checks Mem and NumCPU */
const leastMemoryMiB = 1700;
const leastCpus = 2;

export const liveMemory: Rule = {
  severity: "information",
  title: "Control planes are as large as kubeadm wants them",
  check: (context) =>
    seenHosts(context)
      .filter(({ host }) => host.role === "control-plane")
      .flatMap(({ path, facts: { system }, seen }) => {
        const memory = Math.floor(system.memoryKiB / 1024);
        const isSmall = system.memoryKiB > 0 && memory < leastMemoryMiB;
        const hasFewCpus = system.cpus > 0 && system.cpus < leastCpus;
        const has = [
          ...(isSmall ? [`${memory} MiB of memory`] : []),
          ...(hasFewCpus ? [`${system.cpus} CPU`] : []),
        ];
        return has.length === 0
          ? []
          : [
              {
                path: [...path, "name"],
                message: `expected at least ${leastMemoryMiB} MiB of memory and ${leastCpus} CPUs for a control plane, got ${has.join(" and ")}, ${seen}; use a larger machine`,
              },
            ];
      }),
};
