/** Gathers streamed output, and tells when something has arrived. */
export interface Collector {
  readonly onOutput: (chunk: string) => void;
  readonly text: () => string;
  /** Resolves once the output contains `part`. */
  readonly seen: (part: string) => Promise<void>;
}

export function createCollector(): Collector {
  let text = "";
  const waiting: { readonly part: string; readonly resolve: () => void }[] = [];
  const check = (): void => {
    waiting.filter(({ part }) => text.includes(part)).forEach(({ resolve }) => resolve());
  };
  return {
    onOutput: (chunk) => {
      text += chunk;
      check();
    },
    text: () => text,
    seen: (part) =>
      new Promise((resolve) => {
        waiting.push({ part, resolve });
        check();
      }),
  };
}
