import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./freePort.ts";

const execute = promisify(execFile);
const sshd = "/usr/sbin/sshd";

/** Why no private sshd can be started here; undefined when it can. */
export function whyNoSshd(): string | undefined {
  if (process.platform !== "linux") {
    return "it needs Linux";
  }
  if (process.getuid?.() !== 0) {
    return "it needs root, to log in as throw-away users";
  }
  const missing = [sshd, "/usr/bin/sudo", "/usr/bin/ssh-keygen"].filter((file) => !existsSync(file));
  return missing.length > 0
    ? `${missing.join(", ")} missing: run test/contract/support/installOpenssh.sh`
    : undefined;
}

/** A user that exists only during a test run. */
export interface ThrowAwayUser {
  readonly name: string;
  readonly password: string;
  /** What sudo lets it do. */
  readonly sudo: "without password" | "with password" | "no";
}

/** OpenSSH's server on a loopback port, with configuration, host keys and users of its own. */
export interface PrivateSshd {
  readonly port: number;
  readonly folder: string;
  /** Private keys that every user may log in with: plain, and encrypted with `passphrase`. */
  readonly keyFile: string;
  readonly encryptedKeyFile: string;
  readonly passphrase: string;
  /** A key that nobody may log in with. */
  readonly strangerKeyFile: string;
  /** Public host keys, "TYPE BASE64", by type: "ssh-ed25519", "ecdsa-sha2-nistp256". */
  readonly hostKeys: Readonly<Record<string, string>>;
  /** What it has logged so far; more with "LogLevel VERBOSE" among the settings. */
  readonly log: () => string;
  /** Waits until it has logged something that matches; gives the match. */
  logged(pattern: RegExp): Promise<RegExpExecArray>;
  /** Process ids of the server's children that serve connections. */
  connections(): Promise<readonly number[]>;
  /** Ends the server and its connections, as a reboot does: without a word to the clients. */
  halt(): Promise<void>;
  /** Serves again, at the same port. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it; the users are created, and removed by stop(). `settings` are further lines of sshd_config. */
export async function startPrivateSshd(
  users: readonly ThrowAwayUser[],
  settings: readonly string[] = [],
): Promise<PrivateSshd> {
  const folder = await mkdtemp(join(tmpdir(), "private-sshd-"));
  await chmod(folder, 0o755);
  const passphrase = "open sesame";
  const makeKey = async (name: string, type: string, secret = ""): Promise<string> => {
    const file = join(folder, name);
    await execute("ssh-keygen", ["-q", "-t", type, "-N", secret, "-C", name, "-f", file]);
    return file;
  };
  const [ed25519, ecdsa, keyFile, encryptedKeyFile, strangerKeyFile] = await Promise.all([
    makeKey("host_ed25519", "ed25519"),
    makeKey("host_ecdsa", "ecdsa"),
    makeKey("user", "ed25519"),
    makeKey("encrypted", "ed25519", passphrase),
    makeKey("stranger", "ed25519"),
  ]);
  const authorized = join(folder, "authorized_keys");
  const publicKeys = await Promise.all([keyFile, encryptedKeyFile].map((file) => readFile(`${file}.pub`)));
  await writeFile(authorized, Buffer.concat(publicKeys));
  // sudo reads no file of this folder whose name has a dot.
  const sudoers = `/etc/sudoers.d/${basename(folder).replaceAll(".", "-")}`;
  for (const user of users) {
    await execute("useradd", ["--create-home", "--shell", "/bin/bash", user.name]);
    execFileSync("chpasswd", { input: `${user.name}:${user.password}\n` });
  }
  const rules = users.flatMap(({ name, sudo }) =>
    sudo === "no" ? [] : [`${name} ALL=(ALL:ALL) ${sudo === "with password" ? "" : "NOPASSWD: "}ALL`],
  );
  // use_pty is Debian 12's default; said again for distributions without it.
  await writeFile(sudoers, `Defaults use_pty\n${rules.join("\n")}\n`, { mode: 0o440 });

  const port = await freePort();
  const configuration = join(folder, "sshd_config");
  await writeFile(
    configuration,
    [
      "ListenAddress 127.0.0.1",
      `Port ${port}`,
      `HostKey ${ed25519}`,
      `HostKey ${ecdsa}`,
      `PidFile ${folder}/sshd.pid`,
      `AuthorizedKeysFile ${authorized}`,
      "StrictModes no",
      "PermitRootLogin prohibit-password",
      "UsePAM yes",
      "PrintMotd no",
      ...settings,
      "",
    ].join("\n"),
  );
  // Privilege separation wants this folder, which the system's service would make.
  await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  let earlierLog = "";
  let { server, log } = await serve(configuration);

  return {
    port,
    folder,
    keyFile,
    encryptedKeyFile,
    passphrase,
    strangerKeyFile,
    hostKeys: {
      "ssh-ed25519": await publicKey(ed25519),
      "ecdsa-sha2-nistp256": await publicKey(ecdsa),
    },
    log: () => earlierLog + log(),
    logged: async (pattern) => {
      for (;;) {
        const match = pattern.exec(earlierLog + log());
        if (match) {
          return match;
        }
        await new Promise((resolve) => server.stderr?.once("data", resolve));
      }
    },
    connections: () => childrenOf(server.pid ?? -1),
    halt: () => end(server),
    resume: async () => {
      earlierLog += log();
      ({ server, log } = await serve(configuration));
    },
    stop: async () => {
      await end(server);
      for (const user of users) {
        await removeUser(user.name);
      }
      await rm(sudoers, { force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Ends the processes that serve connections, as a lost network would: without a word to the client. */
export async function breakConnections(server: PrivateSshd): Promise<void> {
  await endConnections(await server.connections());
}

async function endConnections(connections: readonly number[]): Promise<void> {
  for (const connection of connections) {
    // Without root's login there is an unprivileged process below; both hold the socket.
    const below = await childrenOf(connection);
    const names = await Promise.all(
      below.map((pid) => readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")),
    );
    [connection, ...below.filter((_, index) => names[index]?.startsWith("sshd"))].forEach(endProcess);
  }
}

/** Ends a process that may have ended already. */
function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It was gone.
  }
}

async function removeUser(name: string): Promise<void> {
  // --force: a login's last process may still be ending. userdel has code 12 for a missing mail spool.
  await execute("userdel", ["--force", "--remove", name]).catch(() => undefined);
}

async function publicKey(file: string): Promise<string> {
  const [type, key] = (await readFile(`${file}.pub`, "utf8")).split(" ");
  return `${type ?? ""} ${key ?? ""}`;
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return text.split(" ").filter(Boolean).map(Number);
}

/** A server that listens, and what it has logged. */
interface Serving {
  readonly server: ChildProcess;
  readonly log: () => string;
}

async function serve(configuration: string): Promise<Serving> {
  const server = spawn(sshd, ["-D", "-e", "-f", configuration], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    server.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("Server listening")) {
        resolve();
      }
    });
    server.once("exit", () => {
      reject(new Error(`sshd did not start: ${said}`));
    });
  });
  return { server, log: () => said };
}

/** Ends a server and its connections; one that has ended is left alone. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) {
    return;
  }
  const connections = await childrenOf(server.pid ?? -1);
  const exited = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await exited;
  await endConnections(connections);
}
