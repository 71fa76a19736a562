import assert from "node:assert/strict";
import fc from "fast-check";
import { createSpecAnalyzer } from "../../../src/core/spec/analyzeSpec.ts";
import { parseDocuments, type PlacedPart, parseWhole } from "../../../src/core/spec/chunkedYaml.ts";
import { createSpecFileReader } from "../../../src/core/spec/specFile.ts";
import { parseYaml } from "../../../src/core/spec/yamlPart.ts";

const base = `# A cluster.
apiVersion: kubeadm-bootstrap/v1alpha1
kind: Cluster
metadata:
  name: demo
spec:
  kubernetesVersion: "1.36"
  networking: {podSubnet: 10.244.0.0/16}
  hosts:
    # The first.
    - name: cp-1
      role: control-plane
      ssh:
        address: 10.0.0.1
        user: root
    - name: w-1
      role: worker
      labels:
        example.com/rack: "1"
      taints: [{key: a, effect: NoSchedule}]

    -
      name: w-2
      role: worker
      note: |
        some
          text
  podNetwork:
    plugin: flannel
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
maxPods: 110
`;

const bases = [
  base,
  base.replaceAll("\n", "\r\n"),
  base.replaceAll(/^ {4}(?=.*$)/gm, "  "),
  base.replace("    - name: w-1", "    - &one\n      name: w-1"),
];

/** What typing, and YAML's own signs, put into a file. */
const bits = [
  ...Array.from("x: \n\"'[]{}#|,?>%\t&*!-"),
  "- ",
  "  ",
  "&a ",
  "*a",
  "!t ",
  "\n---\n",
  "name: ",
  "    - ",
  "null",
  "\r\n",
  "...\n",
  "\n    - name: w",
  "\n- ",
  "role: worker",
];

interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly bit: string;
}

const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    removed: fc.constantFrom(0, 0, 1, 2, 4),
    bit: fc.constantFrom("", ...bits),
  }),
  { minLength: 1, maxLength: 3 },
);

function edited(text: string, changes: readonly Edit[]): string {
  return changes.reduce((before, { at, removed, bit }) => {
    const from = Math.floor(at * before.length);
    return before.slice(0, from) + bit + before.slice(from + removed);
  }, text);
}

const paths = [
  [],
  ["spec"],
  ["spec", "hosts"],
  ["spec", "hosts", 0],
  ["spec", "hosts", 1, "name"],
  ["spec", "hosts", 2, "role"],
  ["spec", "hosts", 1, "labels", "example.com/rack"],
  ["spec", "podNetwork", "plugin"],
  ["kind"],
  ["metadata", "name"],
  ["maxPods"],
];

/** What is told of problems: every key that is there twice, of the other errors of a document the first. */
function problemsOf(documents: readonly PlacedPart[]): readonly unknown[] {
  return documents.flatMap(({ problems }) => {
    const first = problems.find(({ kind, code }) => kind === "syntax" && code !== "DUPLICATE_KEY");
    return first === undefined ? problems : [first];
  });
}

describe("reading a spec host by host", function () {
  this.timeout(60_000);

  it("gives the values, problems and places that reading the whole gives", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...bases),
        edits,
        fc.integer({ min: 0, max: 40 }),
        (text, changes, line) => {
          const file = edited(text, changes);
          const whole = parseWhole(parseYaml, file);
          const parts = parseDocuments(parseYaml, file);
          assert.deepEqual(problemsOf(parts), problemsOf(whole), file);
          if (whole.some(({ problems }) => problems.some(({ kind }) => kind !== "warning"))) {
            return;
          }
          assert.equal(parts.length, whole.length, file);
          for (const [index, expected] of whole.entries()) {
            const part = parts[index];
            assert.ok(part);
            assert.deepEqual(part.value, expected.value, file);
            assert.equal(part.isEmpty, expected.isEmpty);
            assert.deepEqual(paths.map(part.find), paths.map(expected.find), file);
            for (const column of [0, 4, 6, 9, 14]) {
              assert.deepEqual(
                part.at(line, column),
                expected.at(line, column),
                `${line}:${column} of ${file}`,
              );
            }
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("says after any edits what a fresh analysis says", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...bases),
        fc.array(edits, { minLength: 1, maxLength: 6 }),
        (text, steps) => {
          const analyze = createSpecAnalyzer();
          let file = text;
          analyze(file, "cluster.yaml");
          for (const changes of steps) {
            file = edited(file, changes);
            const { diagnostics, spec, partialSpec } = analyze(file, "cluster.yaml");
            const fresh = createSpecAnalyzer()(file, "cluster.yaml");
            assert.deepEqual(diagnostics, fresh.diagnostics, file);
            assert.deepEqual(spec, fresh.spec);
            assert.deepEqual(partialSpec, fresh.partialSpec);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("survives every prefix of a spec", () => {
    const analyze = createSpecAnalyzer();
    for (let length = 0; length <= base.length; length++) {
      const prefix = base.slice(0, length);
      const { diagnostics } = analyze(prefix, "cluster.yaml");
      assert.deepEqual(diagnostics, createSpecAnalyzer()(prefix, "cluster.yaml").diagnostics);
    }
  });

  it("parses little again after an edit among many hosts, also one that YAML refuses", () => {
    const host = (index: number): string => `    - name: w-${index}\n      role: worker\n`;
    const hosts = Array.from({ length: 1000 }, (_, index) => host(index));
    const text = (changed: string): string =>
      base.replace(/ {4}- name: w-1\n[^]*?(?= {2}podNetwork)/, hosts.with(500, changed).join(""));
    let parsed = 0;
    const read = createSpecFileReader((piece) => {
      parsed += piece.length;
      return parseYaml(piece);
    });
    assert.ok(read(text(host(500)), "f").isReadable);
    assert.ok(parsed > 30_000, `${parsed} characters were parsed at first`);
    for (const [changed, isReadable] of [
      ["    - name: w-500x\n      role: worker\n", true],
      ["    - name: w-500x\n      rol\n", false],
    ] as const) {
      parsed = 0;
      assert.equal(read(text(changed), "f").isReadable, isReadable);
      assert.ok(parsed > 0 && parsed < 1000, `${parsed} characters were parsed`);
    }
  });
});
