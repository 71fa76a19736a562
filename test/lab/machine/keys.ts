import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cached } from "./cache.ts";
import { run } from "./run.ts";

/** Keys that all labs of this machine share: they sign and open nothing but lab hosts. */
export interface LabKeys {
  readonly directory: string;
  /** OpenSSH private key that every account of every host accepts. */
  readonly sshKey: string;
  readonly sshPublicKey: string;
  /** PEM certificate of the authority that only lab hosts trust. */
  readonly authority: string;
  readonly authorityKey: string;
  /** GnuPG home with the one key that signs the hub's apt repositories. */
  readonly gnupgHome: string;
  /** ASCII-armored public part of that key. */
  readonly releaseKey: string;
}

/** Makes the keys at the first call and finds them at later ones. */
export async function labKeys(): Promise<LabKeys> {
  const directory = await cached("keys", ["1"], async (unfinished) => {
    await run(["chmod", "700", unfinished]);
    await run([
      "ssh-keygen",
      "-q",
      "-t",
      "ed25519",
      "-N",
      "",
      "-C",
      "kubeadm-lab",
      "-f",
      join(unfinished, "id_ed25519"),
    ]);
    // prettier-ignore
    await run([
      "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj", "/CN=Kubeadm lab authority",
      "-keyout", join(unfinished, "authority.key"), "-out", join(unfinished, "authority.crt"),
    ]);
    const gnupgHome = join(unfinished, "gnupg");
    await mkdir(gnupgHome, { mode: 0o700 });
    const gpg = ["gpg", "--homedir", gnupgHome, "--batch", "--quiet"];
    // prettier-ignore
    await run([
      ...gpg, "--pinentry-mode", "loopback", "--passphrase", "",
      "--quick-generate-key", "Kubeadm lab repositories <lab@kubeadm.invalid>", "rsa3072", "sign", "never",
    ]);
    await writeFile(join(unfinished, "Release.key"), await run([...gpg, "--armor", "--export"]));
    await stopAgent(gnupgHome);
  });
  return {
    directory,
    sshKey: join(directory, "id_ed25519"),
    sshPublicKey: (await readFile(join(directory, "id_ed25519.pub"), "utf8")).trim(),
    authority: join(directory, "authority.crt"),
    authorityKey: join(directory, "authority.key"),
    gnupgHome: join(directory, "gnupg"),
    releaseKey: join(directory, "Release.key"),
  };
}

/** gpg leaves an agent behind; a lab leaves nothing. */
export async function stopAgent(gnupgHome: string): Promise<void> {
  if (existsSync(gnupgHome)) await run(["gpgconf", "--homedir", gnupgHome, "--kill", "all"]);
}

/** Writes `server.crt` and `server.key` for `names` and `address` into `directory`, signed by the lab's authority. */
export async function makeServerCertificate(
  keys: LabKeys,
  names: readonly string[],
  address: string,
  directory: string,
): Promise<void> {
  const extensions = join(directory, "server.ext");
  const alternatives = [`IP:${address}`, ...names.map((name) => `DNS:${name}`)];
  await writeFile(extensions, `subjectAltName=${alternatives.join(",")}\n`);
  const request = join(directory, "server.csr");
  // prettier-ignore
  await run([
    "openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Kubeadm lab hub",
    "-keyout", join(directory, "server.key"), "-out", request,
  ]);
  // prettier-ignore
  await run([
    "openssl", "x509", "-req", "-in", request, "-CA", keys.authority, "-CAkey", keys.authorityKey,
    "-set_serial", String(Date.now()), "-days", "3650", "-extfile", extensions, "-out", join(directory, "server.crt"),
  ]);
}
