import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { formatField } from "../../../src/core/spec/diagnostic.ts";
import { readSpecFile } from "../../../src/core/spec/specFile.ts";
import { cursorsAt } from "../../../src/language/outline/cursor.ts";
import { linesOf, nodeAt, type OutlineNode } from "../../../src/language/outline/outline.ts";
import { scanLines } from "../../../src/language/outline/scanner.ts";

const full = readFileSync(path.join(import.meta.dirname, "../../fixtures/specs/full.yaml"), "utf8");

const flow = `apiVersion: kubeadm-bootstrap/v1alpha1
kind: Cluster
metadata: {name: demo}
spec: {
  kubernetesVersion: "1.36", # Quoted.
  podNetwork: {plugin: calico, options: {mtu: 1400}},
  hosts: [
    {name: cp-1, role: control-plane, taints: [{key: a, effect: NoSchedule}, {key: "b", effect: NoExecute}]},
    {name: 'w-1',
     role: worker},
  ],
}
`;

const mixed = `# A comment above.
apiVersion: kubeadm-bootstrap/v1alpha1
kind: Cluster
metadata:
    name: "demo"
spec:
    kubernetesVersion: '1.36'
    hosts:
    - name: cp-1
      role: control-plane
      labels: {a: b, "c/d": e}
    -   name: w-1
        role: worker
        ssh:
            address: "10.0.0.1" # Behind it.

            user: root
    - {name: w-2, role: worker}
---
# Below.
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
clusterDNS: [10.96.0.10]
evictionHard:
  memory.available: 100Mi
note: |
  some: text
    - of
  lines: here
folded: "one
  two: three"
plain: one
  two
last: 1
`;

/** Value of a cursor and of the tree at every place of a text: the path, and whether it is a key. */
function eachPlace(text: string, visit: (line: number, column: number, where: string) => void): void {
  linesOf(text).forEach((content, line) => {
    for (let column = 0; column <= content.length; column++) {
      visit(line, column, `${line}:${column} in ${JSON.stringify(content)}`);
    }
  });
}

describe("the outline of a spec", () => {
  for (const [name, text] of Object.entries({ full, flow, mixed, windows: mixed.replaceAll("\n", "\r\n") })) {
    it(`agrees with the tree about every key and scalar of a good spec (${name})`, () => {
      const { documents } = readSpecFile(text, "cluster.yaml");
      const outline = scanLines(linesOf(text)).documents;
      let compared = 0;
      for (const [index, document] of documents.entries()) {
        const root = outline[index]?.root;
        assert.ok(root);
        const compare = (value: unknown, node: OutlineNode, field: readonly (string | number)[]): void => {
          const found = document.find(field);
          if (field.length > 0 && found.key !== undefined) {
            assert.deepEqual(node.mark, found.key, formatField(field));
          }
          if (value === null) {
            assert.equal(node.value, undefined, formatField(field));
            return;
          }
          if (typeof value !== "object") {
            const isOneLine = found.value?.line === found.value?.endLine;
            assert.deepEqual(isOneLine ? node.value?.place : undefined, isOneLine ? found.value : undefined);
            compared++;
            return;
          }
          const steps = Array.isArray(value) ? value.map((_, at) => at) : Object.keys(value);
          // What a merge key brings is not written here.
          const written = steps.filter((step) => document.find([...field, step]).isExact);
          assert.deepEqual(
            node.children.map(({ step }) => step).filter((step) => step !== "<<"),
            written,
            formatField(field),
          );
          for (const step of written) {
            const child = nodeAt(node, [step]);
            assert.ok(child);
            compare((value as Record<string | number, unknown>)[step], child, [...field, step]);
          }
        };
        compare(document.value, root, []);
      }
      assert.equal(outline.length, documents.length);
      assert.ok(compared > 12, `${compared} scalars`);
    });

    it(`knows in which key or value the cursor is, at every column of a good spec (${name})`, () => {
      const { documents } = readSpecFile(text, "cluster.yaml");
      const lines = linesOf(text);
      const outline = scanLines(lines).documents;
      let compared = 0;
      eachPlace(text, (line, column, where) => {
        const cursors = cursorsAt(lines, outline, line, column);
        for (const { from, to } of cursors) {
          assert.ok(from <= column && column <= to && to <= (lines[line]?.length ?? 0), where);
        }
        const document = documents.findLast((candidate) => candidate.line <= line);
        const at = document?.at(line, column);
        if (at === undefined || at.place.line !== at.place.endLine || at.path.includes("<<")) {
          return;
        }
        const expected = at.what === "key" ? at.path.slice(0, -1) : at.path;
        // Behind a colon is a value's place already.
        const isValue = at.what === "value";
        const [cursor, ...others] = cursors.filter(({ kind }) => isValue === (kind === "value"));
        assert.deepEqual(
          cursor?.path,
          expected,
          `${where}: ${cursors.map(({ kind, path: field }) => [kind, ...field].join(" ")).join(", ")}`,
        );
        assert.deepEqual(others, []);
        if (cursor.kind === "key") {
          assert.equal(cursor.from, at.place.column, where);
          assert.equal(cursor.to, at.place.endColumn, where);
          assert.ok(!cursor.siblings.includes(String(at.path.at(-1))), where);
        } else if (cursor.from === at.place.column) {
          assert.equal(cursor.to, at.place.endColumn, where);
        }
        compared++;
      });
      assert.ok(compared > 200, `${compared} places`);
    });
  }

  it("takes a text that nobody closed for no more than its line", () => {
    const half = `spec:\n  kubernetesVersion: "1.36\n  networking: {podSubnet: 10.0.0.0/8,\n  hosts:\n    - name: [a\n    - name: b\n`;
    const [document] = scanLines(linesOf(half)).documents;
    assert.ok(document);
    assert.deepEqual(
      nodeAt(document.root, ["spec"])?.children.map(({ step }) => step),
      ["kubernetesVersion", "networking", "hosts"],
    );
    assert.equal(nodeAt(document.root, ["spec", "hosts", 1, "name"])?.value?.text, "b");
  });
});

