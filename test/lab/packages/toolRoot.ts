import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { debianRelease, machineSources } from "../machine/aptSources.ts";
import { cacheDirectory } from "../machine/paths.ts";
import type { Progress } from "../machine/progress.ts";
import { run } from "../machine/run.ts";
import type { RunOptions } from "../machine/run.ts";

/** Compilers, and the programs that go into images. */
export const toolPackages = [
  "busybox-static", "conntrack", "containernetworking-plugins", "dpkg-dev", "etcd-client", "etcd-server", "gcc",
  "golang-github-modern-go-reflect2-dev", "golang-go", "iptables", "libc6-dev", "nginx",
]; // prettier-ignore

/** A bookworm root with compilers, so that a build is the same on every machine. Made at its first use. */
export class ToolRoot {
  readonly path: string;
  readonly #progress: Progress;
  #made: Promise<void> | undefined;

  constructor(progress: Progress) {
    this.path = join(cacheDirectory(), `tools.${process.pid}.making`);
    this.#progress = progress;
  }

  /** The root, made if it is not there yet. */
  async ready(): Promise<string> {
    this.#made ??= this.#progress.step("Root with compilers", () => this.#make());
    await this.#made;
    return this.path;
  }

  /** Runs argv in the root with /proc, /dev/null and this machine's network. Throws CommandFailed. */
  async run(argv: readonly string[], options?: RunOptions): Promise<string> {
    const root = await this.ready();
    const enter = 'mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; exec chroot "$@"';
    const isolate = [
      "unshare",
      "--mount",
      "--pid",
      "--fork",
      "--propagation=private",
      "sh",
      "-ec",
      enter,
      "sh",
    ];
    return run(
      [...isolate, root, "env", "HOME=/root", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", ...argv],
      options,
    );
  }

  async dispose(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  async #make(): Promise<void> {
    const sources = await machineSources();
    await mkdir(cacheDirectory(), { recursive: true });
    await rm(this.path, { recursive: true, force: true });
    await run(
      [
        "mmdebstrap",
        "--quiet",
        "--variant=minbase",
        `--include=${toolPackages.join(",")}`,
        debianRelease,
        this.path,
        "-",
      ],
      { stdin: sources.join("\n") + "\n" },
    );
    await writeFile(join(this.path, "etc/apt/sources.list"), sources.join("\n") + "\n");
    await copyFile("/etc/resolv.conf", join(this.path, "etc/resolv.conf"));
  }
}
