/**
 * In a terminal the exit status of a channel is not the script's, and output may still be on its way when it comes.
 * There the launcher writes "RS NONCE exit CODE\n" behind all that the script has written (RS: the byte 0x1e).
 */
export interface ExitMarkReader {
  /** What of `data`, and of what was held back before, is output; the script's exit code when the mark was in it. */
  readonly read: (data: Buffer) => { readonly output: Buffer; readonly exitCode: number | undefined };
  /** What was held back because it could have become a mark. */
  readonly rest: () => Buffer;
}

const recordSeparator = "\x1e";

/** Finds the mark wherever chunks are split. Output that follows it (of a background process) is passed on. */
export function createExitMarkReader(nonce: string): ExitMarkReader {
  const start = `${recordSeparator}${nonce} exit `;
  const whole = new RegExp(`${start}(\\d{1,3})\n`);
  const unfinishedCode = new RegExp(`^${start}\\d{0,3}$`);
  let held: Buffer = Buffer.alloc(0);

  function read(data: Buffer): { output: Buffer; exitCode: number | undefined } {
    const all = held.length === 0 ? data : Buffer.concat([held, data]);
    // Output must not wait for what follows it: nothing is held back but what a mark may begin with.
    const last = all.lastIndexOf(recordSeparator);
    if (last < 0) {
      return { output: all, exitCode: undefined };
    }
    // latin1: positions in the text are positions in the buffer.
    const text = all.toString("latin1");
    const tail = text.slice(last);
    const end = start.startsWith(tail) || unfinishedCode.test(tail) ? last : all.length;
    held = all.subarray(end);
    const mark = whole.exec(text);
    if (mark === null) {
      return { output: all.subarray(0, end), exitCode: undefined };
    }
    const behind = mark.index + mark[0].length;
    const output = Buffer.concat([all.subarray(0, mark.index), all.subarray(behind, end)]);
    return { output, exitCode: Number(mark[1]) };
  }

  return { read, rest: () => held };
}
