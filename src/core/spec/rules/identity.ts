import type { IdentityFile, Rule, RuleContext } from "./rule.ts";

export const identityFile: Rule = {
  severity: "warning",
  title: "Private keys are where the spec says",
  check: (context) =>
    identitiesOf(context)
      .filter(({ found }) => found.kind === "missing")
      .map(({ path, file }) => ({
        path,
        message: `expected a private key, got ${file}, which is not there; create it, name another one, or leave the field out to use the SSH agent and the usual keys`,
        fixes: [{ title: "Remove identityFile", edits: [{ kind: "remove", path }] }],
      })),
};

export const identityPermissions: Rule = {
  severity: "warning",
  title: "Private keys are readable by their owner alone",
  check: (context) =>
    identitiesOf(context)
      .filter(({ found }) => found.kind === "file" && !found.isPrivate)
      .map(({ path, file }) => ({
        path,
        message: `expected a private key that only its owner may read, got ${file}, which others may read; ssh refuses it until you run: chmod 600 ${file}`,
      })),
};

interface Identity {
  readonly path: readonly (string | number)[];
  readonly file: string;
  readonly found: IdentityFile;
}

/** Each file is looked at once, as hosts mostly share one. */
function identitiesOf({ hosts, surroundings: { identityFile: look } }: RuleContext): readonly Identity[] {
  if (look === undefined) {
    return [];
  }
  const known = new Map<string, IdentityFile | undefined>();
  return hosts.flatMap(({ host, path }) => {
    const file = host.ssh.identityFile;
    // A key that was pasted is no path, and nothing to repeat in a message.
    if (file === undefined || file.includes("\n") || file.startsWith("-----")) {
      return [];
    }
    const found = known.has(file) ? known.get(file) : look(file);
    known.set(file, found);
    return found === undefined ? [] : [{ path: [...path, "ssh", "identityFile"], file, found }];
  });
}
