export interface ShellOptions {
  readonly cols: number;
  readonly rows: number;
  /** Value of TERM: "xterm-256color". */
  readonly term: string;
  /** What the shell prints, decoded as UTF-8. */
  readonly onData: (chunk: string) => void;
}

/** A shell in a terminal on a host. */
export interface HostShell {
  write(input: string): void;
  resize(cols: number, rows: number): void;
  close(): void;
  /** Exit code of the shell; -1 when the connection was lost. Never rejects. */
  readonly exit: Promise<number>;
}
