/** Puts a question on the screen, takes it away when `unwanted` aborts, and resolves with undefined unless answered. */
export type ShowQuestion<T> = (unwanted: AbortSignal) => Promise<T | undefined>;

/**
 * One question at a time: VS Code takes an input box away when the next one opens, and what was never answered
 * would count as refused. Whoever needs the same answer at the same time (the same `key`) shares one question.
 * A question goes away when nobody waits for its answer any more, also while it is still in the queue.
 */
export class QuestionQueue<T> {
  readonly #open = new Map<string, SharedQuestion<T>>();
  #last: Promise<unknown> = Promise.resolve();

  /** The answer; undefined when there is none or when `unwanted` aborts first. Rejects as `show` does. */
  ask(key: string, unwanted: AbortSignal, show: ShowQuestion<T>): Promise<T | undefined> {
    const shared = this.#open.get(key) ?? this.#enqueue(key, show);
    shared.waiting++;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        shared.waiting--;
        if (shared.waiting === 0) {
          this.#forget(key, shared);
          shared.unwanted.abort();
        }
        resolve(undefined);
      };
      if (unwanted.aborted) {
        leave();
        return;
      }
      unwanted.addEventListener("abort", leave, { once: true });
      shared.answer.then(resolve, reject).finally(() => {
        unwanted.removeEventListener("abort", leave);
      });
    });
  }

  #enqueue(key: string, show: ShowQuestion<T>): SharedQuestion<T> {
    const unwanted = new AbortController();
    const answer = this.#last.then(async () => (unwanted.signal.aborted ? undefined : show(unwanted.signal)));
    const shared = { answer, unwanted, waiting: 0 };
    this.#open.set(key, shared);
    this.#last = answer
      .catch(() => "whoever asked is told")
      .finally(() => {
        this.#forget(key, shared);
      });
    return shared;
  }

  #forget(key: string, shared: SharedQuestion<T>): void {
    if (this.#open.get(key) === shared) {
      this.#open.delete(key);
    }
  }
}

interface SharedQuestion<T> {
  readonly answer: Promise<T | undefined>;
  readonly unwanted: AbortController;
  /** How many wait for the answer. */
  waiting: number;
}
