import { contains, overlaps, parseAddress, parseSubnet, type Subnet } from "../../network/cidr.ts";
import type { FieldPath } from "../diagnostic.ts";
import type { Fix } from "../fix.ts";
import { hostNamePattern } from "../schema.ts";
import { type SeenHost, seenHosts } from "./knownHosts.ts";
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
    seenHosts(context).flatMap(({ host, path, facts: { system }, seen }) => {
      const { privateAddress } = host;
      if (privateAddress === undefined || system.addresses.length === 0) {
        return [];
      }
      const wanted = parseAddress(privateAddress);
      const isThere = system.addresses.some((address) => {
        const found = address === privateAddress ? wanted : parseAddress(address);
        return found?.family === wanted?.family && found?.value === wanted?.value;
      });
      const field: FieldPath = context.isWritten([...path, "privateAddress"])
        ? [...path, "privateAddress"]
        : [...path, "ssh", "address"];
      return isThere
        ? []
        : [
            {
              path: field,
              message: `expected an address of the host, got ${privateAddress}; it has ${system.addresses.slice(0, 4).join(", ")}, ${seen}; write the one by which the other hosts reach it as privateAddress`,
              fixes: addressesToChoose(system.addresses, context).map((value): Fix => ({
                title: `Set privateAddress to ${value}`,
                edits: [{ kind: "set", path: [...path, "privateAddress"], value }],
              })),
            },
          ];
    }),
};

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
    const ranges = rangesOf(context.spec.networking);
    return seenHosts(context)
      .filter(({ facts }) => !facts.kubernetes.hasJoined)
      .flatMap(({ path, facts, seen }) =>
        ranges.flatMap(([name, range]) => {
          const route = routesOf(facts).find(({ subnet }) => overlaps(range, subnet));
          return route === undefined
            ? []
            : [
                {
                  path: [...path, "name"],
                  message: `expected a host without routes into ${name} ${context.spec.networking[name]}, got one to ${route.text}, ${seen}; choose another ${name}`,
                },
              ];
        }),
      );
  },
};

interface Route {
  readonly text: string;
  readonly subnet: Subnet;
}

/** Read once for each look at a host. */
const knownRoutes = new WeakMap<readonly string[], readonly Route[]>();

function routesOf({ system: { routes } }: SeenHost["facts"]): readonly Route[] {
  const known = knownRoutes.get(routes);
  if (known !== undefined) {
    return known;
  }
  const read = routes.flatMap((text) => {
    const subnet = parseSubnet(text);
    return subnet === undefined ? [] : [{ text, subnet }];
  });
  knownRoutes.set(routes, read);
  return read;
}

type Networking = RuleContext["spec"]["networking"];

function rangesOf(networking: Networking): readonly (readonly ["podSubnet" | "serviceSubnet", Subnet])[] {
  return (["podSubnet", "serviceSubnet"] as const).flatMap((name) =>
    networking[name].split(",").flatMap((text) => {
      const subnet = parseSubnet(text.trim());
      return subnet === undefined ? [] : [[name, subnet] as const];
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
