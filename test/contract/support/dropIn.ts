import { execFile } from "node:child_process";
import { rename, rm, stat, writeFile } from "node:fs/promises";
import { promisify } from "node:util";

/** A file of the machine's configuration that is a test's for a while. */
export interface DropIn {
  /** Leaves the machine as it was. */
  remove(): Promise<void>;
}

/** Rules for sudo in a file of their own. They go to "Defaults:USER" of throw-away users, so nobody else is concerned. */
export async function addSudoers(name: string, lines: readonly string[]): Promise<DropIn> {
  // sudo reads the files in their order, and the last rule counts; it reads no file whose name has a dot.
  const file = `/etc/sudoers.d/zz-${name}`;
  const draft = `${file}.draft`;
  await writeFile(draft, `${lines.join("\n")}\n`, { mode: 0o440 });
  await promisify(execFile)("visudo", ["-cqf", draft]).catch(async (error: unknown) => {
    await rm(draft);
    throw error;
  });
  await rename(draft, file);
  return { remove: () => rm(file) };
}

/** A PAM service of the test's own. */
export async function addPamService(name: string, lines: readonly string[]): Promise<DropIn> {
  const file = `/etc/pam.d/${name}`;
  await writeFile(file, `${lines.join("\n")}\n`, { flag: "wx" });
  return { remove: () => rm(file) };
}

/** doas reads one file alone: the machine's is put aside meanwhile. */
export async function ownDoasConf(lines: readonly string[]): Promise<DropIn> {
  const file = "/etc/doas.conf";
  const aside = `${file}.before-kubeadm-tests`;
  // When a copy was left by a test run that was killed, it is the machine's.
  if ((await exists(file)) && !(await exists(aside))) {
    await rename(file, aside);
  }
  await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o400 });
  return {
    remove: async () => {
      await rm(file);
      if (await exists(aside)) {
        await rename(aside, file);
      }
    },
  };
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
