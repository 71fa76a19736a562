/** A time limit that stands still while somebody else is waited for. */
export interface Deadline {
  /** Stops the time until `work` is settled, and gives what it gives. */
  pausedDuring<T>(work: Promise<T>): Promise<T>;
  stop(): void;
}

/** Calls `onExpired` once after `timeoutMs` of time not spent in pauses. */
export function startDeadline(timeoutMs: number, onExpired: () => void): Deadline {
  let leftMs = timeoutMs;
  let startedAt = performance.now();
  let pauses = 0;
  let isStopped = false;
  let timer = setTimeout(onExpired, leftMs);

  async function pausedDuring<T>(work: Promise<T>): Promise<T> {
    if (pauses++ === 0) {
      clearTimeout(timer);
      leftMs -= performance.now() - startedAt;
    }
    try {
      return await work;
    } finally {
      if (--pauses === 0 && !isStopped) {
        startedAt = performance.now();
        timer = setTimeout(onExpired, Math.max(0, leftMs));
      }
    }
  }

  function stop(): void {
    isStopped = true;
    clearTimeout(timer);
  }

  return { pausedDuring, stop };
}
