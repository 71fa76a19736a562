import assert from "node:assert/strict";
import * as fc from "fast-check";
import { linePositions } from "../../../src/core/spec/linePositions.ts";

describe("linePositions", () => {
  it("gives the line and column of every offset", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "\n", "\r\n", "é")), (pieces) => {
        const text = pieces.join("");
        const position = linePositions(text);
        for (let offset = 0; offset <= text.length; offset++) {
          const before = text.slice(0, offset).split("\n");
          assert.deepEqual(position(offset), { line: before.length - 1, column: before.at(-1)?.length });
        }
      }),
    );
  });

  it("takes offsets outside the text for its ends", () => {
    assert.deepEqual(linePositions("a\nbc")(99), { line: 1, column: 2 });
    assert.deepEqual(linePositions("a\nbc")(-1), { line: 0, column: 0 });
    assert.deepEqual(linePositions("")(0), { line: 0, column: 0 });
  });
});
