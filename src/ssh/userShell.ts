/** The shell that ssh starts commands of ssh_config by, on systems that have one. */
export function userShell(): string {
  return process.env["SHELL"] || "/bin/sh";
}
