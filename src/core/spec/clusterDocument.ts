import type * as z from "zod";
import { expectation, knownFields, nearestWord, show } from "./describeIssue.ts";
import { type FieldPath, formatField, type SpecDiagnostic } from "./diagnostic.ts";
import type { Fix } from "./fix.ts";
import { homeOf } from "./misplacedField.ts";
import { newestMinor } from "./newestMinor.ts";
import { isRecord } from "./record.ts";
import { type ClusterDocument, clusterSchema, frameSchema, type HostDocument, hostSchema } from "./schema.ts";
import { lengthHint, type Spelling, spellingsFor, spellingsForKey } from "./spelling.ts";
import type { SpecDocument } from "./specFile.ts";

/** The cluster's document, held against the schema. */
export interface ReadCluster {
  /** With defaults. Fields that are wrong are left out, hosts too whose rest says too little; undefined: nothing is left. */
  readonly document?: ClusterDocument;
  /** Index in the file of each host of `document`. */
  readonly hostIndexes: readonly number[];
  /** How many the file has. */
  readonly hostCount: number;
  /** Fields that are wrong; what rules find in or below them is only a consequence. */
  readonly wrongFields: readonly FieldPath[];
  readonly diagnostics: readonly SpecDiagnostic[];
}

/** A host held against the schema, its paths counted from the host. */
interface ReadHost {
  readonly host?: HostDocument;
  readonly issues: readonly z.core.$ZodIssue[];
}

const options = { reportInput: true, error: expectation };

/** Hosts are checked again only when they changed: a reader gives the same object for the same text. */
const knownHosts = new WeakMap<object, ReadHost>();

export function readCluster(document: SpecDocument): ReadCluster {
  const value = withoutEmptyFields(document.value);
  const frame = frameSchema.safeParse(value, options);
  const frameIssues = frame.success ? [] : frame.error.issues;
  const sound = frame.success
    ? frame.data
    : frameSchema.safeParse(withStandIns(pruned(value, frameIssues))).data;
  const written = hostsOf(document.value);
  const read = written.map(readHost);
  const hosts = read.flatMap(({ host }, index) => (host === undefined ? [] : [{ host, index }]));
  const issues = [
    ...frameIssues,
    ...read.flatMap(({ issues }, index) =>
      issues.map((issue) => ({ ...issue, path: ["spec", "hosts", index, ...issue.path] })),
    ),
  ];
  return {
    ...(sound && { document: { ...sound, spec: { ...sound.spec, hosts: hosts.map(({ host }) => host) } } }),
    hostIndexes: hosts.map(({ index }) => index),
    hostCount: written.length,
    wrongFields: issues.flatMap(fieldsOf),
    diagnostics: issues.flatMap((issue) => diagnosticsOf(issue, document)),
  };
}

function readHost(value: unknown): ReadHost {
  const known = isRecord(value) ? knownHosts.get(value) : undefined;
  if (known !== undefined) {
    return known;
  }
  const written = withoutEmptyFields(value);
  const result = hostSchema.safeParse(written, options);
  const read: ReadHost = result.success
    ? { host: result.data, issues: [] }
    : { host: hostSchema.safeParse(pruned(written, result.error.issues)).data, issues: result.error.issues };
  if (isRecord(value)) {
    knownHosts.set(value, read);
  }
  return read;
}

/** Something for each field that must be there, so that one mistake does not silence the rules about the rest. */
function withStandIns(value: unknown): unknown {
  const { metadata, spec, ...others } = isRecord(value) ? value : {};
  return {
    ...others,
    metadata: { name: "cluster", ...(isRecord(metadata) && metadata) },
    spec: { kubernetesVersion: newestMinor, hosts: [null], ...(isRecord(spec) && spec) },
  };
}

function hostsOf(value: unknown): readonly unknown[] {
  const hosts = isRecord(value) && isRecord(value.spec) ? value.spec.hosts : undefined;
  return Array.isArray(hosts) ? hosts : [];
}

/** A key with nothing but comments below it means the default, as if the key were a comment too. */
function withoutEmptyFields(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutEmptyFields);
  }
  if (!isRecord(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([key, field]) => [key, withoutEmptyFields(field)]),
  );
}

/** The fields that an issue is about. */
function fieldsOf(issue: z.core.$ZodIssue): readonly FieldPath[] {
  const path = pathOf(issue);
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key]) : [path];
}

/** The value without the fields that are wrong. */
function pruned(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const wrong = issues.flatMap(fieldsOf);
  return wrong.reduce((rest, path) => without(rest, path), value);
}

function without(value: unknown, [part, ...rest]: FieldPath): unknown {
  if (part === undefined) {
    return undefined;
  }
  if (Array.isArray(value)) {
    const index = Number(part);
    return rest.length === 0
      ? value.filter((_, at) => at !== index)
      : value.map((item: unknown, at) => (at === index ? without(item, rest) : item));
  }
  if (!isRecord(value)) {
    return value;
  }
  const { [String(part)]: field, ...others } = value;
  return rest.length === 0 || field === undefined
    ? others
    : { ...others, [String(part)]: without(field, rest) };
}

function pathOf(issue: z.core.$ZodIssue): FieldPath {
  return issue.path.filter((part) => typeof part !== "symbol");
}

