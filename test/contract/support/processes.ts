import { readFileSync, readdirSync } from "node:fs";

/** Ids of the processes whose argument list or environment contains `text`. */
export function processesThatShow(text: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) =>
      ["cmdline", "environ"].some((file) => readOrEmpty(`/proc/${pid}/${file}`).includes(text)),
    )
    .map(Number);
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // It has ended, or belongs to somebody else.
    return "";
  }
}
