/** ssh would refuse this configuration, or what was asked of it. */
export class SshConfigError extends Error {
  override readonly name = "SshConfigError";
  /** undefined: not in a file, but in what was asked for. */
  readonly file: string | undefined;
  /** Counted from 1; undefined when it is the file as a whole. */
  readonly line: number | undefined;
  /** `message` without the place. */
  readonly what: string;

  constructor(what: string, place?: { readonly file: string; readonly line?: number | undefined }) {
    super(place ? `${place.file}${place.line === undefined ? "" : ` line ${place.line}`}: ${what}` : what);
    this.what = what;
    this.file = place?.file;
    this.line = place?.line;
  }
}
