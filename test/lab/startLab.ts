import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { baseRoot } from "./hosts/baseRoot.ts";
import { createHostFiles } from "./hosts/hostFiles.ts";
import { bootHosts, cutPower, startHub, stopLabProcesses } from "./hosts/processes.ts";
import { restoreConntrackLimit, setConntrackLimit } from "./hosts/conntrackLimit.ts";
import { createSwitch, deleteNetwork } from "./hosts/network.ts";
import { anySubnetClaimed, claimSubnet, claimedSubnets, labSubnet, releaseSubnets } from "./hosts/subnet.ts";
import { removeCgroups } from "./hosts/cgroups.ts";
import { servedHosts } from "./hub/servedTree.ts";
import { readLabState, writeLabState } from "./labState.ts";
import type { HostRole, LabHostState, LabState } from "./labState.ts";
import { labKeys, makeServerCertificate } from "./machine/keys.ts";
import type { LabKeys } from "./machine/keys.ts";
import { hostPaths, labPaths, stateDirectory } from "./machine/paths.ts";
import { silentProgress } from "./machine/progress.ts";
import type { Progress } from "./machine/progress.ts";
import { requireMachine } from "./machine/requirements.ts";
import { runResult } from "./machine/run.ts";
import type { CommandResult, RunOptions } from "./machine/run.ts";
import { servedTrees } from "./packages/servedTrees.ts";
import { copySnapshot } from "./snapshot.ts";

export interface LabOptions {
  /** Labs of different names run beside each other. "lab" unless told. */
  readonly name?: string;
  /** 1 unless told. */
  readonly controlPlanes?: number;
  /** 2 unless told. */
  readonly workers?: number;
  /** Folder with debs, images and manifests; unless told, Kubernetes is built from Debian's source package.
   *  Null leaves Kubernetes out: hosts and Debian's packages only, for tests that need no cluster. */
  readonly packages?: string | null;
  readonly progress?: Progress;
}

/** One public host key as OpenSSH shows it. */
export interface HostKey {
  /** Such as `ssh-ed25519`. */
  readonly type: string;
  /** Such as `SHA256:…`. */
  readonly fingerprint: string;
  /** Base64, as in known_hosts. */
  readonly key: string;
}

export interface LabHost {
  readonly name: string;
  readonly role: HostRole;
  readonly address: string;
  readonly port: 22;
  readonly hostKeys: readonly HostKey[];
}

export interface Lab {
  readonly name: string;
  readonly hosts: readonly LabHost[];
  readonly hubAddress: string;
  /** Private key that root, kube (sudo without password) and pwuser (password "lab") accept on every host. */
  readonly sshKey: string;
  /** known_hosts file with all hosts' keys. */
  readonly knownHosts: string;
  /** JSON lines of what the hub was asked. */
  readonly requestLog: string;
  /** Runs argv as root in the host, past SSH and its firewall. Rejects when the host is off. */
  readonly exec: (host: string, argv: readonly string[], options?: RunOptions) => Promise<CommandResult>;
  /** Makes sites unreachable: their names get NXDOMAIN, open connections 503. Replaces an earlier list. */
  readonly block: (sites: readonly string[]) => Promise<void>;
  /** Keeps all hosts' disks under `label`, as after a power cut, and boots the hosts again. */
  readonly snapshot: (label?: string) => Promise<void>;
  /** Puts back the disks kept under `label` and boots the hosts. */
  readonly restore: (label?: string) => Promise<void>;
  /** Cuts the power of all hosts and boots them, or of one. */
  readonly reset: (host?: string) => Promise<void>;
  /** Removes the lab and everything it made. */
  readonly stop: () => Promise<void>;
}

/** Starts a lab and waits until every host answers SSH. Replaces a broken lab of the same name; throws for a running one. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const name = options.name ?? "lab";
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name))
    throw new RangeError(`${name}: a lab's name is lower case letters, digits and dashes`);
  const progress = options.progress ?? silentProgress;
  await requireMachine(progress);
  const paths = labPaths(name);
  if (existsSync(paths.state)) throw new Error(`lab ${name} exists already: run down first`);
  await stopLab(name); // what a crashed start may have left

  const keys = await labKeys();
  const base = await baseRoot(keys, progress);
  const trees = await servedTrees({ packages: options.packages, baseRoot: base, keys, progress });
  await mkdir(paths.root, { recursive: true });
  const subnet = await claimSubnet(stateDirectory(), name);
  const roles: HostRole[] = [
    ...Array<HostRole>(options.controlPlanes ?? 1).fill("control-plane"),
    ...Array<HostRole>(options.workers ?? 2).fill("worker"),
  ];
  const state: LabState = {
    name,
    subnetNumber: subnet.number,
    baseRoot: base,
    servedTrees: trees,
    hosts: hostNames(roles).map((host, index) => ({ ...host, address: subnet.host(index) })),
  };
  await writeLabState(paths, state);
  try {
    await progress.step(`Hub and ${state.hosts.length} hosts up, SSH answering`, async () => {
      await setConntrackLimit(stateDirectory());
      await createSwitch({ labName: name, subnet });
      await Promise.all([
        makeServerCertificate(keys, [...servedHosts(trees)], subnet.hub, paths.root).then(() =>
          startHub(state),
        ),
        Promise.all(state.hosts.map((host) => createHostFiles(state, host))).then(() => bootHosts(state)),
      ]);
      await writeKnownHosts(state);
    });
  } catch (error) {
    await stopLab(name);
    throw error;
  }
  return openLab(name, keys);
}

/** Names hosts by role and count: cp-1, cp-2, worker-1, ... */
function hostNames(roles: readonly HostRole[]): Pick<LabHostState, "name" | "role">[] {
  const counts: Record<HostRole, number> = { "control-plane": 0, worker: 0 };
  return roles.map((role) => ({ name: `${role === "worker" ? "worker" : "cp"}-${++counts[role]}`, role }));
}

