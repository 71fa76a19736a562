import type { FieldPath } from "../diagnostic.ts";
import type { Fix } from "../fix.ts";
import type { Finding, Rule } from "./rule.ts";
import {
  isPlaceholder,
  isSecretName,
  passwordInUrl,
  secretIn,
  withoutCredentials,
} from "./secretPatterns.ts";

export const secretInSpec: Rule = {
  severity: "error",
  title: "There is no secret in the file",
  check: ({ written, kubeadmDocuments }) => [
    ...secretsOf(written).map((secret) => findingOf(secret, 0)),
    ...kubeadmDocuments.flatMap(({ document, value, kind }) =>
      secretsOf(value)
        .filter(({ path }) => !isOwned(kind, path))
        .map((secret) => findingOf(secret, document)),
    ),
  ],
};

interface Secret {
  /** Counted from the value that was searched. */
  readonly path: FieldPath;
  /** "a private key" */
  readonly what: string;
  /** What the field may keep: a URL without its password. */
  readonly rest?: string;
}

function findingOf({ path, what, rest }: Secret, document: number): Finding {
  const edit =
    rest === undefined
      ? ({ kind: "remove", document, path } as const)
      : ({ kind: "set", document, path, value: rest } as const);
  const fix: Fix = { title: `Remove ${what}`, isPreferred: true, edits: [edit] };
  return {
    document,
    path,
    at: "key",
    isIndependent: true,
    message: `remove it: ${what} does not belong in a spec file, which is shared and kept; change it where it is valid, as it has been seen`,
    fixes: [fix],
  };
}

/** What owned-field says already. */
function isOwned(kind: string, [first, second]: FieldPath): boolean {
  switch (kind) {
    case "InitConfiguration":
      return first === "certificateKey" || first === "bootstrapTokens";
    case "JoinConfiguration":
      return first === "discovery" || (first === "controlPlane" && second === "certificateKey");
    default:
      return false;
  }
}

/** Values that were searched: a reader gives the same object for a host or document that did not change. */
const known = new WeakMap<object, readonly Secret[]>();

/** Secrets in a value and below it. */
function secretsOf(value: unknown): readonly Secret[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const found = known.get(value) ?? search(value);
  known.set(value, found);
  return found;
}

function search(value: object): readonly Secret[] {
  if (Array.isArray(value)) {
    return (value as readonly unknown[]).flatMap((item, index) => [
      ...inScalar(item, "", [index]),
      ...below(index, item),
    ]);
  }
  const entries = Object.entries(value);
  // An argument or a variable of the environment: {name: DB_PASSWORD, value: ...}.
  const { name } = value as Readonly<Record<string, unknown>>;
  return entries.flatMap(([key, field]) => [
    ...inScalar(field, key === "value" && typeof name === "string" ? name : key, [key]),
    ...(key === "labels" || key === "taints" ? [] : below(key, field)),
  ]);
}

function below(key: string | number, value: unknown): readonly Secret[] {
  const secrets = secretsOf(value);
  return secrets.length === 0
    ? secrets
    : secrets.map((secret) => ({ ...secret, path: [key, ...secret.path] }));
}

/** Fields whose values are names of machines: abcdef.ghijklmnopqrst12 is none of a token there. */
const nameFields: ReadonlySet<string> = new Set(["address", "controlPlaneEndpoint", "dnsDomain", "name"]);

function inScalar(value: unknown, name: string, path: FieldPath): readonly Secret[] {
  if (typeof value === "number") {
    return isPasswordName(name) ? [{ path, what: "a password" }] : [];
  }
  if (typeof value !== "string") {
    return [];
  }
  const byItself = nameFields.has(name) ? undefined : secretIn(value);
  if (byItself !== undefined) {
    return [{ path, what: byItself }];
  }
  if (passwordInUrl(value) !== undefined) {
    return [{ path, what: "the password in a URL", rest: withoutCredentials(value) }];
  }
  return isSecretName(name) && !isPlaceholder(value) ? [{ path, what: whatOf(name) }] : [];
}

function isPasswordName(name: string): boolean {
  return isSecretName(name) && /pass/i.test(name);
}

function whatOf(name: string): string {
  if (isPasswordName(name)) {
    return "a password";
  }
  return /token/i.test(name) ? "a token" : /certificate/i.test(name) ? "a certificate key" : "a secret";
}
