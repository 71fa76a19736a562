import { spawn } from "node:child_process";
import { Duplex } from "node:stream";

/** A running ProxyCommand. */
export interface ProxyCommand {
  /** Its standard input and output. */
  readonly stream: Duplex;
  /** What it has printed to standard error, the last of it. */
  readonly said: () => string;
  close(): void;
}

const keptWords = 2000;

/**
 * Starts `command` as ssh does: by the user's shell, which replaces itself with it, so that closing ends the
 * command and not only the shell. An end of the command is an end of the stream; one that says something is an
 * error with its words.
 */
export function startProxyCommand(command: string): ProxyCommand {
  const isWindows = process.platform === "win32";
  const shell = process.env["SHELL"] ?? "/bin/sh";
  const child = isWindows
    ? spawn(command, { shell: true, stdio: "pipe", windowsHide: true })
    : spawn(shell, ["-c", `exec ${command}`], { stdio: "pipe" });
  let words = "";
  child.stderr.on("data", (data: Buffer) => {
    words = (words + data.toString()).slice(-keptWords);
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  // Errors of the pipes reach the stream; those of a command that could not be started must.
  child.on("error", (error) => stream.destroy(error));
  stream.on("close", close);

  function close(): void {
    stream.destroy();
    if (child.exitCode === null && child.signalCode === null) {
      // ssh sends its proxy a SIGHUP when it is done with it.
      child.kill(isWindows ? undefined : "SIGHUP");
    }
  }

  return { stream, said: () => words.trim(), close };
}
