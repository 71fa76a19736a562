/** Linux numbers of the signals that end a process, by their name without "SIG"; not those of this machine. */
const numbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  XCPU: 24,
  XFSZ: 25,
  SYS: 31,
};

/** The exit code that a shell gives to a command ended by `signal` ("SIGKILL"): 128 + its number; 255 if unknown. */
export function exitCodeOfSignal(signal: string | undefined): number {
  const number = numbers[signal?.replace(/^SIG/, "") ?? ""];
  return number === undefined ? 255 : 128 + number;
}
