import * as vscode from "vscode";
import { KubeadmError } from "../../core/errors.ts";
import { mergeIntoKubeconfig, readKubeconfigFacts, setCurrentContext } from "../../files/kubeconfigFile.ts";
import type { KubeconfigPlaces } from "../../files/kubeconfigPath.ts";
import type { UserKubeconfig } from "../services.ts";

/**
 * A cluster's entry in the person's own kubeconfig. An entry of the same name that belongs to something else is
 * replaced only when the person says so.
 */
export function userKubeconfig(cluster: string, places: KubeconfigPlaces): UserKubeconfig {
  const environment = { places, now: () => new Date() };
  return {
    facts: () => readKubeconfigFacts(cluster, places),

    async merge({ name, adminConfDigest }, adminConf) {
      const request = { adminConf, name, makeCurrent: false, ...(adminConfDigest !== undefined && { adminConfDigest }) };
      try {
        return await mergeIntoKubeconfig({ ...request, replace: false }, environment);
      } catch (error) {
        if (!(error instanceof KubeadmError && error.code === "kubeconfig-conflict") || !(await confirmsReplacing(error))) {
          throw error;
        }
        return await mergeIntoKubeconfig({ ...request, replace: true }, environment);
      }
    },

    use: () => setCurrentContext(cluster, environment),
  };
}

async function confirmsReplacing(conflict: KubeadmError): Promise<boolean> {
  const replace = "Replace";
  const detail = `${conflict.next ?? ""}\n\nA backup of the file is kept either way.`;
  return (await vscode.window.showWarningMessage(conflict.what, { modal: true, detail }, replace)) === replace;
}
