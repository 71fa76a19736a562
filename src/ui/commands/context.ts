import * as vscode from "vscode";
import { Cancelled, KubeadmError } from "../../core/errors.ts";
import type { Host } from "../../core/spec/clusterSpec.ts";
import type { ClusterStore } from "../inventory/clusterStore.ts";
import type { ClusterEntry, InventoryItem } from "../inventory/inventoryModel.ts";
import type { PlanDocuments } from "../plan/planDocuments.ts";
import type { ClusterRuns, SoundCluster } from "../runs/clusterRuns.ts";
import type { Services } from "../services.ts";
import type { RunTerminals } from "../terminals/runTerminals.ts";

/** What commands work with. */
export interface CommandContext {
  readonly store: ClusterStore;
  readonly runs: ClusterRuns;
  readonly terminals: RunTerminals;
  readonly plans: PlanDocuments;
  readonly services: Services;
  readonly log: vscode.LogOutputChannel;
}

/**
 * The cluster that a command is meant for: of the row it was called on, else of the active editor, else the only
 * one, else the one that the person picks. Throws Cancelled when none is picked, spec-invalid when its spec is
 * broken.
 */
export async function clusterFor({ store }: CommandContext, item: InventoryItem | undefined): Promise<SoundCluster> {
  await store.load();
  const entry = item?.entry ?? activeEntry(store) ?? (await pickEntry(store));
  const current = store.entry(entry.uri) ?? entry;
  const problem = current.problems[0];
  if (problem !== undefined || current.spec === undefined) {
    throw new KubeadmError({
      code: "spec-invalid",
      message: `${current.label}:${(problem?.line ?? 0) + 1}: ${problem?.message ?? "the spec is empty"}`,
      next: "Correct the spec; the Problems view lists everything that is wrong.",
    });
  }
  return { entry: current, spec: current.spec };
}

/** The host that a command is meant for, with its cluster; picked when it was not called on a host's row. */
export async function hostFor(
  context: CommandContext,
  item: InventoryItem | undefined,
): Promise<{ readonly cluster: SoundCluster; readonly host: Host }> {
  const cluster = await clusterFor(context, item);
  const name = item?.kind === "host" ? item.host.name : await pickHost(cluster);
  const host = cluster.spec.hosts.find((candidate) => candidate.name === name);
  if (host === undefined) {
    throw new KubeadmError({ code: "host-unknown", host: name, message: "the spec has no such host any more", next: "Refresh the inventory." });
  }
  return { cluster, host };
}

function activeEntry(store: ClusterStore): ClusterEntry | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri.toString();
  return uri === undefined ? undefined : store.entry(uri);
}

async function pickEntry(store: ClusterStore): Promise<ClusterEntry> {
  const [only, ...others] = store.entries;
  if (only === undefined) {
    throw new KubeadmError({
      code: "spec-invalid",
      message: "this workspace has no cluster spec.",
      next: 'Make one with "Kubeadm: New Cluster Spec".',
    });
  }
  if (others.length === 0) {
    return only;
  }
  const items = store.entries.map((entry) => ({ label: entry.spec?.name ?? entry.label, description: entry.label, entry }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: "Which cluster?" });
  if (picked === undefined) {
    throw new Cancelled();
  }
  return picked.entry;
}

async function pickHost({ spec }: SoundCluster): Promise<string> {
  const items = spec.hosts.map(({ name, role, ssh }) => ({ label: name, description: `${role} · ${ssh.address}` }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: `Which host of ${spec.name}?` });
  if (picked === undefined) {
    throw new Cancelled();
  }
  return picked.label;
}