function diagnosticsOf(issue: z.core.$ZodIssue, document: SpecDocument): readonly SpecDiagnostic[] {
  const { report, sourceOf } = document;
  const path = pathOf(issue);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownField(key, path, document));
  }
  if (issue.code === "invalid_key") {
    return [invalidKey(issue, path, document)];
  }
  if (issue.input === undefined) {
    return [report("missing-field", path, `missing; expected ${issue.message}`)];
  }
  const source = sourceOf(path);
  const { hint, ...repair } = repairOf(issue, path, source);
  const problem = report(
    "invalid-value",
    path,
    `expected ${issue.message}, got ${show(issue.input, source)}${hint}`,
  );
  return [{ ...problem, ...repair }];
}

/** How to repair a wrong value, where that can be told. */
function repairOf(
  issue: z.core.$ZodIssue,
  path: FieldPath,
  source: string | undefined,
): { readonly hint: string } & Pick<SpecDiagnostic, "fixes"> {
  if (issue.code === "invalid_type" && issue.expected === "string" && typeof issue.input !== "object") {
    const value = source ?? JSON.stringify(issue.input);
    return {
      hint: `; put it in quotes: "${value}"`,
      fixes: [{ title: "Put it in quotes", isPreferred: true, edits: [{ kind: "set", path, value }] }],
    };
  }
  if (issue.code === "invalid_value" && typeof issue.input === "string") {
    const meant = nearestWord(issue.input, issue.values.map(String));
    if (meant !== undefined) {
      const title = `Change it to ${JSON.stringify(meant)}`;
      return {
        hint: `; did you mean ${JSON.stringify(meant)}?`,
        fixes: [{ title, isPreferred: true, edits: [{ kind: "set", path, value: meant }] }],
      };
    }
  }
  if (typeof issue.input === "string") {
    const spellings = spellingsFor(path, issue.input);
    return {
      hint: `${lengthHint(path, issue.input)}${meantHint(spellings)}`,
      ...(spellings.length > 0 && {
        fixes: spellings.map(({ value, isFaithful }) => ({
          title: `Change it to ${value}`,
          isPreferred: isFaithful,
          edits: [{ kind: "set", path, value }],
        })),
      }),
    };
  }
  return { hint: "" };
}

function meantHint([best]: readonly Spelling[]): string {
  return best === undefined ? "" : `; did you mean ${JSON.stringify(best.value)}?`;
}

function invalidKey(
  issue: z.core.$ZodIssueInvalidKey,
  path: FieldPath,
  { report, value }: SpecDocument,
): SpecDiagnostic {
  const key = String(issue.input);
  const siblings = keysAt(value, path.slice(0, -1));
  const spellings = spellingsForKey(path, key).filter((spelling) => !siblings.includes(spelling.value));
  const expected = issue.issues[0]?.message ?? issue.message;
  const hint = `${lengthHint(path, key)}${meantHint(spellings)}`;
  const problem = report("invalid-value", path, `expected ${expected}, got ${show(issue.input)}${hint}`, {
    at: "key",
  });
  const fixes = spellings.map((spelling): Fix => ({
    title: `Rename it to ${spelling.value}`,
    isPreferred: true,
    edits: [{ kind: "rename-key", path, to: spelling.value }],
  }));
  return { ...problem, fixes: [...fixes, { title: `Remove ${key}`, edits: [{ kind: "remove", path }] }] };
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      Array.isArray(inner) ? (inner[Number(part)] as unknown) : isRecord(inner) ? inner[part] : undefined,
    value,
  );
}

/** The keys of the map at a path; [] where there is none. */
function keysAt(value: unknown, path: FieldPath): readonly string[] {
  const map = valueAt(value, path);
  return isRecord(map) ? Object.keys(map) : [];
}

function unknownField(key: string, path: FieldPath, document: SpecDocument): SpecDiagnostic {
  const field = [...path, key];
  const siblings = keysAt(document.value, path);
  const known = knownFields(clusterSchema, path);
  // A field that is there already was not meant.
  const meant = nearestWord(
    key,
    known.filter((name) => !siblings.includes(name)),
  );
  const home = meant === undefined ? homeOf(path, key) : undefined;
  const remove: Fix = { title: `Remove ${key}`, edits: [{ kind: "remove", path: field }] };
  const problem = (hint: string): SpecDiagnostic =>
    document.report("unknown-field", field, `unknown field; ${hint}`, { at: "key" });
  if (meant !== undefined) {
    const rename: Fix = {
      title: `Rename it to ${JSON.stringify(meant)}`,
      isPreferred: true,
      edits: [{ kind: "rename-key", path: field, to: meant }],
    };
    return { ...problem(`did you mean ${JSON.stringify(meant)}?`), fixes: [rename, remove] };
  }
  if (home !== undefined && !document.find(home).isExact) {
    const place = formatField(home);
    const move: Fix = {
      title: `Move it to ${place}`,
      edits: [
        { kind: "set", path: home, value: valueAt(document.value, field) },
        { kind: "remove", path: field },
      ],
    };
    return { ...problem(`did you mean ${place}?`), fixes: [move, remove] };
  }
  return { ...problem(`known here: ${known.join(", ")}`), fixes: [remove] };
}
