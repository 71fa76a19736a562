/** Fields of one Debian control paragraph by their name, folded lines kept as they are. */
export type ControlFields = ReadonlyMap<string, string>;

/** Reads one paragraph, as `dpkg-deb --field` prints it. Throws SyntaxError for a line that is no field. */
export function parseControl(text: string): ControlFields {
  const fields = new Map<string, string>();
  let last: string | undefined;
  for (const line of text.trimEnd().split("\n")) {
    if (/^[ \t]/.test(line) && last !== undefined) {
      fields.set(last, `${fields.get(last)}\n${line}`);
      continue;
    }
    const colon = line.indexOf(":");
    if (colon <= 0) throw new SyntaxError(`not a control field: ${line}`);
    last = line.slice(0, colon);
    fields.set(last, line.slice(colon + 1).trim());
  }
  return fields;
}

/** The paragraph for `fields`, in their order, with a line end. */
export function renderControl(fields: ControlFields): string {
  return [...fields].map(([name, value]) => `${name}: ${value}\n`).join("");
}

/** `v1.28` for a Debian version such as `1.28.15-1.1`; undefined when it does not start with a minor version. */
export function kubernetesMinor(debianVersion: string): string | undefined {
  const match = /^(?:\d+:)?(\d+\.\d+)\.\d/.exec(debianVersion);
  return match === null ? undefined : `v${match[1]}`;
}

/** `1.28.15` for `1.28.15-1.1`: a Debian version without epoch and revision. */
export function upstreamVersion(debianVersion: string): string {
  return debianVersion.replace(/^\d+:/, "").replace(/-[^-]*$/, "");
}
