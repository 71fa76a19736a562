import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";

/** Where kubeconfigs are looked for, as the environment says. */
export interface KubeconfigPlaces {
  /** Value of the environment variable KUBECONFIG; empty or undefined when it is not set. */
  readonly variable: string | undefined;
  /** The person's home directory. */
  readonly home: string;
}

/** The places of this process' environment. */
export function kubeconfigPlaces(environment: NodeJS.ProcessEnv = process.env): KubeconfigPlaces {
  return { variable: environment.KUBECONFIG, home: homedir() };
}

/** The files that kubectl reads, first one first; whether they exist or not. Absolute. */
export function kubeconfigPaths({ variable, home }: KubeconfigPlaces): readonly string[] {
  const paths = (variable ?? "").split(delimiter).filter((path) => path !== "");
  return paths.length === 0
    ? [join(home, ".kube", "config")]
    : [...new Set(paths.map((path) => resolve(path)))];
}

/**
 * The file into which kubectl writes new entries and the current context: the first one that exists, else the
 * last (GetDefaultFilename in client-go's tools/clientcmd/config.go).
 */
export async function defaultKubeconfigPath(places: KubeconfigPlaces): Promise<string> {
  const paths = kubeconfigPaths(places);
  for (const path of paths) {
    const isThere = await stat(path).then(
      () => true,
      () => false,
    );
    if (isThere) {
      return path;
    }
  }
  return paths.at(-1) ?? join(places.home, ".kube", "config");
}