/** The cursors at the "|" of a text: "key spec.hosts[0]", with what is replaced. */
function typedAt(marked: string): readonly string[] {
  const before = marked.slice(0, marked.indexOf("|")).split("\n");
  const lines = linesOf(marked.replace("|", ""));
  const line = before.length - 1;
  const cursors = cursorsAt(lines, scanLines(lines).documents, line, before[line]?.length ?? 0);
  return cursors.map(({ kind, path: field, from, to }) =>
    [kind, formatField(field), (lines[line] ?? "").slice(from, to)].filter(Boolean).join(" "),
  );
}

describe("the cursor in a half-typed spec", () => {
  const spec = "apiVersion: kubeadm-bootstrap/v1alpha1\nkind: Cluster\nspec:\n";
  const cases: readonly (readonly [text: string, ...expected: string[]])[] = [
    ["|", "key"],
    ["api|", "key api", "value api"],
    ["# comment |"],
    ["a: 1 # comment |"],
    [`${spec}  |`, "key spec", "item spec", "value spec"],
    [`${spec}  kub|`, "key spec kub", "value spec kub"],
    [`${spec}  kub|\n  hosts: []\n`, "key spec kub", "value spec kub"],
    [`${spec}  a: 1\n  kub|`, "key spec kub"],
    [`${spec}  a: 1\n  |`, "key spec"],
    [`${spec}  a: 1\n   |`],
    [`${spec}  a: 1\n|`, "key"],
    [`${spec}  a:|`, "value spec.a"],
    [`${spec}  a: |`, "value spec.a"],
    [`${spec}  a: |1 # x`, "value spec.a 1"],
    [`${spec}  a: on|e # x`, "value spec.a one"],
    [`${spec}  a: "on|`, 'value spec.a "on'],
    [`${spec}  a: one |`],
    [`${spec}  hosts:\n    - |`, "key spec.hosts[0]", "value spec.hosts[0]"],
    [`${spec}  hosts:\n    - na|`, "key spec.hosts[0] na", "value spec.hosts[0] na"],
    [`${spec}  hosts:\n    - name: a\n      ro|`, "key spec.hosts[0] ro"],
    [`${spec}  hosts:\n    - name: a\n      ro|\n      ssh:\n`, "key spec.hosts[0] ro"],
    [`${spec}  hosts:\n    - name: a\n      |\n    - name: b\n`, "key spec.hosts[0]"],
    [`${spec}  hosts:\n    - name: a\n    |`, "item spec.hosts"],
    [`${spec}  hosts:\n    - name: a\n    |\n    - name: b\n`, "item spec.hosts"],
    [`${spec}  hosts:\n    - name: a\n  |`, "key spec"],
    [`${spec}  hosts:\n  - name: a\n  |`, "item spec.hosts", "key spec"],
    [`${spec}  hosts:\n  |`, "key spec", "item spec.hosts"],
    [
      `${spec}  hosts:\n  - name: a\n    ssh:\n      |`,
      "key spec.hosts[0].ssh",
      "item spec.hosts[0].ssh",
      "value spec.hosts[0].ssh",
    ],
    [`${spec}  a:\n      |\n    b: 1\n`],
    [`${spec}  a:\n    |\n    b: 1\n`, "key spec.a", "item spec.a", "value spec.a"],
    [`${spec}  na|me: x\n`, "key spec name"],
    [`${spec}  |name: x\n`, "key spec name"],
    [`${spec} | name: x\n`],
    [`${spec}  a: {|`, "key spec.a"],
    [`${spec}  a: {|}\n`, "key spec.a"],
    [`${spec}  a: {b: 1, |`, "key spec.a"],
    [`${spec}  a: {b: 1, |}\n`, "key spec.a"],
    [`${spec}  a: {b: 1, c|}\n`, "key spec.a c"],
    [`${spec}  a: {b: |, c: 1}\n`, "value spec.a.b"],
    [`${spec}  a: {b:|}\n`, "value spec.a.b"],
    [`${spec}  a: {b: x|y, c: 1}\n`, "value spec.a.b xy"],
    [`${spec}  a: [|`, "value spec.a[0]"],
    [`${spec}  a: [x, |]\n`, "value spec.a[1]"],
    [`${spec}  a: [x, y|]\n`, "value spec.a[1] y"],
    [`${spec}  a: [{b: 1}, {|}]\n`, "key spec.a[1]"],
    [`${spec}  a: [\n    {b: 1},\n    {b|: 2}]\n`, "key spec.a[1] b"],
    [`${spec}  a: {b: 1} |`],
    [`${spec}  a: &anchor |`, "value spec.a"],
    [`${spec}  a: |-\n    te|xt\n`.replace("|-", ">-")],
    ["a: 1\n---\n|", "key"],
    ["a: 1\n---\nb|", "key b", "value b"],
    ["a: 1\n-|--\nb: 1\n"],
    ["a: 1\n  b|"],
    ["a: 1\n\tb|"],
  ];

  for (const [text, ...expected] of cases) {
    it(`finds ${expected.length === 0 ? "nothing to type" : expected.join(", ")} at ${JSON.stringify(text.replace(spec, "…"))}`, () => {
      assert.deepEqual(typedAt(text), expected);
    });
  }
});
