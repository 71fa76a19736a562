import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "./paths.ts";

/** First 12 hex digits of the SHA-256 over `inputs`, whose order counts. */
export function inputHash(inputs: readonly string[]): string {
  const hash = createHash("sha256");
  for (const input of inputs) hash.update(`${Buffer.byteLength(input)}:${input}`);
  return hash.digest("hex").slice(0, 12);
}

/** The cache folder `<kind>-<hash of inputs>`, made by `make` when it is not there yet.
 *  A folder appears under its name only when complete, so a broken run leaves nothing that looks finished. */
export async function cached(
  kind: string,
  inputs: readonly string[],
  make: (directory: string) => Promise<void>,
): Promise<string> {
  const finished = join(cacheDirectory(), `${kind}-${inputHash(inputs)}`);
  if (existsSync(finished)) return finished;
  const unfinished = `${finished}.${process.pid}.making`;
  await mkdir(unfinished, { recursive: true });
  try {
    await make(unfinished);
    await rename(unfinished, finished).catch(async (error: unknown) => {
      if (!existsSync(finished)) throw error; // else another run was faster: take its folder
      await rm(unfinished, { recursive: true, force: true });
    });
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  return finished;
}
