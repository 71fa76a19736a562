import assert from "node:assert/strict";
import { criticalPathMs, type ScriptSpan } from "../../bench/criticalPath.ts";

const span = (host: string, startedAt: number, endedAt: number): ScriptSpan => ({ host, startedAt, endedAt });

describe("the critical path of scripts", () => {
  it("is the sum of those that ran one after another, without the time between them", () => {
    assert.equal(criticalPathMs([span("a", 0, 10), span("a", 15, 25), span("b", 25, 30)]), 25);
  });

  it("counts hosts that worked at once by the one that worked longest", () => {
    assert.equal(criticalPathMs([span("a", 0, 10), span("b", 1, 8), span("a", 11, 12), span("b", 11, 20)]), 19);
  });

  it("takes two scripts of a host together while another host still works", () => {
    assert.equal(criticalPathMs([span("b", 0, 30), span("a", 0, 10), span("a", 12, 35)]), 33);
  });

  it("is the same in whatever order the scripts ended, and nothing for none", () => {
    assert.equal(criticalPathMs([span("b", 20, 30), span("a", 0, 10)]), 20);
    assert.equal(criticalPathMs([]), 0);
  });
});
