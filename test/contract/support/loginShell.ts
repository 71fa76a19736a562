import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { DropIn } from "./dropIn.ts";

/** Shells that users have; the first two are on every Debian host. */
export const loginShells = [
  "/bin/bash",
  "/bin/dash",
  "/usr/bin/zsh",
  "/usr/bin/fish",
  "/usr/bin/tcsh",
] as const;

export async function setShell(user: string, shell: string): Promise<void> {
  await promisify(execFile)("usermod", ["--shell", shell, user]);
}

const stolenFile = (user: string): string => `/home/${user}/stolen`;

/**
 * A profile that bash reads for every command: it is noisy, on both streams, asks for a password in the words of
 * sudo and doas, without a line end, and keeps what it is told.
 */
export async function lookAlikeProfile(user: string): Promise<DropIn> {
  const file = `/home/${user}/.bashrc`;
  const ask = String.raw`printf '%s' "[sudo] password for ${user}: "
printf '\rdoas (%s@%s) password: ' ${user} "$HOSTNAME"`;
  const profile = `echo Welcome
${ask}
{ ${ask.replace("\n", "; ")}; } >&2
answer=nothing
read -r -t 0.3 answer
printf %s "\${answer:-nothing}" > ${stolenFile(user)}
`;
  await writeFile(file, profile);
  return { remove: () => rm(file) };
}

/** What the profile was told. */
export function stolen(user: string): Promise<string> {
  return readFile(stolenFile(user), "utf8");
}
