import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";

const setting = "/proc/sys/net/netfilter/nf_conntrack_max";

function keptValue(stateRoot: string): string {
  return join(stateRoot, ".conntrack-max");
}

/** Sets the machine's conntrack limit to exactly what kube-proxy computes. In a network namespace the setting is
 *  read-only, and kube-proxy ends when it finds another value, a higher one too (`nf_conntrack_max: permission
 *  denied`). The machine's own value is kept for restoreConntrackLimit. Does nothing where root may not set it. */
export async function setConntrackLimit(stateRoot: string): Promise<void> {
  const wanted = String(Math.max(131072, 32768 * cpus().length)); // KubeProxyConfiguration: conntrack.min, maxPerCore
  const current = (await readFile(setting, "utf8").catch(() => wanted)).trim();
  if (current === wanted) return;
  try {
    await writeFile(setting, wanted);
  } catch {
    return; // a machine that forbids it; docs/lab.md names the setting for the cluster instead
  }
  if (!existsSync(keptValue(stateRoot))) await writeFile(keptValue(stateRoot), current);
}

/** Gives the machine its own limit back; for when the last lab is gone. */
export async function restoreConntrackLimit(stateRoot: string): Promise<void> {
  const kept = await readFile(keptValue(stateRoot), "utf8").catch(() => undefined);
  if (kept === undefined) return;
  await writeFile(setting, kept).catch(() => undefined);
  await rm(keptValue(stateRoot));
}
