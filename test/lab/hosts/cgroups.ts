import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const mountPoint = "/sys/fs/cgroup";
const parentFolder = "kubeadm-lab";

/** Roots of the cgroup hierarchies: one on cgroup v2, one a controller on v1 (which has `unified` beside them). */
async function hierarchies(): Promise<string[]> {
  if (existsSync(join(mountPoint, "cgroup.controllers"))) return [mountPoint];
  const entries = await readdir(mountPoint, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(mountPoint, entry.name));
}

/** Makes an empty subtree for the host in every hierarchy; their paths.
 *  Leftovers of an earlier boot go first: empty cgroups of dead pods confuse the kubelet. */
export async function createHostCgroups(labName: string, hostName: string): Promise<string[]> {
  await removeCgroups(labName, hostName);
  const created: string[] = [];
  for (const hierarchy of await hierarchies()) {
    let path = hierarchy;
    for (const name of [parentFolder, labName, hostName]) {
      await delegateControllers(path);
      path = join(path, name);
      await mkdir(path, { recursive: true });
      await inheritCpuset(path);
    }
    created.push(path);
  }
  return created;
}

/** cgroup v2: children may use the controllers that their parent has. */
async function delegateControllers(path: string): Promise<void> {
  const available = await readFile(join(path, "cgroup.controllers"), "utf8").catch(() => "");
  for (const controller of available.split(/\s+/).filter((name) => name !== "")) {
    await writeFile(join(path, "cgroup.subtree_control"), `+${controller}`).catch(() => undefined);
  }
}

/** cgroup v1: a new cpuset is empty and takes no process until it has CPUs and memory nodes. */
async function inheritCpuset(path: string): Promise<void> {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    const own = await readFile(join(path, file), "utf8").catch(() => undefined);
    if (own === undefined || own.trim() !== "") continue;
    const parents = await readFile(join(path, "..", file), "utf8").catch(() => "");
    if (parents.trim() !== "") await writeFile(join(path, file), parents);
  }
}

/** Kills what still runs in the lab (or in one host of it) and removes the cgroups. Waits until they are gone. */
export async function removeCgroups(labName: string, hostName?: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    const parts = hostName === undefined ? [parentFolder, labName] : [parentFolder, labName, hostName];
    const root = join(hierarchy, ...parts);
    for (let attempt = 0; existsSync(root) && attempt < 100; attempt++) {
      await removeTree(root);
      if (existsSync(root)) await delay(50);
    }
    if (existsSync(root)) throw new Error(`${root}: cannot be removed; something still runs in it`);
    if (hostName === undefined) await rmdir(join(hierarchy, parentFolder)).catch(() => undefined); // other labs may use it
  }
}

async function removeTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name));
  const processes = await readFile(join(path, "cgroup.procs"), "utf8").catch(() => "");
  for (const line of processes.split("\n")) {
    const pid = Number(line);
    if (pid > 0) kill(pid);
  }
  await rmdir(path).catch(() => undefined); // busy until the killed processes are gone: the caller comes again
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
