import type { KubeconfigFacts } from "../run/phase.ts";
import { adminUserName, originOf } from "./adminConf.ts";
import { parseKubeconfig, textField } from "./kubeconfig.ts";

/**
 * What the kubeconfig at `path` says about the cluster `name`; `text` is "" when there is no file. The digest is
 * given only when cluster, user and context are all there and belong together, so that an entry of which a part
 * was removed is merged again. Throws kubeconfig-invalid.
 */
export function kubeconfigFacts(path: string, text: string, name: string): KubeconfigFacts {
  const config = parseKubeconfig(text);
  const context = config.contexts.get(name);
  if (context === undefined) {
    return { path };
  }
  const cluster = config.clusters.get(textField(context, "cluster") ?? "");
  const user = adminUserName(name);
  const isWhole = context.cluster === name && context.user === user && config.users.has(user);
  const authority = textField(cluster, "certificate-authority-data");
  return {
    path,
    entry: {
      adminConfDigest: isWhole ? originOf(cluster)?.adminConfDigest : undefined,
      caCertificate: authority === undefined ? undefined : Buffer.from(authority, "base64").toString("utf8"),
    },
  };
}

/** Whether two PEM certificates (or bundles) are the same, whatever their line breaks. */
export function isSameCertificate(one: string, other: string): boolean {
  const [a, b] = [one, other].map((pem) => pem.replaceAll(/\s/g, ""));
  return a === b;
}
