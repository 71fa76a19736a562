import { KubeadmError } from "../errors.ts";
import type { HostFacts, SystemFacts } from "../facts/hostFacts.ts";
import type { Step } from "../shell/step.ts";
import type { ClusterSpec } from "../spec/clusterSpec.ts";
import { apt } from "./apt.ts";
import { dnf } from "./dnf.ts";

/** How a family of distributions installs software; phases speak to it and to nothing below. */
export interface PackageManager {
  readonly name: "apt" | "dnf";
  /** Installs the container runtime's package. */
  readonly installRuntime: (spec: ClusterSpec, system: SystemFacts) => readonly Step[];
  /** Path to content: the repository file that the spec asks for. */
  readonly repositoryFile: (spec: ClusterSpec) => { readonly path: string; readonly content: string };
  /** Files with repositories that no longer exist, path to what should stand there instead. */
  readonly withoutLegacyRepositories: (files: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  /** Writes the repository file, brings its key, and reads the lists of packages. */
  readonly addRepository: (spec: ClusterSpec, facts: HostFacts) => readonly Step[];
  /** Installs kubeadm, kubelet and kubectl of exactly this version: "1.36.2", or the newest of "1.36". */
  readonly installKubernetes: (version: string, facts: HostFacts) => readonly Step[];
  /** An ordinary upgrade of the system leaves them alone. */
  readonly isHeld: (facts: HostFacts) => boolean;
  readonly hold: () => readonly Step[];
}

/** The package manager of a host. Throws KubeadmError `preflight` for a system that we do not support. */
export function packageManagerOf(host: string, facts: HostFacts): PackageManager {
  const family = osFamily(facts.system);
  if (family === undefined || facts.packages.manager !== family.name) {
    throw new KubeadmError({ code: "preflight", host, ...unsupported(facts.system) });
  }
  return family;
}

/** What is said about an operating system that we cannot prepare. */
export function unsupported(system: SystemFacts): { readonly message: string; readonly next: string } {
  return {
    message: `its operating system is ${system.os.prettyName}, which is not supported`,
    next: "Use Debian, Ubuntu, or a member of the RHEL family (RHEL, Rocky Linux, AlmaLinux, CentOS Stream, Fedora).",
  };
}

/** By os-release's ID, then ID_LIKE; undefined when it is neither Debian's nor RHEL's family. */
export function osFamily({ os }: SystemFacts): PackageManager | undefined {
  const names = [os.id, ...os.idLike];
  if (names.some((name) => name === "debian" || name === "ubuntu")) {
    return apt;
  }
  return names.some((name) => ["rhel", "fedora", "centos", "rocky", "almalinux"].includes(name)) ? dnf : undefined;
}
