import { existsSync } from "node:fs";
import { run, runResult } from "../machine/run.ts";
import type { LabSubnet } from "./subnet.ts";

/** The hub and the bridge live in a network namespace of their own ("switch"), so the machine's firewall,
 *  ports 53, 80 and 443 and bridge settings stay out of it. One veth gives the machine an address in the lab. */
export interface LabNetwork {
  readonly labName: string;
  readonly subnet: LabSubnet;
}

const bridge = "lab";

export function switchNamespace(labName: string): string {
  return `kubeadm-lab-${labName}`;
}

export function hostNamespace(labName: string, hostName: string): string {
  return `kubeadm-lab-${labName}-${hostName}`;
}

/** This machine's interface in the lab; interface names hold at most 15 characters. */
function machineInterface(subnetNumber: number): string {
  return `kubelab${subnetNumber}`;
}

/** Several `ip` commands as one process: a lab start runs dozens. */
async function ipBatch(commands: readonly string[], namespace?: string): Promise<void> {
  const inside = namespace === undefined ? [] : ["-n", namespace];
  await run(["ip", ...inside, "-batch", "-"], { stdin: commands.join("\n") + "\n" });
}

async function setSysctl(namespace: string, settings: Readonly<Record<string, number>>): Promise<void> {
  const assignments = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  await run(["ip", "netns", "exec", namespace, "sysctl", "-q", "-w", ...assignments]);
}

/** Makes the bridge with the hub's address and the machine's way to it. */
export async function createSwitch({ labName, subnet }: LabNetwork): Promise<void> {
  const namespace = switchNamespace(labName);
  const outside = machineInterface(subnet.number);
  await ipBatch([
    `netns add ${namespace}`,
    `link add ${outside} type veth peer name machine netns ${namespace}`,
    `addr add ${subnet.machine}/24 dev ${outside}`,
    `link set ${outside} up`,
  ]);
  await ipBatch(
    [
      "link set lo up",
      `link add ${bridge} type bridge`,
      `addr add ${subnet.hub}/24 dev ${bridge}`,
      `link set machine master ${bridge} up`,
      `link set ${bridge} up`,
      "route add unreachable default", // an address outside fails at once instead of hanging
    ],
    namespace,
  );
  await setSysctl(namespace, { "net.ipv4.ip_forward": 1 });
}

/** Makes a host's network anew, as a boot finds it: nothing but lo and eth0, and forwarding off. */
export async function createHostNetwork(
  network: LabNetwork,
  hostName: string,
  address: string,
): Promise<void> {
  const { labName, subnet } = network;
  const namespace = hostNamespace(labName, hostName);
  const last = address.slice(address.lastIndexOf(".") + 1);
  const port = `h${last}`;
  // A host keeps its hardware address over a reboot; with a new one its neighbours lose it for a minute.
  const [net, own] = [subnet.number, Number(last)].map((number) => number.toString(16).padStart(2, "0"));
  const mac = `02:00:0a:59:${net}:${own}`;
  // The kernel removes a namespace's interfaces some time after the namespace; the port's name is needed now.
  await runResult(["ip", "-n", switchNamespace(labName), "link", "del", port]);
  await deleteNamespace(namespace);
  await ipBatch([`netns add ${namespace}`]);
  await ipBatch(
    [
      `link add ${port} type veth peer name eth0 address ${mac} netns ${namespace}`,
      `link set ${port} master ${bridge} up`,
    ],
    switchNamespace(labName),
  );
  await ipBatch(
    [
      "link set lo up",
      `addr add ${address}/24 dev eth0`,
      "link set eth0 up",
      `route add default via ${subnet.hub}`,
    ],
    namespace,
  );
  // A new namespace copies these from the machine, whose own value may differ from a fresh server's.
  await setSysctl(namespace, { "net.ipv4.ip_forward": 0 });
}

/** Removes a namespace with its interfaces; no error when there is none. */
export async function deleteNamespace(namespace: string): Promise<void> {
  if (existsSync(`/run/netns/${namespace}`)) await run(["ip", "netns", "del", namespace]);
}

/** Removes the lab's namespaces, and with them bridge and veths. `subnetNumbers` are those the lab holds. */
export async function deleteNetwork(
  labName: string,
  hostNames: readonly string[],
  subnetNumbers: readonly number[],
): Promise<void> {
  for (const number of subnetNumbers) {
    const name = machineInterface(number);
    // The kernel would remove it with the switch, but some time later.
    if (existsSync(`/sys/class/net/${name}`)) await run(["ip", "link", "del", name]);
  }
  for (const hostName of hostNames) await deleteNamespace(hostNamespace(labName, hostName));
  await deleteNamespace(switchNamespace(labName));
}
