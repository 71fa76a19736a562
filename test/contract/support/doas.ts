import { existsSync } from "node:fs";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { whyNoSshd, type ThrowAwayUser } from "./privateSshd.ts";

const doas = "/usr/bin/doas";

/** Why tests with doas are skipped here; undefined when they are not. */
export function whyNoDoas(): string | undefined {
  return (
    whyNoSshd() ??
    (existsSync(doas) ? undefined : `${doas} is missing: run test/contract/support/installOpenssh.sh`)
  );
}

/**
 * Lines for sshd_config that let `users` find `commands` alone. So the machine's sudo is there, but not for them:
 * what the launcher itself needs before it is root is env, sh and stty.
 */
export async function findOnly(
  folder: string,
  users: readonly ThrowAwayUser[],
  commands: readonly string[],
): Promise<readonly string[]> {
  await mkdir(folder);
  for (const command of ["env", "sh", "stty", ...commands]) {
    await symlink(join("/usr/bin", command), join(folder, command));
  }
  return [`Match User ${users.map(({ name }) => name).join(",")}`, `SetEnv PATH=${folder}`];
}
