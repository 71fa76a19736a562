import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { formatDiagnostic } from "../../../src/core/spec/diagnostic.ts";
import { parseSpec } from "../../../src/core/spec/parseSpec.ts";
import { problemsOf, specText } from "./specText.ts";

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/specs/${name}`, import.meta.url), "utf8");

describe("parseSpec: files that are no spec", () => {
  const files: readonly (readonly [string, string, readonly string[]])[] = [
    [
      "an empty file",
      "# nothing\n",
      [
        "cluster.yaml:1:1: the file is empty; a spec begins with apiVersion: kubeadm-bootstrap/v1alpha1, kind: Cluster",
      ],
    ],
    [
      "another document first",
      "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\n",
      [
        'cluster.yaml:2:7: kind: expected the file to begin with a cluster (apiVersion: kubeadm-bootstrap/v1alpha1, kind: Cluster), got "ClusterConfiguration"',
      ],
    ],
    [
      "another version of a cluster",
      "apiVersion: cluster.x-k8s.io/v1beta1\nkind: Cluster\n",
      [
        'cluster.yaml:1:13: apiVersion: expected the file to begin with a cluster (apiVersion: kubeadm-bootstrap/v1alpha1, kind: Cluster), got "cluster.x-k8s.io/v1beta1"',
      ],
    ],
    [
      "a list",
      "- a\n- b\n",
      [
        "cluster.yaml:1:1: expected the file to begin with a cluster (apiVersion: kubeadm-bootstrap/v1alpha1, kind: Cluster), got a list",
      ],
    ],
    [
      "a tab as indentation",
      "spec:\n\thosts: 1\n",
      ["cluster.yaml:2:1: a tab is used to indent; YAML allows only spaces"],
    ],
    [
      "a key that is there twice",
      "a: 1\na: 2\n",
      ["cluster.yaml:2:1: the key is there twice; each may occur once"],
    ],
    [
      "an alias without an anchor",
      "a: *x\n",
      ["cluster.yaml:1:4: *x names an anchor (&x) that is not set above"],
    ],
    ["an alias inside itself", "a: &a [*a]\n", ["cluster.yaml:1:8: *a is used inside itself"]],
    [
      "bottomless nesting",
      `a: ${"[".repeat(20_000)}`,
      ["cluster.yaml:1:103: nested too deeply; at most 100 levels are allowed"],
    ],
    [
      "very many aliases",
      ["- &a x", ...Array.from({ length: 20_000 }, () => "- *a")].join("\n"),
      ["cluster.yaml:1002:3: at most 1000 aliases (*name) are allowed in a document"],
    ],
    [
      "a mistake with many consequences",
      "a: 1\nbroken\nb: 2\nc: 3\nd: [\n",
      [
        'cluster.yaml:2:1: expected "key: value"; a ":" or a "- " is missing here, or the indentation differs from the line above',
      ],
    ],
    [
      "aliases that multiply",
      [
        "a: &a [x,x,x,x,x,x,x,x,x]",
        "b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]",
        "c: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]",
      ].join("\n"),
      ["cluster.yaml:1:1: its aliases (*name) expand to too much data; at most 100 are allowed"],
    ],
    [
      "a very large file",
      "#".repeat(5_000_001),
      ["cluster.yaml:1:1: a spec file has at most 5,000,000 characters"],
    ],
  ];
  for (const [title, text, expected] of files) {
    it(`says what is wrong with ${title}`, () => {
      assert.deepEqual(problemsOf(text), expected);
      assert.equal(parseSpec(text, "cluster.yaml").spec, undefined);
    });
  }

  it("warns about a tag that it does not know, and goes on", () => {
    const text = specText({}).replace("name: demo", "name: !custom demo");
    const { spec, diagnostics } = parseSpec(text, "cluster.yaml");
    assert.equal(spec?.name, "demo");
    assert.deepEqual(diagnostics.map(formatDiagnostic), [
      "cluster.yaml:4:9: warning: Unresolved tag: !custom",
    ]);
  });

  it("never throws, and keeps every place inside the file", () => {
    const pieces = fixture("full.yaml").split(/(?<=[\s:])/);
    const mutated = fc
      .array(
        fc.tuple(
          fc.nat(pieces.length - 1),
          fc.constantFrom("", "[", "- ", "\t", "*a", "&a ", "'", "null", "é🦀\n"),
        ),
      )
      .map((changes) => {
        const copy = [...pieces];
        for (const [index, piece] of changes) {
          copy[index] = piece;
        }
        return copy.join("");
      });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.string()), (text) => {
        const lines = text.split("\n");
        const { spec, diagnostics } = parseSpec(text, "cluster.yaml");
        assert.equal(
          spec === undefined,
          diagnostics.some(({ severity }) => severity === "error"),
        );
        for (const { line, column, endLine, endColumn } of diagnostics) {
          assert.ok(line < endLine || (line === endLine && column <= endColumn));
          assert.ok(endLine < lines.length && endColumn <= (lines[endLine]?.length ?? 0) + 1);
        }
      }),
      { numRuns: 200 },
    );
  });
});
