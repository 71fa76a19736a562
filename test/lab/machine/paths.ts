import { homedir } from "node:os";
import { join } from "node:path";

/** What is expensive to make and may be kept: roots, packages, keys. `KUBEADM_LAB_CACHE` moves it. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return env["KUBEADM_LAB_CACHE"] ?? join(homedir(), ".cache", "kubeadm-lab");
}

/** Where running labs keep their hosts, one folder a lab. `KUBEADM_LAB_STATE` moves it. */
export function stateDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return env["KUBEADM_LAB_STATE"] ?? "/var/lib/kubeadm-lab";
}

/** Paths inside one lab's state folder. */
export interface LabPaths {
  readonly root: string;
  /** LabState as JSON. */
  readonly state: string;
  /** One line a request that the hub answered. */
  readonly requestLog: string;
  /** Names that the hub answers as if their site were down, one a line. */
  readonly blocked: string;
  readonly hubLog: string;
  readonly snapshots: string;
  readonly knownHosts: string;
}

export function labPaths(labName: string, env: NodeJS.ProcessEnv = process.env): LabPaths {
  const root = join(stateDirectory(env), labName);
  return {
    root,
    state: join(root, "lab.json"),
    requestLog: join(root, "requests.log"),
    blocked: join(root, "blocked"),
    hubLog: join(root, "hub.log"),
    snapshots: join(root, "snapshots"),
    knownHosts: join(root, "known_hosts"),
  };
}

/** Paths of one host inside a lab. `upper` and `data` are what the host keeps over a reboot. */
export interface HostPaths {
  readonly root: string;
  /** The host's own changes over the base root (overlayfs). */
  readonly upper: string;
  readonly work: string;
  readonly merged: string;
  /** Folders that cannot lie on an overlay, bind-mounted into the host by their own path. */
  readonly data: string;
  readonly bootId: string;
  readonly console: string;
  /** Process id, as this machine counts, of the host's PID 1. */
  readonly initPid: string;
  readonly supervisorPid: string;
  readonly supervisorLog: string;
}

export function hostPaths(labRoot: string, hostName: string): HostPaths {
  const root = join(labRoot, "hosts", hostName);
  return {
    root,
    upper: join(root, "upper"),
    work: join(root, "work"),
    merged: join(root, "merged"),
    data: join(root, "data"),
    bootId: join(root, "boot_id"),
    console: join(root, "console.log"),
    initPid: join(root, "init.pid"),
    supervisorPid: join(root, "supervisor.pid"),
    supervisorLog: join(root, "supervisor.log"),
  };
}
