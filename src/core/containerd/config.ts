import { parse } from "smol-toml";
import type { TomlTable } from "smol-toml";
import { KubeadmError, messageOf } from "../errors.ts";
import type { RuntimeFacts } from "../facts/hostFacts.ts";
import { configPaths, containerdGeneration, criPlugins } from "./generation.ts";
import type { ConfigPaths, ConfigVersion, ContainerdGeneration } from "./generation.ts";
import { isTable, setTomlValues, valueAt } from "./tomlEdit.ts";
import type { TomlChange } from "./tomlEdit.ts";

/** Path of containerd's configuration on a host. */
export const containerdConfigPath = "/etc/containerd/config.toml";

/** Where kubernetes-cni and the pod networks put the CNI plugins and their configuration. */
export const cniBinDir = "/opt/cni/bin";
export const cniConfDir = "/etc/cni/net.d";

const runcType = "io.containerd.runc.v2";

/** What Kubernetes needs of containerd, beyond what is always the same. */
export interface WantedRuntime {
  /** Such as registry.k8s.io/pause:3.10.1; see pauseImage. */
  readonly sandboxImage: string;
}

/**
 * The config.toml that a host with containerd `version` (such as 1.6.20) should have: `existing` with the systemd
 * cgroup driver for runc, the CRI plugin enabled, the sandbox image and the CNI folders set; the rest stays, with
 * its comments. A file keeps the version of the schema that it declares, which containerd migrates as it reads.
 * Without a file, or with one for a newer containerd, which this one would refuse, a short complete one.
 * `wantedConfig(wantedConfig(x)) === wantedConfig(x)`. Throws KubeadmError "step-failed" when `existing` is not TOML.
 */
export function wantedConfig(existing: string | undefined, version: string, wanted: WantedRuntime): string {
  const generation = containerdGeneration(version);
  const text = startingPoint(existing ?? "", generation);
  const table = parseConfig(text);
  return setTomlValues(text, changesFor(table, generation, wanted));
}

/**
 * What is still wrong in the configuration that containerd works with, as it prints it itself (`containerd config
 * dump`), so imports, defaults and migration count; sentences without a host, [] when all is right.
 */
export function configProblems(dump: string, wanted: WantedRuntime): readonly string[] {
  const table = parseConfig(dump);
  const paths = configPaths(declaredVersion(table));
  const disabled = stringsAt(table, ["disabled_plugins"]).filter((plugin) => criPlugins.includes(plugin));
  const cgroup = runcRuntimes(table, paths).filter(
    (name) => valueAt(table, [...paths.runtimes, name, "options", "SystemdCgroup"]) !== true,
  );
  const sandbox = valueAt(table, paths.sandboxImage);
  const binDirs = [
    ...stringsAt(table, [...paths.cni, "bin_dirs"]),
    valueAt(table, [...paths.cni, "bin_dir"]),
  ];
  const confDir = valueAt(table, [...paths.cni, "conf_dir"]);
  return [
    ...disabled.map((plugin) => `the plugin ${plugin} is disabled`),
    ...cgroup.map((name) => `runtime ${name} does not use the systemd cgroup driver`),
    ...(sandbox === wanted.sandboxImage
      ? []
      : [`the sandbox image is ${shown(sandbox)}; it should be ${wanted.sandboxImage}`]),
    ...(binDirs.includes(cniBinDir) ? [] : [`CNI plugins are not looked for in ${cniBinDir}`]),
    ...(confDir === cniConfDir
      ? []
      : [`the folder of CNI configuration is ${shown(confDir)}; it should be ${cniConfDir}`]),
  ];
}

/** Is nothing left to do for the configuration: neither in the file nor in what containerd makes of it? */
export function isConfigRight(
  facts: Pick<RuntimeFacts, "config" | "effectiveConfig" | "version">,
  wanted: WantedRuntime,
): boolean {
  const { config, effectiveConfig, version } = facts;
  if (config === undefined || effectiveConfig === undefined || version === undefined) {
    return false;
  }
  return (
    wantedConfig(config, version, wanted) === config && configProblems(effectiveConfig, wanted).length === 0
  );
}

