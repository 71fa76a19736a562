import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** What a key pair of a test is like; without a passphrase it is not encrypted. */
export interface KeyRecipe {
  readonly type: "ed25519" | "ecdsa" | "rsa";
  readonly bits?: number;
  /** How the private key is written; OpenSSH's own format unless it says otherwise. */
  readonly format?: "PEM" | "PKCS8";
  readonly cipher?: string;
  readonly passphrase?: string;
}

/** Makes a key pair with OpenSSH's own tool; gives the path of the private key. */
export async function makeKey(folder: string, name: string, recipe: KeyRecipe): Promise<string> {
  const { type, bits, format, cipher, passphrase = "" } = recipe;
  const file = join(folder, name);
  const options = [
    ...(bits === undefined ? [] : ["-b", String(bits)]),
    ...(format === undefined ? [] : ["-m", format]),
    ...(cipher === undefined ? [] : ["-Z", cipher]),
  ];
  await execute("ssh-keygen", ["-q", "-t", type, ...options, "-N", passphrase, "-C", name, "-f", file]);
  return file;
}

/** Certifies the public key beside `file` in FILE-cert.pub. `options` are further ones of ssh-keygen. */
export async function certify(ca: string, file: string, options: readonly string[]): Promise<void> {
  await execute("ssh-keygen", ["-q", "-s", ca, ...options, `${file}.pub`]);
}

/** The lines of the public keys beside `files`. */
export async function publicKeys(files: readonly string[]): Promise<string> {
  return (await Promise.all(files.map((file) => readFile(`${file}.pub`, "utf8")))).join("");
}