/** The lab of this name that an earlier process started. Rejects with NoSuchLab when there is none. */
export async function openLab(name = "lab", knownKeys?: LabKeys): Promise<Lab> {
  const paths = labPaths(name);
  const state = await readLabState(paths);
  const keys = knownKeys ?? (await labKeys());
  const whilePowerIsOff = async (
    hosts: readonly LabHostState[],
    work: () => Promise<void>,
  ): Promise<void> => {
    await Promise.all(hosts.map((host) => cutPower(state, host)));
    await work();
    await bootHosts(state, hosts);
    await writeKnownHosts(state);
  };
  return {
    name,
    hosts: await Promise.all(
      state.hosts.map(async (host) => ({
        ...host,
        port: 22 as const,
        hostKeys: await hostKeys(state, host),
      })),
    ),
    hubAddress: labSubnet(state.subnetNumber).hub,
    sshKey: keys.sshKey,
    knownHosts: paths.knownHosts,
    requestLog: paths.requestLog,
    exec: async (host, argv, options) => {
      const pid = (await readFile(hostPaths(paths.root, host).initPid, "utf8").catch(() => "")).trim();
      if (pid === "") throw new Error(`${host} is off, or lab ${name} has no such host`);
      const enter = [
        "nsenter",
        "--target",
        pid,
        "--mount",
        "--uts",
        "--ipc",
        "--net",
        "--pid",
        "--cgroup",
        "--",
      ];
      const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
      return runResult([...enter, "env", "-i", "HOME=/root", `PATH=${path}`, ...argv], options);
    },
    block: (sites) => writeFile(paths.blocked, sites.map((site) => `${site}\n`).join("")),
    snapshot: (label = "default") =>
      whilePowerIsOff(state.hosts, () => copySnapshot(state, paths.root, join(paths.snapshots, label))),
    restore: (label = "default") => {
      const kept = join(paths.snapshots, label);
      if (!existsSync(kept)) throw new Error(`lab ${name} has no snapshot ${label}`);
      return whilePowerIsOff(state.hosts, () => copySnapshot(state, kept, paths.root));
    },
    reset: (host) =>
      whilePowerIsOff(
        state.hosts.filter((candidate) => host === undefined || candidate.name === host),
        () => Promise.resolve(),
      ),
    stop: () => stopLab(name),
  };
}

/** Removes every process, namespace, mount, cgroup, interface and file of the lab, and nothing else.
 *  Works from what is found, so also after a crash and when there is no such lab. */
export async function stopLab(name: string): Promise<void> {
  const paths = labPaths(name);
  const hostNamesFound = await readdir(join(paths.root, "hosts")).catch(() => []);
  await stopLabProcesses(name, hostNamesFound);
  await removeCgroups(name);
  const subnets = await claimedSubnets(stateDirectory(), name);
  await deleteNetwork(name, hostNamesFound, subnets);
  await releaseSubnets(stateDirectory(), subnets);
  if (!(await anySubnetClaimed(stateDirectory()))) await restoreConntrackLimit(stateDirectory());
  await rm(paths.root, { recursive: true, force: true });
}

async function hostKeys(state: LabState, host: LabHostState): Promise<HostKey[]> {
  const folder = join(hostPaths(labPaths(state.name).root, host.name).upper, "etc/ssh");
  const files = (await readdir(folder)).filter((file) => file.endsWith(".pub")).sort();
  return Promise.all(
    files.map(async (file) => {
      const [type = "", key = ""] = (await readFile(join(folder, file), "utf8")).split(" ");
      const digest = createHash("sha256")
        .update(Buffer.from(key, "base64"))
        .digest("base64")
        .replace(/=+$/, "");
      return { type, key, fingerprint: `SHA256:${digest}` };
    }),
  );
}

async function writeKnownHosts(state: LabState): Promise<void> {
  const lines: string[] = [];
  for (const host of state.hosts) {
    for (const { type, key } of await hostKeys(state, host))
      lines.push(`${host.name},${host.address} ${type} ${key}\n`);
  }
  await writeFile(labPaths(state.name).knownHosts, lines.join(""));
}
