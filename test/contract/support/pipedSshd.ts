import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { quoteAll } from "../../../src/core/shell/quote.ts";

/**
 * The command that serves one connection by OpenSSH's server over its standard streams, for use as a ProxyCommand:
 * so a server can have any host keys, and be at any address and port. `hostKeys` are private keys. Nobody may log in.
 */
export async function pipedSshd(folder: string, name: string, hostKeys: readonly string[]): Promise<string> {
  const configuration = join(folder, `${name}.conf`);
  await writeFile(
    configuration,
    [...hostKeys.map((file) => `HostKey ${file}`), "AuthorizedKeysFile none", "PidFile none", ""].join("\n"),
  );
  // Privilege separation wants this folder, which the system's service would make.
  await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  return quoteAll(["/usr/sbin/sshd", "-i", "-f", configuration]);
}
