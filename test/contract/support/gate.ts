import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { quote } from "../../../src/core/shell/quote.ts";

/** A place in a script at which it waits until the test lets it go on. Scripts must run on this machine. */
export interface Gate {
  /** The shell command that waits. */
  readonly wait: string;
  open(): Promise<void>;
  remove(): Promise<void>;
}

export async function createGate(): Promise<Gate> {
  const folder = await mkdtemp(join(tmpdir(), "gate-"));
  const fifo = join(folder, "fifo");
  await promisify(execFile)("mkfifo", [fifo]);
  return {
    wait: `cat ${quote(fifo)} > /dev/null`,
    open: () => writeFile(fifo, ""),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
