/** Where long work says what it does and how long it took. */
export interface Progress {
  readonly say: (text: string) => void;
  readonly step: <T>(title: string, work: () => Promise<T>) => Promise<T>;
}

/** Writes lines such as `12.3s  Debian base root`, one a finished step. */
export function lineProgress(
  write: (line: string) => void,
  now: () => number = () => performance.now(),
): Progress {
  const say = (text: string): void => write(text);
  return {
    say,
    step: async (title, work) => {
      const started = now();
      const value = await work();
      write(`${((now() - started) / 1000).toFixed(1).padStart(6)}s  ${title}`);
      return value;
    },
  };
}

export const silentProgress: Progress = { say: () => undefined, step: (_title, work) => work() };
