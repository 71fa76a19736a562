import { kubernetesPackages, paths } from "../facts/paths.ts";
import { run, type ScriptStep, type Step } from "../shell/step.ts";
import type { PackageManager } from "./packageManager.ts";
import { isLegacy, repositoryOf } from "./repository.ts";

const LOCK_SECONDS = 300;
const locks = ["/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock"] as const;
const INSTALL_SECONDS = 1800;

const aptGet = (...words: readonly string[]): Step => ({
  kind: "run",
  argv: ["apt-get", "-q", "-o", `DPkg::Lock::Timeout=${LOCK_SECONDS}`, "-o", "Dpkg::Use-Pty=0", "-o", "Dpkg::Options::=--force-confold", ...words],
  timeoutSeconds: INSTALL_SECONDS,
});

/** apt's own wait says nothing; a fresh server is often busy with its first updates, so we say who it is. */
export const waitForLock: ScriptStep = {
  kind: "script",
  title: `wait for apt's lock (at most ${LOCK_SECONDS} s)`,
  args: [String(LOCK_SECONDS), ...locks],
  script: `
timeout=$1
shift
holder() {
  for lock; do
    inode=$(stat -c %i "$lock" 2> /dev/null) || continue
    pid=$(awk -v inode="$inode" '{ n = split($6, id, ":"); if (id[n] == inode) { print $5; exit } }' /proc/locks)
    [ -z "$pid" ] || return 0
  done
  return 1
}
waited=0 last=
while holder "$@"; do
  if [ "$pid" != "$last" ]; then
    echo "apt is locked by $(cat "/proc/$pid/comm" 2> /dev/null || echo "another process") (pid $pid), waiting"
    last=$pid
  fi
  if [ "$waited" -ge "$timeout" ]; then
    echo "E: Could not get lock: apt is still locked by pid $pid after $timeout s"
    exit 1
  fi
  sleep 2
  waited=$((waited + 2))
done
`,
};

/** Finishes what an interrupted installation left behind; does nothing otherwise. */
const finishInterrupted = run("dpkg", "--configure", "-a");

export const apt: PackageManager = {
  name: "apt",

  installRuntime(spec, system) {
    const name = spec.containerRuntime.package ?? "containerd";
    const repository = name === "containerd.io" ? dockerRepository(system.os.id, system.os.codename) : [];
    return [waitForLock, finishInterrupted, ...repository, aptGet("update"), aptGet("install", "-y", name)];
  },

  repositoryFile(spec) {
    const { url } = repositoryOf(spec, "apt");
    return { path: paths.aptRepository, content: `deb [signed-by=${paths.aptKeyring}] ${url} /\n` };
  },

  withoutLegacyRepositories(files) {
    const changed = Object.entries(files)
      .filter(([path]) => path !== paths.aptRepository)
      .map(([path, content]) => [path, path.endsWith(".sources") ? disableStanzas(content) : commentLines(content)])
      .filter(([path = "", content]) => content !== files[path]);
    return Object.fromEntries(changed) as Record<string, string>;
  },

  addRepository(spec, facts) {
    const { path, content } = this.repositoryFile(spec);
    const { repositories, installed } = facts.packages;
    const legacy = Object.entries(this.withoutLegacyRepositories(repositories));
    return [
      waitForLock,
      finishInterrupted,
      ...legacy.map(([file, fixed]) => write(file, fixed, repositories[file])),
      ...(installed.curl === undefined
        ? [aptGet("update"), aptGet("install", "-y", "--no-install-recommends", "ca-certificates", "curl")]
        : []),
      ...fetchKey(repositoryOf(spec, "apt").key, paths.aptKeyring),
      write(path, content, repositories[path]),
    ];
  },

  installKubernetes(version, facts) {
    const held = facts.packages.held.length > 0 ? [run("apt-mark", "unhold", ...facts.packages.held)] : [];
    const pinned = kubernetesPackages.map((name) => `${name}=${version.split(".").length > 2 ? `${version}-*` : `${version}.*`}`);
    return [
      waitForLock,
      finishInterrupted,
      ...held,
      aptGet("update"),
      aptGet("install", "-y", "--allow-downgrades", ...pinned),
    ];
  },

  isHeld(facts) {
    return kubernetesPackages.every((name) => facts.packages.held.includes(name));
  },

  hold() {
    return [run("apt-mark", "hold", ...kubernetesPackages)];
  },
};

function write(path: string, content: string, before: string | undefined): Step {
  return { kind: "write", path, content, mode: "0644", ...(before !== undefined && { before }) };
}

/**
 * apt reads ASCII-armored keys in .asc files as they are, so gpg is not needed on the host. The key is moved into
 * its place, as half of one would be taken for a key.
 */
function fetchKey(url: string, path: string): readonly Step[] {
  const fetched = `${path}.kubeadm-new`;
  return [
    run("install", "-d", "-m", "0755", path.slice(0, path.lastIndexOf("/"))),
    {
      kind: "run",
      argv: ["curl", "-fsSL", "--retry", "3", "--max-time", "60", "-o", fetched, url],
      timeoutSeconds: 240,
    },
    run("chmod", "0644", fetched),
    run("mv", "-f", fetched, path),
  ];
}

function dockerRepository(id: string, codename: string): readonly Step[] {
  const base = `https://download.docker.com/linux/${id === "ubuntu" ? "ubuntu" : "debian"}`;
  const key = "/etc/apt/keyrings/docker.asc";
  return [
    aptGet("update"),
    aptGet("install", "-y", "--no-install-recommends", "ca-certificates", "curl"),
    ...fetchKey(`${base}/gpg`, key),
    write("/etc/apt/sources.list.d/docker.list", `deb [signed-by=${key}] ${base} ${codename} stable\n`, undefined),
  ];
}

/** One-line style: the lines of legacy repositories become comments. */
function commentLines(content: string): string {
  return content
    .split("\n")
    .map((line) => (/^\s*deb/.test(line) && isLegacy(line) ? `# gone since 2024-03, replaced by pkgs.k8s.io: ${line}` : line))
    .join("\n");
}

/** deb822 style: the stanzas of legacy repositories are disabled. */
function disableStanzas(content: string): string {
  return content
    .split(/\n(?=\s*\n)/)
    .map((stanza) =>
      isLegacy(stanza) && !/^Enabled:\s*no/im.test(stanza)
        ? `${stanza.replace(/^Enabled:.*\n?/gim, "").trimEnd()}\nEnabled: no\n`
        : stanza,
    )
    .join("\n");
}
