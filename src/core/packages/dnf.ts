import { kubernetesPackages, paths } from "../facts/paths.ts";
import type { Step } from "../shell/step.ts";
import type { PackageManager } from "./packageManager.ts";
import { isLegacy, repositoryOf } from "./repository.ts";

const INSTALL_SECONDS = 1800;
const DOCKER_REPOSITORY = "/etc/yum.repos.d/docker-ce.repo";

const dnfStep = (...words: readonly string[]): Step => ({
  kind: "run",
  argv: ["dnf", "-y", "-q", "--setopt=exit_on_lock=False", ...words],
  timeoutSeconds: INSTALL_SECONDS,
});

/** The RHEL family. Its own repositories hold no containerd, so Docker's containerd.io is the default there. */
export const dnf: PackageManager = {
  name: "dnf",

  installRuntime(spec, system) {
    const name = spec.containerRuntime.package ?? (system.os.id === "fedora" ? "containerd" : "containerd.io");
    const content = dockerRepository(system.os.id === "fedora" ? "fedora" : "centos");
    const repository: readonly Step[] =
      name === "containerd.io" ? [{ kind: "write", path: DOCKER_REPOSITORY, content, mode: "0644" }] : [];
    return [...repository, dnfStep("install", name)];
  },

  repositoryFile(spec) {
    const { url, key } = repositoryOf(spec, "rpm");
    const content = [
      "[kubernetes]",
      "name=Kubernetes",
      `baseurl=${url}`,
      "enabled=1",
      "gpgcheck=1",
      `gpgkey=${key}`,
      // Keeps an ordinary `dnf upgrade` from changing them: dnf's way of holding packages back.
      `exclude=${[...kubernetesPackages, "cri-tools", "kubernetes-cni"].join(" ")}`,
      "",
    ].join("\n");
    return { path: paths.rpmRepository, content };
  },

  withoutLegacyRepositories(files) {
    const changed = Object.entries(files)
      .filter(([path]) => path !== paths.rpmRepository)
      .map(([path, content]) => [path, disableSections(content)])
      .filter(([path = "", content]) => content !== files[path]);
    return Object.fromEntries(changed) as Record<string, string>;
  },

  addRepository(spec, facts) {
    const { path, content } = this.repositoryFile(spec);
    const { repositories, installed } = facts.packages;
    const write = (file: string, text: string): Step => {
      const before = repositories[file];
      return { kind: "write", path: file, content: text, mode: "0644", ...(before !== undefined && { before }) };
    };
    const legacy = Object.entries(this.withoutLegacyRepositories(repositories));
    return [
      ...legacy.map(([file, fixed]) => write(file, fixed)),
      write(path, content),
      ...(installed.curl === undefined ? [dnfStep("install", "curl")] : []),
    ];
  },

  installKubernetes(version) {
    const pinned = kubernetesPackages.map((name) => `${name}-${version.split(".").length > 2 ? version : `${version}.*`}`);
    return [dnfStep("install", "--disableexcludes=kubernetes", "--allowerasing", ...pinned)];
  },

  /** The `exclude` line of the repository file holds them. */
  isHeld(facts) {
    return /^exclude=.*kubelet/m.test(facts.packages.repositories[paths.rpmRepository] ?? "");
  },

  hold() {
    return [];
  },
};

function dockerRepository(system: "centos" | "fedora"): string {
  return [
    "[docker-ce-stable]",
    "name=Docker CE Stable",
    `baseurl=https://download.docker.com/linux/${system}/$releasever/$basearch/stable`,
    "enabled=1",
    "gpgcheck=1",
    `gpgkey=https://download.docker.com/linux/${system}/gpg`,
    "",
  ].join("\n");
}

/** Sections with a legacy base URL get `enabled=0`. */
function disableSections(content: string): string {
  return content
    .split(/\n(?=\[)/)
    .map((section) =>
      isLegacy(section) && !/^enabled\s*=\s*0/m.test(section)
        ? `${section.replace(/^enabled\s*=.*\n?/gm, "").trimEnd()}\nenabled=0\n`
        : section,
    )
    .join("\n");
}
