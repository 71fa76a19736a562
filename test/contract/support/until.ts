import { setTimeout as pause } from "node:timers/promises";

/** Waits until `isTrue` says so; throws after `timeoutMs` with `what` was awaited. */
export async function until(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  timeoutMs = 5000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) {
      throw new Error(`in ${timeoutMs} ms there was not: ${what}`);
    }
    await pause(10);
  }
}
