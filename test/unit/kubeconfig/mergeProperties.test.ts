import assert from "node:assert/strict";
import fc from "fast-check";
import { isMap, isSeq, stringify } from "yaml";
import { withEntry } from "../../../src/core/kubeconfig/editKubeconfig.ts";
import { parseKubeconfig, parseSource } from "../../../src/core/kubeconfig/kubeconfig.ts";
import type { Kubeconfig, KubeconfigSource } from "../../../src/core/kubeconfig/kubeconfig.ts";
import { mergeKubeconfig, type MergeOptions } from "../../../src/core/kubeconfig/mergeKubeconfig.ts";
import { redactKubeconfig } from "../../../src/core/kubeconfig/redactKubeconfig.ts";
import { entries, hasKubectl, kubectlView } from "./samples.ts";

const incoming = entries("demo");
const name = fc.constantFrom(
  "a",
  "b",
  "prod",
  "kind-x",
  "user@host",
  "arn:aws:eks:eu:1:cluster/x",
  "on",
  "Ünï",
  "demo",
  "demo-admin",
);
const text = fc.constantFrom(
  "https://10.0.0.1:6443",
  "x",
  "two words",
  "# no comment",
  "yes",
  "",
  "a\nb\n",
  "a: b",
  "{",
  "'",
  '"',
);

const cluster = fc.record(
  {
    server: text,
    "tls-server-name": text,
    "x-unknown": fc.record({ deep: text }),
    "insecure-skip-tls-verify": fc.boolean(),
  },
  { requiredKeys: ["server"] },
);
const context = fc.record(
  { cluster: name, user: name, namespace: text },
  { requiredKeys: ["cluster", "user"] },
);
const user = fc.record(
  {
    token: text,
    "client-key-data": fc.constant("aGVsbG8="),
    exec: fc.record({ command: text, args: fc.array(text, { maxLength: 2 }) }),
  },
  { requiredKeys: [] },
);

function list(field: string, content: fc.Arbitrary<object>): fc.Arbitrary<unknown> {
  const entry = fc
    .tuple(name, content, fc.boolean())
    .map(([key, fields, isNameFirst]) =>
      isNameFirst ? { name: key, [field]: fields } : { [field]: fields, name: key },
    );
  return fc.option(fc.uniqueArray(entry, { selector: (item) => item.name, maxLength: 3 }), { nil: null });
}

const content = fc
  .record(
    {
      apiVersion: fc.constant("v1"),
      kind: fc.constant("Config"),
      preferences: fc.constant({}),
      clusters: list("cluster", cluster),
      contexts: list("context", context),
      users: list("user", user),
      "current-context": name,
      "x-more": fc.array(text, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  )
  .chain((fields) => fc.shuffledSubarray(Object.entries(fields), { minLength: Object.keys(fields).length }))
  .map((pairs) => Object.fromEntries(pairs) as Record<string, unknown>);

const asYaml = fc
  .record({
    content,
    indent: fc.constantFrom(2, 3, 4),
    indentSeq: fc.boolean(),
    flow: fc.constantFrom(undefined, "clusters", "users"),
    lineBreak: fc.constantFrom("\n", "\r\n"),
    comments: fc.array(fc.nat(40), { maxLength: 4 }),
    isCut: fc.boolean(),
  })
  .map(({ content, indent, indentSeq, flow, lineBreak, comments, isCut }) => {
    const written = Object.entries(content).map(([key, value]) =>
      key === flow
        ? `${key}: ${JSON.stringify(value)}\n`
        : stringify({ [key]: value }, { indent, indentSeq, lineWidth: 0, compat: "yaml-1.1" }),
    );
    const lines = written.join("").split("\n");
    for (const at of comments.filter((line) => line < lines.length)) {
      // Not inside block scalars, where it would be no comment.
      if (!/[|>]|^\s+[ab]$/.test(`${lines[at - 1] ?? ""}${lines[at]}`)) {
        lines.splice(at, 0, `${/^ */.exec(lines[at] ?? "")?.[0] ?? ""}# note ${at}`);
      }
    }
    const whole = lines.join(lineBreak);
    return isCut ? whole.trimEnd() : whole;
  });

const asJson = fc
  .record({ content, space: fc.constantFrom(undefined, 2, 4, "\t") })
  .map(({ content, space }) => JSON.stringify(content, undefined, space));

const kubeconfig = fc.oneof({ weight: 3, arbitrary: asYaml }, { weight: 1, arbitrary: asJson });
const both = fc.record({ replace: fc.boolean(), makeCurrent: fc.boolean() });

function merge(existing: string, options: MergeOptions): string {
  const result = mergeKubeconfig(existing, incoming, options);
  return result.kind === "merged" ? result.text : existing;
}

/** What of `before` is no longer there, when `after` is `before` with one part replaced by another. */
function removedPart(before: string, after: string): string {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) {
    start++;
  }
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) {
    end++;
  }
  return before.slice(start, before.length - end);
}

