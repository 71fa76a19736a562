import { raceAbort } from "./raceAbort.ts";

/** Lets only so many hold a place at a time; the others wait in the order in which they came. */
export interface Limiter {
  /** Waits for a place; gives what frees it again (once). Rejects with Cancelled when aborted before that. */
  acquire(signal?: AbortSignal): Promise<() => void>;
  /** Places held now. */
  readonly held: () => number;
  /** Lowers the limit for good, to at least 1. */
  lowerTo(limit: number): void;
}

export function createLimiter(initialLimit: number): Limiter {
  let limit = initialLimit;
  let held = 0;
  const waiting: (() => void)[] = [];

  function admit(): void {
    while (held < limit) {
      const next = waiting.shift();
      if (!next) {
        return;
      }
      held++;
      next();
    }
  }

  function createRelease(): () => void {
    let isReleased = false;
    return () => {
      if (!isReleased) {
        isReleased = true;
        held--;
        admit();
      }
    };
  }

  async function acquire(signal?: AbortSignal): Promise<() => void> {
    let isAdmitted = false;
    let isGivenUp = false;
    const release = createRelease();
    const turn = new Promise<void>((resolve) => {
      waiting.push(() => {
        isAdmitted = true;
        resolve();
        if (isGivenUp) {
          release();
        }
      });
    });
    admit();
    try {
      await raceAbort(turn, signal);
    } catch (error) {
      isGivenUp = true;
      if (isAdmitted) {
        release();
      }
      throw error;
    }
    return release;
  }

  return {
    acquire,
    held: () => held,
    lowerTo: (lower) => {
      limit = Math.max(1, Math.min(limit, lower));
    },
  };
}
