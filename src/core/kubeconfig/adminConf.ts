import { createHash } from "node:crypto";
import { invalidKubeconfig, isFields, parseKubeconfig, textField, type Fields } from "./kubeconfig.ts";

/** Name of the extension by which we know an entry of a cluster to be ours. */
export const extensionName = "kubeadm-bootstrap";

/** The entries that an admin.conf becomes in the user's kubeconfig. Holds a private key: never log it. */
export interface AdminEntries {
  /** Name of the cluster and of the context. */
  readonly name: string;
  /** Name of the user entry: NAME-admin. */
  readonly user: string;
  readonly cluster: Fields;
  readonly credentials: Fields;
  /** SHA-256 of the admin.conf, hex. */
  readonly adminConfDigest: string;
}

/** What our extension keeps about where a cluster's entry comes from. */
export interface Origin {
  readonly adminConfDigest: string;
  /** The server that admin.conf named: tells a later change by the person from one by the cluster. */
  readonly server: string;
}

/** Name of the user entry that belongs to the cluster `name`. */
export function adminUserName(name: string): string {
  return `${name}-admin`;
}

/**
 * The entries of a kubeadm admin.conf, renamed after the cluster: every admin.conf calls them `kubernetes`,
 * `kubernetes-admin` and `kubernetes-admin@kubernetes`, so that two of them collide. `digest` is the SHA-256 of
 * the file on the host, given when `adminConf` may differ from it in white space. Throws kubeconfig-invalid.
 */
export function adminEntries(adminConf: string, name: string, digest = sha256(adminConf)): AdminEntries {
  const config = parseKubeconfig(adminConf);
  const context = config.contexts.get(config.currentContext);
  const cluster = config.clusters.get(textField(context, "cluster") ?? "");
  const credentials = config.users.get(textField(context, "user") ?? "");
  const server = textField(cluster, "server");
  if (cluster === undefined || credentials === undefined || server === undefined) {
    throw invalidKubeconfig(
      "the cluster's admin.conf has no current context with a cluster, its server and a user.",
      "Look at /etc/kubernetes/admin.conf on the first control plane.",
    );
  }
  return {
    name,
    user: adminUserName(name),
    cluster: withOrigin(cluster, { adminConfDigest: digest, server }),
    credentials,
    adminConfDigest: digest,
  };
}

/** Where the cluster's entry comes from; undefined when it is not ours. */
export function originOf(cluster: Fields | undefined): Origin | undefined {
  const extension = extensionsOf(cluster).find((item) => item.name === extensionName)?.extension;
  const fields = isFields(extension) ? extension : undefined;
  const adminConfDigest = textField(fields, "adminConfDigest");
  const server = textField(fields, "server");
  return adminConfDigest === undefined || server === undefined ? undefined : { adminConfDigest, server };
}

/** The cluster with our extension saying `origin`; extensions of others stay. */
export function withOrigin(cluster: Fields, origin: Origin): Fields {
  const others = extensionsOf(cluster).filter((item) => item.name !== extensionName);
  const extensions = [...others, { extension: origin, name: extensionName }];
  return { ...cluster, extensions };
}

function extensionsOf(cluster: Fields | undefined): readonly Fields[] {
  const extensions = cluster?.extensions;
  return Array.isArray(extensions) ? extensions.filter(isFields) : [];
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
