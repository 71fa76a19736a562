import { setTimeout as pause } from "node:timers/promises";

const PAUSE_MS = 250;

/** Waits until `probe` gives a value, and gives it; throws after `timeoutMs` with `what` was awaited. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) {
      return value;
    }
    if (performance.now() > deadline) {
      throw new Error(`in ${timeoutMs / 1000} s there was not: ${what}`);
    }
    await pause(PAUSE_MS);
  }
}
