import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { release } from "node:os";
import { dirname, join } from "node:path";
import { debianRelease, machineSources } from "../machine/aptSources.ts";
import { cached } from "../machine/cache.ts";
import type { LabKeys } from "../machine/keys.ts";
import type { Progress } from "../machine/progress.ts";
import { hasResourceCapability } from "../machine/requirements.ts";
import { run } from "../machine/run.ts";
import { builtInModules } from "./builtInModules.ts";

/** What a fresh Debian server has and the lab's hosts need; no containerd, curl, gnupg or python.
 *  libpam-systemd stays out: it starts a user manager at each login, most of the time of an SSH call. */
const packages = [
  "ca-certificates", "dbus", "iproute2", "iputils-ping", "kmod", "less", "netbase", "openssh-server", "procps",
  "sudo", "systemd-sysv",
]; // prettier-ignore

/** Units that would touch the machine's own devices, or wait for what a lab host does not have. */
const maskedUnits = [
  "apt-daily-upgrade.timer", "apt-daily.timer", "console-getty.service", "dev-hugepages.mount", "dpkg-db-backup.timer",
  "e2scrub_all.timer", "e2scrub_reap.service", "fstrim.timer", "getty.target", "getty@tty1.service",
  "sys-fs-fuse-connections.mount", "sys-kernel-config.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount",
  "systemd-remount-fs.service",
]; // prettier-ignore

/** The account whose sudo asks, and its password. */
export const passwordAccount = { user: "pwuser", password: "lab" };

/** A Debian root that hosts share read-only below their own changes; cached by what it is made of. */
export async function baseRoot(keys: LabKeys, progress: Progress): Promise<string> {
  const sources = await machineSources();
  const wrapsRunc = !(await hasResourceCapability());
  const here = import.meta.dirname;
  const placeRunc = await readFile(join(here, "placeRunc.sh"), "utf8");
  const inputs = [
    await readFile(import.meta.filename, "utf8"),
    await readFile(join(here, "builtInModules.ts"), "utf8"),
    placeRunc,
    ...sources,
    keys.sshPublicKey,
    await readFile(keys.authority, "utf8"),
    release(),
    String(wrapsRunc),
  ];
  const directory = await cached("base", inputs, (unfinished) =>
    progress.step(`Debian ${debianRelease} root`, async () => {
      const root = join(unfinished, "root");
      await run(
        [
          "mmdebstrap",
          "--quiet",
          "--variant=minbase",
          `--include=${packages.join(",")}`,
          debianRelease,
          root,
          "-",
        ],
        { stdin: sources.filter((line) => line.startsWith("deb ")).join("\n") + "\n" },
      );
      await customize(root, keys);
      if (wrapsRunc) await divertRunc(root, placeRunc);
    }),
  );
  return join(directory, "root");
}

async function customize(root: string, keys: LabKeys): Promise<void> {
  const write = async (path: string, text: string, mode = 0o644): Promise<void> => {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    await chmod(file, mode);
  };
  const inside = (...argv: string[]): Promise<string> => run(["chroot", root, ...argv]);

  await write("usr/local/share/ca-certificates/kubeadm-lab.crt", await readFile(keys.authority, "utf8"));
  await inside("update-ca-certificates");
  await run([
    "gpg",
    "--quiet",
    "--dearmor",
    "--yes",
    "--output",
    join(root, "usr/share/keyrings/kubeadm-lab.gpg"),
    keys.releaseKey,
  ]);
  await write(
    "etc/apt/sources.list",
    `deb [signed-by=/usr/share/keyrings/kubeadm-lab.gpg] http://debian.lab/debian ${debianRelease} main\n`,
  );

  for (const user of ["kube", passwordAccount.user])
    await inside("useradd", "-m", "-s", "/bin/bash", "-G", "sudo", user);
  await run(["chroot", root, "chpasswd"], { stdin: `${passwordAccount.user}:${passwordAccount.password}\n` });
  await write("etc/sudoers.d/kube", "kube ALL=(ALL) NOPASSWD:ALL\n", 0o440);
  for (const [home, user] of [
    ["root", "root"],
    ["home/kube", "kube"],
    [`home/${passwordAccount.user}`, passwordAccount.user],
  ] as const) {
    await write(`${home}/.ssh/authorized_keys`, `${keys.sshPublicKey}\n`, 0o600);
    await chmod(join(root, home, ".ssh"), 0o700);
    await inside("chown", "-R", `${user}:`, `/${home}/.ssh`);
  }

  for (const unit of maskedUnits) await symlink("/dev/null", join(root, "etc/systemd/system", unit));
  await run(["sh", "-c", 'rm -f "$1"/etc/ssh/ssh_host_* "$1"/etc/hostname "$1"/etc/resolv.conf', "sh", root]);
  await write("etc/machine-id", "");

  // Features compiled into the kernel have no module file; modprobe accepts them through this index.
  const modules = `usr/lib/modules/${release()}`;
  await write(`${modules}/modules.builtin`, builtInModules.map((name) => `kernel/${name}.ko\n`).join(""));
  await write(`${modules}/modules.order`, "");
  await inside("depmod", release());
  for (const folder of ["var/lib/containerd", "var/lib/kubelet"])
    await mkdir(join(root, folder), { recursive: true });
}

/** Without CAP_SYS_RESOURCE nobody may lower an oom_score_adj, so runc cannot start Kubernetes' own pods.
 *  The divert is prepared before any runc package comes; dpkg then calls placeRunc.sh after each run. */
async function divertRunc(root: string, placeRunc: string): Promise<void> {
  for (const folder of ["/usr/sbin", "/usr/bin"]) {
    await run([
      "chroot",
      root,
      "dpkg-divert",
      "--local",
      "--no-rename",
      "--add",
      "--divert",
      `${folder}/runc.distrib`,
      `${folder}/runc`,
    ]);
  }
  const script = "usr/local/lib/kubeadm-lab/place-runc";
  await mkdir(dirname(join(root, script)), { recursive: true });
  await writeFile(join(root, script), placeRunc, { mode: 0o755 });
  await writeFile(join(root, "etc/dpkg/dpkg.cfg.d/kubeadm-lab"), `post-invoke=/${script}\n`);
}
