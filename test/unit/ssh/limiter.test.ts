import assert from "node:assert/strict";
import fc from "fast-check";
import { Cancelled } from "../../../src/core/errors.ts";
import { startDeadline } from "../../../src/ssh/deadline.ts";
import { createLimiter } from "../../../src/ssh/limiter.ts";
import { raceAbort } from "../../../src/ssh/raceAbort.ts";

describe("limiter", () => {
  it("never lets more in than its limit, lets all in at last, and in their order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        async (limit, aborts) => {
          const limiter = createLimiter(limit);
          const order: number[] = [];
          let peak = 0;
          const jobs = aborts.map(async (isAborted, index) => {
            const release = await limiter.acquire(isAborted ? AbortSignal.abort() : undefined);
            order.push(index);
            peak = Math.max(peak, limiter.held());
            await Promise.resolve();
            release();
            release();
          });
          const results = await Promise.allSettled(jobs);
          assert.ok(peak <= limit);
          assert.equal(limiter.held(), 0);
          assert.deepEqual(
            order,
            aborts.flatMap((isAborted, index) => (isAborted ? [] : [index])),
          );
          results.forEach((result, index) => {
            assert.equal(result.status, aborts[index] ? "rejected" : "fulfilled");
          });
        },
      ),
    );
  });

  it("gives the place of one who gave up waiting to the next", async () => {
    const limiter = createLimiter(1);
    const release = await limiter.acquire();
    const abort = new AbortController();
    const givenUp = limiter.acquire(abort.signal);
    const next = limiter.acquire();
    abort.abort();
    await assert.rejects(givenUp, Cancelled);
    release();
    (await next)();
    assert.equal(limiter.held(), 0);
  });

  it("keeps to a lowered limit, which is at least 1", async () => {
    const limiter = createLimiter(8);
    const releases = await Promise.all([limiter.acquire(), limiter.acquire()]);
    limiter.lowerTo(0);
    let isIn = false;
    const third = limiter.acquire().then((release) => {
      isIn = true;
      return release;
    });
    releases[0]();
    await Promise.resolve();
    assert.equal(isIn, false);
    releases[1]();
    (await third)();
    assert.equal(limiter.held(), 0);
  });
});

describe("abortable waiting", () => {
  it("gives what the work gives, or Cancelled when it is aborted first", async () => {
    const abort = new AbortController();
    assert.equal(await raceAbort(Promise.resolve(1), abort.signal), 1);
    await assert.rejects(raceAbort(Promise.reject(new TypeError("x")), abort.signal), TypeError);
    const waiting = raceAbort(new Promise(() => undefined), abort.signal);
    abort.abort();
    await assert.rejects(waiting, Cancelled);
    await assert.rejects(raceAbort(Promise.resolve(1), abort.signal), Cancelled);
  });
});

describe("deadline", () => {
  it("expires, but not while it is paused, nor once it is stopped", async () => {
    let expired = 0;
    const deadline = startDeadline(20, () => expired++);
    // Longer than the limit: another deadline measures it.
    await deadline.pausedDuring(new Promise<void>((resolve) => startDeadline(60, resolve)));
    assert.equal(expired, 0);
    await new Promise<void>((resolve) => startDeadline(60, resolve));
    assert.equal(expired, 1);

    const stopped = startDeadline(10, () => expired++);
    await stopped.pausedDuring(Promise.resolve());
    stopped.stop();
    await new Promise<void>((resolve) => startDeadline(40, resolve));
    assert.equal(expired, 1);
  });
});
