import { KubeadmError, messageOf, type Place } from "../core/errors.ts";

/** The button of a notification that leads to a line of a file. */
export const openLine = "Open Line";

/** An error as a notification shows it. */
export interface ErrorNotice {
  readonly text: string;
  /** The line to lead to, when there is one. */
  readonly place: Place | undefined;
}

/** A KubeadmError speaks for itself; anything else is a bug of ours. */
export function toErrorNotice(error: unknown): ErrorNotice {
  return error instanceof KubeadmError
    ? { text: error.message, place: error.place }
    : { text: `Kubeadm met an error of its own: ${messageOf(error)}`, place: undefined };
}

/** How a run failed: the first failure in full, the number of the others, and the lines that any of them leads to. */
export interface RunNotice {
  readonly text: string;
  readonly places: readonly HostPlace[];
}

/** A line, and the host whose failure leads to it. */
export interface HostPlace {
  readonly host: string;
  readonly place: Place;
}

/** The notice about a run named `title`; hosts that one line concerns are named together. */
export function toRunNotice(title: string, failures: readonly KubeadmError[]): RunNotice {
  const [first, ...others] = failures;
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  const hosts = new Map<string, { readonly names: Set<string>; readonly place: Place }>();
  for (const { host, place } of failures) {
    if (place !== undefined) {
      const key = `${place.file}:${place.line}`;
      const entry = hosts.get(key) ?? { names: new Set(), place };
      hosts.set(key, entry);
      entry.names.add(host ?? "the cluster");
    }
  }
  return {
    text: `${first?.message ?? `${title} failed.`}${more}`,
    places: [...hosts.values()].map(({ names, place }) => ({ host: [...names].join(", "), place })),
  };
}
