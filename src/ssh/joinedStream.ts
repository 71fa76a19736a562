import { Duplex, type Readable, type Writable } from "node:stream";

export interface JoinedParts {
  readonly readable: Readable;
  /** May be the same stream as `readable`. */
  readonly writable: Writable;
  /** Waited for between the last data and the end. */
  readonly beforeEnd?: () => Promise<unknown>;
  /** Called once, however the stream came to its end. */
  readonly onClosed: () => void;
}

/**
 * One stream of two, which is closed as a whole: when the other side ends, and at once when it is destroyed. The parts
 * by themselves do neither: a channel of ssh2 waits for the server's word, and a pipe for the other one's end. So a
 * connection that runs over them would outlive its server.
 */
export function joinedStream({ readable, writable, beforeEnd, onClosed }: JoinedParts): Duplex {
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => {
      readable.resume();
    },
    write: (chunk: Buffer, encoding, done) => {
      writable.write(chunk, encoding, done);
    },
    final: (done) => {
      writable.end();
      done();
    },
    destroy: (error, done) => {
      onClosed();
      done(error);
    },
  });
  let isEnding = false;
  const end = async (): Promise<void> => {
    if (!isEnding) {
      isEnding = true;
      await beforeEnd?.();
      stream.push(null);
    }
  };
  const fail = (error: Error): void => {
    stream.destroy(error);
  };
  readable
    .on("data", (chunk: Buffer) => {
      if (!stream.push(chunk)) {
        readable.pause();
      }
    })
    .on("end", () => void end())
    .on("close", () => void end())
    .on("error", fail);
  writable.on("error", fail);
  readable.pause();
  // Whoever connects over it listens; before and after that nobody misses its errors.
  stream.on("error", () => undefined);
  return stream;
}
