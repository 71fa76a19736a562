import type { OpenSession } from "../../../src/core/run/session.ts";
import { reveal } from "../../../src/core/shell/secret.ts";
import type { LabCluster } from "../../support/labCluster.ts";
import type { ClusterLab } from "./clusterLab.ts";
import { kill } from "./processes.ts";

/** The cluster's sessions, which let `happens` happen once, before the first script on `host` that matches. */
export function beforeScriptsOf(
  cluster: LabCluster,
  host: string,
  script: RegExp,
  happens: () => Promise<void>,
): OpenSession {
  let happened: Promise<void> | undefined;
  return async (name, signal) => {
    const session = await cluster.sessions.open(name, signal);
    return name !== host
      ? session
      : {
          host,
          run: async (text, options) => {
            if (script.test(reveal(text))) {
              await (happened ??= happens());
            }
            return session.run(text, options);
          },
        };
  };
}

/** Ends the API server of cp-1 for good: the kubelet is stopped, too, which would start it again. */
export async function endApiServer(clusterLab: ClusterLab): Promise<void> {
  await clusterLab.shell("cp-1", "systemctl stop kubelet");
  await kill(clusterLab, "cp-1", /^kube-apiserver/);
}
