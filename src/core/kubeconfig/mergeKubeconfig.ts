import { isDeepStrictEqual } from "node:util";
import { originOf, withOrigin, type AdminEntries } from "./adminConf.ts";
import { withCurrentContext, withEntry, withHeader } from "./editKubeconfig.ts";
import { kubeconfigOf, parseSource, textField, type Fields, type Kubeconfig } from "./kubeconfig.ts";

export interface MergeOptions {
  /** Replace entries of the same names that are another cluster's: only after the person said so. */
  readonly replace: boolean;
  /** Make the cluster's context the current one: only when the person said so, also in a new file. */
  readonly makeCurrent: boolean;
}

/** Why an entry of the same name was not touched. Without secrets, to be shown as it is. */
export interface KubeconfigConflict {
  readonly kind: "other-ca" | "other-server" | "other-credentials" | "other-context";
  /** Such as `cluster "demo"`. */
  readonly entry: string;
  /** What is there and how it differs, as part of a sentence. */
  readonly difference: string;
}

export type MergeResult =
  | { readonly kind: "merged"; readonly text: string }
  /** Everything is there already. */
  | { readonly kind: "unchanged" }
  | { readonly kind: "conflict"; readonly conflicts: readonly KubeconfigConflict[] };

/**
 * The kubeconfig `existing` ("" when there is no file) with a cluster's entries added, or brought up to date
 * where they are ours. All other bytes stay as they are. An entry of the same name that is another cluster's is a
 * conflict unless `replace`. What a person added to our entries (a namespace, a proxy, another address of the
 * server) is kept as long as it is the same cluster. Throws kubeconfig-invalid, see withEntry.
 */
export function mergeKubeconfig(
  existing: string,
  incoming: AdminEntries,
  options: MergeOptions,
): MergeResult {
  const source = parseSource(existing);
  const config = kubeconfigOf(source);
  const conflicts = options.replace ? [] : findConflicts(config, incoming);
  if (conflicts.length > 0) {
    return { kind: "conflict", conflicts };
  }
  const { name, user } = incoming;
  const isNew = existing.trim() === "";
  // In kubectl's own order, for a file that we begin.
  let file = isNew ? withHeader(source) : source;
  file = withEntry(file, "clusters", name, mergedCluster(config.clusters.get(name), incoming));
  file = withEntry(file, "contexts", name, mergedContext(config.contexts.get(name), incoming));
  if (options.makeCurrent) {
    file = withCurrentContext(file, name);
  }
  file = withEntry(file, "users", user, incoming.credentials);
  return file === source ? { kind: "unchanged" } : { kind: "merged", text: file.text };
}

/** In which ways merging without `replace` would overwrite something that is not ours. */
export function findConflicts(config: Kubeconfig, incoming: AdminEntries): readonly KubeconfigConflict[] {
  return [
    clusterConflict(config.clusters.get(incoming.name), incoming),
    credentialsConflict(config, incoming),
    contextConflict(config.contexts.get(incoming.name), incoming),
  ].filter((conflict) => conflict !== undefined);
}

function clusterConflict(
  existing: Fields | undefined,
  incoming: AdminEntries,
): KubeconfigConflict | undefined {
  if (existing === undefined) {
    return undefined;
  }
  const entry = `cluster "${incoming.name}"`;
  if (!isSameAuthority(existing, incoming.cluster)) {
    return { kind: "other-ca", entry, difference: "it trusts another certificate authority" };
  }
  const server = textField(existing, "server");
  if (originOf(existing) === undefined && server !== textField(incoming.cluster, "server")) {
    return { kind: "other-server", entry, difference: `its server is ${server ?? "not given"}` };
  }
  return undefined;
}

function credentialsConflict(config: Kubeconfig, incoming: AdminEntries): KubeconfigConflict | undefined {
  const existing = config.users.get(incoming.user);
  if (existing === undefined || isDeepStrictEqual(existing, incoming.credentials)) {
    return undefined;
  }
  // Renewed certificates of our own entry; anything else in it was put there by the person.
  const cluster = config.clusters.get(incoming.name);
  const isOurs = originOf(cluster) !== undefined && isSameAuthority(cluster, incoming.cluster);
  const hasOurFields = isDeepStrictEqual(
    Object.keys(existing).toSorted(),
    Object.keys(incoming.credentials).toSorted(),
  );
  return isOurs && hasOurFields
    ? undefined
    : { kind: "other-credentials", entry: `user "${incoming.user}"`, difference: "it has other credentials" };
}

function contextConflict(
  existing: Fields | undefined,
  incoming: AdminEntries,
): KubeconfigConflict | undefined {
  if (existing === undefined || pointsTo(existing, incoming)) {
    return undefined;
  }
  const cluster = textField(existing, "cluster") ?? "";
  const user = textField(existing, "user") ?? "";
  return {
    kind: "other-context",
    entry: `context "${incoming.name}"`,
    difference: `it is for cluster "${cluster}" and user "${user}"`,
  };
}

function mergedCluster(existing: Fields | undefined, incoming: AdminEntries): Fields {
  const origin = originOf(incoming.cluster);
  if (existing === undefined || origin === undefined || !isSameAuthority(existing, incoming.cluster)) {
    return incoming.cluster;
  }
  // The cluster still has the address that we wrote once, so another one here was chosen by the person.
  const isServerChosen = originOf(existing)?.server === origin.server;
  const server = isServerChosen ? existing.server : origin.server;
  return withOrigin({ ...existing, ...incoming.cluster, extensions: existing.extensions, server }, origin);
}

function mergedContext(existing: Fields | undefined, incoming: AdminEntries): Fields {
  return existing !== undefined && pointsTo(existing, incoming)
    ? existing
    : { cluster: incoming.name, user: incoming.user };
}

function pointsTo(context: Fields, { name, user }: AdminEntries): boolean {
  return context.cluster === name && context.user === user;
}

function isSameAuthority(one: Fields | undefined, other: Fields): boolean {
  const [authority, otherAuthority] = [one, other].map((cluster) =>
    textField(cluster, "certificate-authority-data")?.replaceAll(/\s/g, ""),
  );
  return authority !== undefined && authority === otherAuthority;
}