function without(map: Kubeconfig["clusters"], key: string): readonly unknown[] {
  return [...map].filter(([entry]) => entry !== key);
}

/** The source of the entry. */
function entryNode(source: KubeconfigSource, list: string, key: string): string | undefined {
  const items = source.root?.get(list);
  const item = isSeq(items) ? items.items.find((node) => isMap(node) && node.get("name") === key) : undefined;
  return isMap(item) && item.range ? source.text.slice(item.range[0], item.range[1]) : undefined;
}

describe("merging into any kubeconfig", function () {
  this.timeout(60_000);

  it("keeps every byte outside the entry that it adds or replaces", () => {
    fc.assert(
      fc.property(
        kubeconfig,
        fc.constantFrom("clusters", "contexts", "users"),
        name,
        (existing, list, key) => {
          const source = parseSource(existing);
          const content = { "x-new": "value" };
          const removed = removedPart(existing, withEntry(source, list, key, content).text);
          const item = entryNode(source, list, key);
          if (item === undefined) {
            assert.match(removed, /^\s*(null|\[\])?\s*$/);
          } else {
            assert.ok(item.includes(removed), removed);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("leaves the meaning of all other entries and fields", () => {
    fc.assert(
      fc.property(kubeconfig, both, (existing, options) => {
        fc.pre(mergeKubeconfig(existing, incoming, options).kind === "merged");
        const [before, after] = [parseKubeconfig(existing), parseKubeconfig(merge(existing, options))];
        assert.deepEqual(without(after.clusters, "demo"), without(before.clusters, "demo"));
        assert.deepEqual(without(after.contexts, "demo"), without(before.contexts, "demo"));
        assert.deepEqual(without(after.users, "demo-admin"), without(before.users, "demo-admin"));
        assert.deepEqual(after.users.get("demo-admin"), incoming.credentials);
        const isSet = options.makeCurrent || existing.trim() === "";
        assert.equal(after.currentContext, isSet ? "demo" : before.currentContext);
      }),
      { numRuns: 150 },
    );
  });

  it("does nothing the second time", () => {
    fc.assert(
      fc.property(kubeconfig, both, (existing, options) => {
        fc.pre(mergeKubeconfig(existing, incoming, options).kind === "merged");
        const once = merge(existing, options);
        assert.deepEqual(mergeKubeconfig(once, incoming, options), { kind: "unchanged" });
      }),
      { numRuns: 150 },
    );
  });

  it("brings the file back to what it was when an entry is replaced and replaced again", () => {
    fc.assert(
      fc.property(kubeconfig, (existing) => {
        const options = { replace: true, makeCurrent: false };
        const ours = merge(existing, options);
        const other = mergeKubeconfig(ours, entries("demo", "ca-2", "https://b:1", "key-2"), options);
        assert.equal(other.kind, "merged");
        assert.equal(other.kind === "merged" ? merge(other.text, options) : "", ours);
      }),
      { numRuns: 100 },
    );
  });

  it("never shows a secret after redaction", () => {
    fc.assert(
      fc.property(kubeconfig, (existing) => {
        const shown = redactKubeconfig(merge(existing, { replace: true, makeCurrent: false }));
        assert.ok(
          !shown.includes("aGVsbG8=") && !shown.includes(String(incoming.credentials["client-key-data"])),
        );
        assert.equal(
          parseKubeconfig(shown).clusters.get("demo")?.["certificate-authority-data"],
          "DATA+OMITTED",
        );
      }),
      { numRuns: 100 },
    );
  });

  (hasKubectl ? it : it.skip)("gives what kubectl reads as our model does", () => {
    fc.assert(
      fc.property(kubeconfig, both, (existing, options) => {
        fc.pre(mergeKubeconfig(existing, incoming, options).kind === "merged");
        const result = merge(existing, options);
        const view = kubectlView(result);
        const ours = parseKubeconfig(result);
        assert.equal(view["current-context"], ours.currentContext);
        const theirs = (key: string): unknown =>
          (view[key] as { name: string }[]).map((item) => item.name).toSorted();
        assert.deepEqual(theirs("clusters"), [...ours.clusters.keys()].toSorted());
        assert.deepEqual(theirs("contexts"), [...ours.contexts.keys()].toSorted());
        assert.deepEqual(theirs("users"), [...ours.users.keys()].toSorted());
        const cluster = (view.clusters as { name: string; cluster: unknown }[]).find(
          (item) => item.name === "demo",
        );
        assert.deepEqual(cluster?.cluster, incoming.cluster);
      }),
      { numRuns: 40 },
    );
  });
});
