import { hostStatus, type ClusterState, type HostState, type HostStatus } from "../../core/run/clusterState.ts";
import type { ClusterSpec, Host, Role } from "../../core/spec/clusterSpec.ts";
import { failureText } from "../../core/errorText.ts";
import { statusText, type StatusText } from "./hostStatusText.ts";

/** A problem of a spec file, as the tree needs it. */
export interface SpecProblem {
  readonly message: string;
  /** Counted from 0. */
  readonly line: number;
}

/** A spec file of the workspace and what is known of its cluster. */
export interface ClusterEntry {
  /** URI of the spec file. */
  readonly uri: string;
  /** File name, relative to the workspace. */
  readonly label: string;
  /** The last spec without errors; undefined when there has been none. */
  readonly spec?: ClusterSpec | undefined;
  readonly problems: readonly SpecProblem[];
  readonly state: ClusterState;
}

/** One row of the inventory, as data. */
export type InventoryItem =
  | { readonly kind: "cluster"; readonly entry: ClusterEntry; readonly label: string; readonly description: string; readonly status: StatusText }
  | { readonly kind: "group"; readonly entry: ClusterEntry; readonly role: Role; readonly label: string; readonly description: string }
  | { readonly kind: "host"; readonly entry: ClusterEntry; readonly host: Host; readonly label: string; readonly description: string; readonly status: StatusText; readonly tooltip: string }
  | { readonly kind: "problem"; readonly entry: ClusterEntry; readonly label: string; readonly line: number };

export function clusterItem(entry: ClusterEntry): InventoryItem {
  const { spec, state } = entry;
  if (spec === undefined) {
    const count = entry.problems.length;
    return {
      kind: "cluster",
      entry,
      label: entry.label,
      description: `${count} ${count === 1 ? "problem" : "problems"}`,
      status: { words: "broken spec", icon: "error", color: "testing.iconFailed" },
    };
  }
  const words = [clusterWords(spec, state), `Kubernetes ${spec.kubernetesVersion}`, entry.label];
  return { kind: "cluster", entry, label: spec.name, description: words.filter(Boolean).join(" · "), status: clusterStatus(spec, state) };
}

/** What is under a row; [] for a leaf. */
export function childrenOf(item: InventoryItem): readonly InventoryItem[] {
  const { entry } = item;
  if (item.kind === "cluster") {
    const problems: readonly InventoryItem[] = entry.problems.map(({ message, line }) => ({ kind: "problem", entry, label: message, line }));
    return [...problems, ...(entry.spec === undefined ? [] : groups(entry, entry.spec))];
  }
  return item.kind === "group" && entry.spec !== undefined
    ? entry.spec.hosts.filter(({ role }) => role === item.role).map((host) => hostItem(entry, host))
    : [];
}

function groups(entry: ClusterEntry, spec: ClusterSpec): readonly InventoryItem[] {
  const titles: readonly (readonly [Role, string])[] = [
    ["control-plane", "Control planes"],
    ["worker", "Workers"],
  ];
  return titles.flatMap(([role, label]) => {
    const count = spec.hosts.filter((host) => host.role === role).length;
    return count === 0 ? [] : [{ kind: "group", entry, role, label, description: String(count) }];
  });
}

export function hostItem(entry: ClusterEntry, host: Host): InventoryItem & { readonly kind: "host" } {
  const state = entry.state.hosts[host.name];
  const status = statusText(hostStatus(host.name, host.role, entry.state));
  return {
    kind: "host",
    entry,
    host,
    label: host.name,
    description: [status.words, host.ssh.address].join(" · "),
    status,
    tooltip: hostTooltip(host, status, state),
  };
}

/** The most important first, as a narrow side bar cuts the rest off; "" while nothing is known. */
function clusterWords(spec: ClusterSpec, state: ClusterState): string {
  if (state.run?.isActive === true) {
    return "running";
  }
  const kinds = spec.hosts.map((host) => hostStatus(host.name, host.role, state).kind);
  const count = (wanted: HostStatus["kind"]): number => kinds.filter((kind) => kind === wanted).length;
  const words: readonly (readonly [number, string])[] = [
    [count("failed"), `${count("failed")} failed`],
    [count("unreachable"), `${count("unreachable")} unreachable`],
    [count("ready"), `${count("ready")}/${spec.hosts.length} Ready`],
  ];
  return words.flatMap(([number, text]) => (number === 0 ? [] : [text])).join(", ");
}

function clusterStatus(spec: ClusterSpec, state: ClusterState): StatusText {
  const kinds = spec.hosts.map((host) => hostStatus(host.name, host.role, state).kind);
  if (state.run?.isActive === true) {
    return { words: "running", icon: "sync~spin", color: "charts.blue" };
  }
  if (kinds.some((kind) => kind === "failed" || kind === "unreachable")) {
    return { words: "failed", icon: "error", color: "testing.iconFailed" };
  }
  return kinds.every((kind) => kind === "ready")
    ? { words: "Ready", icon: "pass-filled", color: "testing.iconPassed" }
    : { words: "not complete", icon: "server-environment" };
}

/** Markdown. What comes from the host is escaped: it is text, whatever it contains. */
export function hostTooltip(host: Host, status: StatusText, state: HostState | undefined): string {
  const rows: (readonly [string, string | undefined])[] = [
    ["Role", host.role],
    ["SSH", sshText(host)],
    ["Private address", host.privateAddress],
  ];
  const facts = state?.facts;
  if (facts !== undefined) {
    const { system, runtime, packages } = facts;
    rows.push(
      ["System", system.os.prettyName],
      ["Kernel", `${system.kernelRelease} ${system.machine}`.trim()],
      ["CPUs", String(system.cpus)],
      ["Memory", `${(system.memoryKiB / 1024 / 1024).toFixed(1)} GiB`],
      ["Container runtime", runtime.version === undefined ? "none" : `containerd ${runtime.version}`],
      ["Kubelet", packages.installed.kubelet ?? "not installed"],
      ["Addresses", system.addresses.join(", ")],
    );
  }
  const failure = state?.lost ?? state?.failed?.failure;
  const lines = rows.filter(([, value]) => value).map(([name, value]) => `| ${name}&emsp; | ${escapeMarkdown(value ?? "")} |`);
  return [
    `**${escapeMarkdown(host.name)}** — ${status.words}${failure === undefined ? "" : `: ${escapeMarkdown(failureText(failure))}`}`,
    ["| | |", "|---|---|", ...lines].join("\n"),
    ...(facts === undefined && failure === undefined ? ["Refresh to ask the host for its facts."] : []),
  ].join("\n\n");
}

/**
 * `text` as Markdown that shows exactly it, on one line. Every ASCII punctuation mark is escaped: those of addresses
 * too, which would be made links of.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ")
    .replace(/[!-/:-@[-`{-~]/g, (character) => `\\${character}`);
}

/** What one would type after ssh; what the spec leaves to ssh_config is left out. */
function sshText({ ssh: { user, address, port } }: Host): string {
  const place = address.includes(":") && port !== undefined ? `[${address}]` : address;
  return `${user === undefined ? "" : `${user}@`}${place}${port === undefined ? "" : `:${port}`}`;
}
