import assert from "node:assert/strict";
import * as fc from "fast-check";
import { mergeDocument } from "../../../src/core/kubeadm/mergeDocument.ts";

describe("mergeDocument", () => {
  it("lets the user's values win, and keeps the others", () => {
    const merged = mergeDocument({ a: { b: 1, c: 2 }, d: [1], e: 3 }, { a: { b: 9 }, d: [2], f: null });
    assert.deepEqual(merged, { a: { b: 9, c: 2 }, d: [2], e: 3, f: null });
  });

  it("joins certSANs without repeating one", () => {
    const merged = mergeDocument(
      { apiServer: { certSANs: ["a", "b"] } },
      { apiServer: { certSANs: ["b", "c"] } },
    );
    assert.deepEqual(merged, { apiServer: { certSANs: ["a", "b", "c"] } });
  });

  it("merges lists of arguments by name, and keeps a name that the user gives twice", () => {
    const generated = [
      { name: "a", value: "1" },
      { name: "b", value: "2" },
    ];
    const users = [
      { name: "b", value: "3" },
      { name: "b", value: "4" },
      { name: "c", value: "5" },
    ];
    assert.deepEqual(mergeDocument({ extraArgs: generated }, { extraArgs: users }), {
      extraArgs: [generated[0], ...users],
    });
  });

  it("joins node labels, in either form of arguments", () => {
    assert.deepEqual(mergeDocument({ args: { "node-labels": "a=1" } }, { args: { "node-labels": "b=2" } }), {
      args: { "node-labels": "a=1,b=2" },
    });
    const list = (value: string): { args: object[] } => ({ args: [{ name: "node-labels", value }] });
    assert.deepEqual(mergeDocument(list("a=1"), list("b=2")), list("a=1,b=2"));
  });

  it("does not touch prototypes", () => {
    const users = JSON.parse(
      '{"__proto__": {"polluted": true}, "a": {"__proto__": {"polluted": true}}}',
    ) as Record<string, unknown>;
    const merged = mergeDocument({ a: {} }, users);
    assert.equal(Object.hasOwn(merged, "__proto__"), true);
    assert.equal("polluted" in {}, false);
  });

  it("changes nothing when merged twice", () => {
    // Labels and certSANs are joined; all other fields take the user's value, as often as it is said.
    const fields = fc.dictionary(
      fc.constantFrom("a", "b", "certSANs"),
      fc.oneof(
        fc.integer(),
        fc.array(fc.integer()),
        fc.dictionary(fc.string(), fc.integer(), { noNullPrototype: true }),
      ),
    );
    fc.assert(
      fc.property(fields, fields, (generated, users) => {
        const once = mergeDocument(generated, users);
        assert.deepEqual(mergeDocument(once, users), once);
      }),
    );
  });
});
