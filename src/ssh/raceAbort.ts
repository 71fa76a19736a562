import { Cancelled } from "../core/errors.ts";

/** `work`, unless `signal` aborts first: then it rejects with Cancelled, and `work` goes on unheard. */
export async function raceAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) {
    return work;
  }
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(new Cancelled());
    };
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) {
      onAbort();
    }
  });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
