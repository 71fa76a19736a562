import type { Host } from "../clusterSpec.ts";
import type { PlacedHost, Rule } from "./rule.ts";

export const duplicateHost: Rule = {
  severity: "error",
  title: "Hosts have names of their own",
  check: ({ hosts }) =>
    repeats(hosts, (host) => host.name).map(({ host, path, first }) => ({
      path: [...path, "name"],
      message: `expected a name of its own, got ${JSON.stringify(host.name)}, which is the name of the host on line ${first.line + 1}`,
    })),
};

export const duplicateAddress: Rule = {
  severity: "error",
  title: "Hosts have addresses of their own",
  check: ({ hosts }) => [
    ...repeats(hosts, (host) => `${host.ssh.address} ${sshPortOf(host)}`).map(({ host, path, first }) => ({
      path: [...path, "ssh", "address"],
      message: `expected an address and port of its own, got ${host.ssh.address} port ${sshPortOf(host)}, which is host ${first.name}`,
    })),
    ...repeats(hosts, (host) => host.privateAddress)
      .filter(
        ({ host, first }) => host.ssh.address !== first.ssh.address || sshPortOf(host) !== sshPortOf(first),
      )
      .map(({ host, path, first }) => ({
        path: [...path, "privateAddress"],
        message: `expected the address by which the other hosts reach it, got ${host.privateAddress}, which is host ${first.name}`,
      })),
  ],
};

/** ssh_config may say another one, for both alike. */
function sshPortOf(host: Host): number {
  return host.ssh.port ?? 22;
}

/** Hosts whose key was there before, with the first that has it. Hosts without a key are left out. */
function repeats(
  hosts: readonly PlacedHost[],
  keyOf: (host: Host) => string | undefined,
): readonly (PlacedHost & { readonly first: Host })[] {
  const seen = new Map<string, Host>();
  return hosts.flatMap((placed) => {
    const key = keyOf(placed.host);
    const first = key === undefined ? undefined : seen.get(key);
    if (key !== undefined && first === undefined) {
      seen.set(key, placed.host);
    }
    return first === undefined ? [] : [{ ...placed, first }];
  });
}