/** The text to edit: with a version that this containerd reads. */
function startingPoint(existing: string, generation: ContainerdGeneration): string {
  const table = parseConfig(existing);
  const declared = declaredVersion(table);
  if (existing.trim() === "" || declared > generation.configVersion) {
    return `version = ${generation.configVersion}\n`;
  }
  // Docker's package ships a file of version 1 that does nothing but disable the CRI plugin. Version 1 names
  // plugins otherwise and is deprecated, so it is left behind where no plugin is named.
  const others = [...stringsAt(table, ["disabled_plugins"]), ...stringsAt(table, ["required_plugins"])];
  const namesPlugins =
    valueAt(table, ["plugins"]) !== undefined || others.some((name) => !criPlugins.includes(name));
  return declared === 1 && !namesPlugins
    ? setTomlValues(existing, [{ path: ["version"], value: generation.configVersion }])
    : existing;
}

function changesFor(
  table: TomlTable,
  generation: ContainerdGeneration,
  wanted: WantedRuntime,
): readonly TomlChange[] {
  const paths = configPaths(declaredVersion(table));
  const disabled = stringsAt(table, ["disabled_plugins"]);
  const enabled = disabled.filter((plugin) => !criPlugins.includes(plugin));
  const runtimeType = [...paths.runtimes, "runc", "runtime_type"];
  return [
    ...(enabled.length < disabled.length ? [{ path: ["disabled_plugins"], value: enabled }] : []),
    { path: paths.sandboxImage, value: wanted.sandboxImage },
    ...cniChanges(table, paths, generation),
    ...(valueAt(table, runtimeType) === undefined ? [{ path: runtimeType, value: runcType }] : []),
    // All runtimes that are runc must agree: containerd tells the kubelet one driver.
    ...runcRuntimes(table, paths).map((name) => ({
      path: [...paths.runtimes, name, "options", "SystemdCgroup"],
      value: true,
    })),
  ];
}

function cniChanges(
  table: TomlTable,
  paths: ConfigPaths,
  generation: ContainerdGeneration,
): readonly TomlChange[] {
  const confDir = { path: [...paths.cni, "conf_dir"], value: cniConfDir };
  const binDir = [...paths.cni, "bin_dir"];
  const binDirs = [...paths.cni, "bin_dirs"];
  const present = stringsAt(table, binDirs);
  const single = valueAt(table, binDir);
  // Files of version 1 and 2 know bin_dir only, whatever reads them; containerd refuses both at once.
  const knowsList = declaredVersion(table) >= 3 && generation.cniBinKey === "bin_dirs";
  if (knowsList && (present.length > 0 || single === undefined || single === "")) {
    const value = present.includes(cniBinDir) ? present : [...present, cniBinDir];
    return [
      { path: binDirs, value },
      ...(single === undefined ? [] : [{ path: binDir, value: "" }]),
      confDir,
    ];
  }
  return [{ path: binDir, value: cniBinDir }, confDir];
}

/** Names of the runtimes that run runc, "runc" itself and the default one among them when they are. */
function runcRuntimes(table: TomlTable, paths: ConfigPaths): readonly string[] {
  const runtimes = valueAt(table, paths.runtimes);
  const named = Object.entries(isTable(runtimes) ? runtimes : {})
    .filter(([, runtime]) => isTable(runtime) && runtime["runtime_type"] === runcType)
    .map(([name]) => name);
  return [...new Set(["runc", ...named])];
}

function declaredVersion(table: TomlTable): ConfigVersion {
  const version = valueAt(table, ["version"]);
  return version === 2 || version === 3 ? version : typeof version === "number" && version >= 4 ? 4 : 1;
}

function stringsAt(table: TomlTable, path: readonly string[]): readonly string[] {
  const value = valueAt(table, path);
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function shown(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : "not set";
}

function parseConfig(text: string): TomlTable {
  try {
    return parse(text);
  } catch (error) {
    throw new KubeadmError({
      code: "step-failed",
      message: `containerd's configuration is not TOML: ${messageOf(error).split("\n")[0]}.`,
      next: `Repair ${containerdConfigPath}, or move it away so that a new one is written.`,
      cause: error,
    });
  }
}
