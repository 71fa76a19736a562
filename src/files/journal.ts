import { mkdir, open, readdir, readFile, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent } from "../core/run/events.ts";
import { errorCode } from "./atomicWrite.ts";

/** So many runs are kept. */
const mostJournals = 50;

export interface JournalOptions {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly startedAt: Date;
  /** Told once, when the journal cannot be written; the run goes on without it. */
  readonly onError: (error: unknown) => void;
}

/** The file of one run. */
export interface Journal {
  readonly path: string;
  /** Never throws and never waits: events are buffered and written one batch after another, in order. */
  append(event: RunEvent): void;
  /** Resolves when everything is on disk, or the journal was given up. Never rejects. */
  close(): Promise<void>;
}

/** A journal that was found. */
export interface JournalFile {
  readonly path: string;
  readonly cluster: string;
  readonly startedAt: Date;
}

/**
 * Begins the journal of a run: DIR/20261123T101500Z-CLUSTER.jsonl, one event a line as JSON, mode 0600. The
 * oldest ones beyond 50 are removed. Never rejects: what goes wrong is told through `onError`.
 */
export async function createJournal(dir: string, options: JournalOptions): Promise<Journal> {
  const reporter = onceOnly(options.onError);
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const { path, file } = await openNew(dir, options);
    await prune(dir);
    return new JournalWriter(path, file, reporter);
  } catch (error) {
    reporter(error);
    return {
      path: join(dir, fileName(options.cluster, options.startedAt)),
      append: () => {},
      close: async () => {},
    };
  }
}

/**
 * The events of a journal, in order. A line that cannot be read is left out, such as the last one of a run whose
 * process was killed while writing it. Throws the file system's error.
 */
export async function readJournal(path: string): Promise<readonly RunEvent[]> {
  const text = await readFile(path, "utf8");
  return text.split("\n").flatMap((line) => {
    const event = parseLine(line);
    return event === undefined ? [] : [event];
  });
}

/** The journals in `dir`, the newest first; [] when there is no such directory. */
export async function listJournals(dir: string): Promise<readonly JournalFile[]> {
  const names = await readdir(dir).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") {
      return [];
    }
    throw error;
  });
  return names
    .toSorted()
    .toReversed()
    .flatMap((name) => {
      const [, year, month, day, hour, minute, second, cluster] = namePattern.exec(name) ?? [];
      return cluster === undefined
        ? []
        : [
            {
              path: join(dir, name),
              cluster,
              startedAt: new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`),
            },
          ];
    });
}

const namePattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(.+)\.jsonl$/;

function fileName(cluster: string, startedAt: Date): string {
  const stamp = startedAt.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `${stamp}-${cluster.replaceAll(/[^\w.-]/g, "-")}.jsonl`;
}

async function openNew(
  dir: string,
  { cluster, startedAt }: JournalOptions,
): Promise<{ readonly path: string; readonly file: FileHandle }> {
  // Of two runs that start in the same second, the later one is named after the next second.
  for (let second = 0; ; second++) {
    const path = join(dir, fileName(cluster, new Date(startedAt.getTime() + second * 1000)));
    try {
      return { path, file: await open(path, "ax", 0o600) };
    } catch (error) {
      if (errorCode(error) !== "EEXIST") {
        throw error;
      }
    }
  }
}

async function prune(dir: string): Promise<void> {
  const tooMany = (await listJournals(dir)).slice(mostJournals);
  await Promise.all(tooMany.map(({ path }) => rm(path, { force: true })));
}

/** Writes lines in batches: what came while a batch was written is the next one. */
class JournalWriter implements Journal {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #onError: (error: unknown) => void;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #hasFailed = false;

  constructor(path: string, file: FileHandle, onError: (error: unknown) => void) {
    this.path = path;
    this.#file = file;
    this.#onError = onError;
  }

  append(event: RunEvent): void {
    if (this.#hasFailed || this.#closing !== undefined) {
      return;
    }
    try {
      this.#waiting.push(`${JSON.stringify(event)}\n`);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#writing ??= this.#writeAll();
  }

  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #writeAll(): Promise<void> {
    try {
      // One turn of the event loop, so that events that come together are one write.
      await new Promise(setImmediate);
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.join("");
        this.#waiting = [];
        await this.#file.appendFile(batch);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#writing = undefined;
    }
  }

  async #finish(): Promise<void> {
    await this.#writing;
    try {
      await this.#file.sync();
      await this.#file.close();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#hasFailed = true;
    this.#waiting = [];
    this.#onError(error);
  }
}

/** The same callback, called the first time only and never throwing into its caller. */
function onceOnly(callback: (error: unknown) => void): (error: unknown) => void {
  let isTold = false;
  return (error) => {
    if (!isTold) {
      isTold = true;
      try {
        callback(error);
      } catch {
        // There is nobody left to tell.
      }
    }
  };
}

function parseLine(line: string): RunEvent | undefined {
  try {
    const event: unknown = JSON.parse(line);
    // What has a kind was written by append, of this version or another.
    return typeof event === "object" && event !== null && "kind" in event ? (event as RunEvent) : undefined;
  } catch {
    return undefined;
  }
}
