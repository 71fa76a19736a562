import { spawn } from "node:child_process";

/** A program ended badly: its argv, exit status (null when a signal ended it) and the last of what it said. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  readonly argv: readonly string[];
  readonly status: number | null;

  constructor(argv: readonly string[], status: number | null, output: string) {
    const tail = output.trimEnd().split("\n").slice(-15).join("\n");
    super(`${argv.join(" ")}: ended with ${status === null ? "a signal" : `status ${status}`}\n${tail}`);
    this.argv = argv;
    this.status = status;
  }
}

export interface RunOptions {
  readonly stdin?: string;
  readonly cwd?: string;
  /** Added to this process' own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Show what the program writes as it writes it, instead of collecting it. */
  readonly show?: boolean;
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /** Null when a signal ended the program. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end and gives back what it said, whatever its exit status.
 *  Rejects only when the program cannot be started at all. */
export function runResult(argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const [file, ...args] = argv;
  if (file === undefined) throw new TypeError("an empty argv");
  return new Promise((resolve, reject) => {
    const output = options.show === true ? "inherit" : "pipe";
    const child = spawn(file, args, {
      stdio: [options.stdin === undefined ? "ignore" : "pipe", output, output],
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      signal: options.signal,
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, stderr }));
    child.stdin?.on("error", () => undefined); // a program may end without reading its input
    child.stdin?.end(options.stdin);
  });
}

/** Runs a program that must succeed; its standard output. Throws CommandFailed. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await runResult(argv, options);
  if (result.status !== 0) throw new CommandFailed(argv, result.status, result.stderr || result.stdout);
  return result.stdout;
}
