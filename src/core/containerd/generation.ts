/** Version of the schema that a config.toml declares with `version = N`; a file without one is of version 1. */
export type ConfigVersion = 1 | 2 | 3 | 4;

/** What a release of containerd writes and reads. */
export interface ContainerdGeneration {
  /** Newest version of the schema that it reads; it reads all older ones too. */
  readonly configVersion: 2 | 3 | 4;
  /** Which key of the CNI table it wants: `bin_dirs` came with 2.1 and `bin_dir` is deprecated since. */
  readonly cniBinKey: "bin_dir" | "bin_dirs";
}

/** Where the settings that we need sit in a file of one version of the schema. */
export interface ConfigPaths {
  /** Table with one table a runtime. */
  readonly runtimes: readonly string[];
  /** Name of the runtime that pods get by default. */
  readonly defaultRuntime: readonly string[];
  readonly cni: readonly string[];
  readonly sandboxImage: readonly string[];
}

/** `version` is such as 1.6.20, without "v". Source: containerd's RELEASES.md, "Daemon Configuration". */
export function containerdGeneration(version: string): ContainerdGeneration {
  const [major = 0, minor = 0] = version
    .replace(/^v/, "")
    .split(".")
    .map((part) => Number.parseInt(part, 10));
  if (major < 2) {
    return { configVersion: 2, cniBinKey: "bin_dir" };
  }
  const isFourth = major > 2 || minor >= 3;
  return {
    configVersion: isFourth ? 4 : 3,
    cniBinKey: major > 2 || minor >= 1 ? "bin_dirs" : "bin_dir",
  };
}

/** Source: containerd's docs/cri/config.md; containerd moves the settings of older files to the newer places. */
export function configPaths(version: ConfigVersion): ConfigPaths {
  if (version >= 3) {
    const runtime = ["plugins", "io.containerd.cri.v1.runtime"];
    return {
      runtimes: [...runtime, "containerd", "runtimes"],
      defaultRuntime: [...runtime, "containerd", "default_runtime_name"],
      cni: [...runtime, "cni"],
      sandboxImage: ["plugins", "io.containerd.cri.v1.images", "pinned_images", "sandbox"],
    };
  }
  const cri = ["plugins", version === 1 ? "cri" : "io.containerd.grpc.v1.cri"];
  return {
    runtimes: [...cri, "containerd", "runtimes"],
    defaultRuntime: [...cri, "containerd", "default_runtime_name"],
    cni: [...cri, "cni"],
    sandboxImage: [...cri, "sandbox_image"],
  };
}

/** Names under which the CRI plugin, or a part of it, can be disabled. */
export const criPlugins: readonly string[] = [
  "cri",
  "io.containerd.grpc.v1.cri",
  "io.containerd.cri.v1.runtime",
  "io.containerd.cri.v1.images",
];
