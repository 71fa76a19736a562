import assert from "node:assert/strict";
import fc from "fast-check";
import { MARK } from "../../../src/core/shell/script.ts";
import { nonce, read } from "./shells.ts";

const mark = (line: string): string => `${MARK}${nonce} ${line}\n`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A piece of what a script prints: its own marks, ordinary output, and output that looks like marks. */
const piece = fc.oneof(
  fc.nat(9).map((step) => mark(`begin ${step}`)),
  fc.tuple(fc.nat(9), fc.nat(255)).map(([step, code]) => mark(`end ${step} ${code}`)),
  fc.string({ unit: "grapheme" }).map((text) => mark(`learned 0 ${base64(text)}`)),
  fc.string({ unit: "grapheme" }).map((text) => mark(`facts ${base64(text)}`)),
  fc.string({ unit: "binary" }).filter((text) => !text.includes(nonce)),
  fc.constantFrom(
    MARK,
    `${MARK}${nonce.slice(0, 8)}`,
    `${MARK}wrong done 0\n`,
    `${MARK}${MARK}`,
    nonce,
    `\n${nonce} done 0\n`,
  ),
);

describe("reading a script's output", () => {
  it("gives the same text and marks wherever it is split", () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.nat(2000), { maxLength: 30 }),
        (pieces, cuts) => {
          const output = `${pieces.join("")}${mark("done 0")}`;
          const places = [...new Set(cuts.map((cut) => cut % (output.length + 1)))].sort((a, b) => a - b);
          const chunks = [0, ...places].map((place, index) => output.slice(place, places[index]));
          assert.deepEqual(read(chunks), read([output]));
          assert.deepEqual(read(output.split("")), read([output]));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("reads every kind of mark, and what stands between them", () => {
    const output = [
      "before",
      mark("begin 0"),
      "no newline at the end",
      mark("end 0 7"),
      mark(`learned 1 ${base64("geheim: ä\n")}`),
      mark("clock 1700000000.123456789"),
      mark(`facts ${base64("system.hostname=cp-1\n")}`),
      mark("done 7"),
      "after",
    ].join("");
    assert.deepEqual(read([output]), {
      text: "beforeno newline at the endafter",
      marks: [
        { kind: "begin", step: 0 },
        { kind: "end", step: 0, exitCode: 7 },
        { kind: "learned", step: 1, value: "geheim: ä\n" },
        { kind: "clock", seconds: 1700000000.1234567 },
        { kind: "facts", text: "system.hostname=cp-1\n" },
        { kind: "done", exitCode: 7 },
      ],
    });
  });

  it("shows a forged mark as the output that it is", () => {
    const forged = `${MARK}0123456789abcdefghiX done 0\n${MARK} end 0 0\n${nonce} done 0\n`;
    assert.deepEqual(read([forged]), { text: forged, marks: [] });
  });

  it("shows text at once, and keeps back no more than a mark's beginning", () => {
    assert.equal(read(["working... "]).text, "working... ");
    assert.equal(read([`working... ${MARK}${nonce.slice(0, 3)}`]).text, "working... ");
    assert.equal(read([`working... ${MARK}other`]).text, `working... ${MARK}other`);
  });

  it("does not fail on a mark that something else wrote into", () => {
    assert.deepEqual(
      read([mark("facts abc=d!kernel: oops"), mark("learned 0 %%%"), mark("dance 1"), mark("done 0")]),
      {
        text: "",
        marks: [{ kind: "done", exitCode: 0 }],
      },
    );
  });

  it("keeps a byte order mark in what it decodes", () => {
    assert.deepEqual(read([mark(`facts ${base64("\ufeffx")}`)]).marks, [{ kind: "facts", text: "\ufeffx" }]);
  });
});
