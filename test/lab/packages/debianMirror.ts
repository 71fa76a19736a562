import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { debianRelease, machineSources } from "../machine/aptSources.ts";
import { cached } from "../machine/cache.ts";
import type { LabKeys } from "../machine/keys.ts";
import type { Progress } from "../machine/progress.ts";
import { run } from "../machine/run.ts";
import { treeFolders } from "../hub/servedTree.ts";
import { writeAptRepository } from "./aptRepository.ts";

/** Debian packages that preparing a host may ask for; their dependencies come by themselves.
 *  One apt call a group, since packages of one group may not exclude each other. */
const packageGroups = [
  [
    "apt-transport-https", "bash-completion", "ca-certificates", "chrony", "conntrack", "containerd", "curl", "ebtables",
    "ethtool", "firewalld", "gnupg", "gpg", "ipset", "iptables", "ipvsadm", "iproute2", "jq", "kmod", "lsb-release", "lsof",
    "netcat-openbsd", "nftables", "runc", "socat", "ufw", "wget",
  ],
  ["systemd-timesyncd"],
]; // prettier-ignore

/** A tree with http://debian.lab/debian, the only archive in hosts' sources.list: the packages above and what
 *  they need beyond the base root, fetched through this machine's apt configuration. Cached by its inputs. */
export async function debianMirror(baseRoot: string, keys: LabKeys, progress: Progress): Promise<string> {
  const sources = await machineSources();
  const inputs = [await readFile(import.meta.filename, "utf8"), baseRoot, ...sources];
  return cached("debian", inputs, (directory) =>
    progress.step("Debian packages for debian.lab", async () => {
      const debs = await downloadPackages(directory, baseRoot, sources);
      const architecture = (await run(["dpkg", "--print-architecture"])).trim();
      await writeAptRepository(
        join(directory, treeFolders.files, "debian.lab", "debian"),
        "pool",
        debs,
        {
          releaseFolder: `dists/${debianRelease}`,
          indexFolder: `main/binary-${architecture}`,
          fields: {
            Origin: "Debian",
            Label: "Kubeadm lab",
            Suite: debianRelease,
            Codename: debianRelease,
            Architectures: architecture,
            Components: "main",
          },
        },
        keys,
      );
      await rm(join(directory, "apt"), { recursive: true });
    }),
  );
}

/** Paths of the .debs that the base root would install; apt works in a folder of its own. */
async function downloadPackages(
  directory: string,
  baseRoot: string,
  sources: readonly string[],
): Promise<string[]> {
  const apt = join(directory, "apt");
  for (const folder of ["lists/partial", "archives/partial", "sources.d"]) {
    await mkdir(join(apt, folder), { recursive: true });
  }
  await writeFile(
    join(apt, "sources.list"),
    sources.filter((line) => line.startsWith("deb ")).join("\n") + "\n",
  );
  const settings = {
    "Dir::Etc::sourcelist": join(apt, "sources.list"),
    "Dir::Etc::sourceparts": join(apt, "sources.d"),
    "Dir::Etc::trustedparts": join(baseRoot, "etc/apt/trusted.gpg.d"),
    "Dir::State::lists": join(apt, "lists"),
    "Dir::State::status": join(baseRoot, "var/lib/dpkg/status"),
    "Dir::Cache::archives": join(apt, "archives"),
    "Dir::Cache::pkgcache": "",
    "Dir::Cache::srcpkgcache": "",
    "APT::Sandbox::User": "root",
    "APT::Install-Recommends": "false",
  };
  const aptGet = [
    "apt-get",
    "-qq",
    ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
  ];
  await run([...aptGet, "update"]);
  for (const group of packageGroups) {
    await run([...aptGet, "install", "--yes", "--download-only", "--reinstall", ...group]);
  }
  const files = await readdir(join(apt, "archives"));
  return files.filter((file) => file.endsWith(".deb")).map((file) => join(apt, "archives", file));
}
