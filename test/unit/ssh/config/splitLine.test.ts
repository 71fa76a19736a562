import assert from "node:assert/strict";
import { splitArguments, splitKeyword } from "../../../../src/ssh/config/splitLine.ts";

describe("a line of ssh_config", () => {
  it("has a keyword in any case, and a value behind blanks or one equals sign", () => {
    for (const line of [
      "Port 22",
      "PORT\t22",
      "port=22",
      "Port = 22",
      "  Port= 22  ",
      "Port 22\r",
      '"Port" 22',
      "Port 22\f",
    ]) {
      assert.deepEqual(splitKeyword(line), { keyword: "port", rest: "22" }, JSON.stringify(line));
    }
  });

  it("keeps a second equals sign, and a comment that belongs to the value", () => {
    assert.deepEqual(splitKeyword("User == x # y"), { keyword: "user", rest: "= x # y" });
  });

  it("says nothing when it is blank, a comment, or a keyword whose quotation never ends", () => {
    for (const line of ["", "   ", "\t\r", "# Port 22", "  #Port 22", '"Port 22']) {
      assert.equal(splitKeyword(line), undefined, JSON.stringify(line));
    }
  });

  it("tells a keyword without a value from one with it", () => {
    assert.deepEqual(splitKeyword("Port"), { keyword: "port", rest: "" });
    assert.deepEqual(splitKeyword("Port ="), { keyword: "port", rest: "" });
  });
});

describe("arguments of ssh_config", () => {
  const cases: readonly (readonly [string, readonly string[] | undefined])[] = [
    ["a b\tc", ["a", "b", "c"]],
    ['"a b" c', ["a b", "c"]],
    ["'a b' c", ["a b", "c"]],
    ["a' 'b", ["a b"]],
    ["a\\ b", ["a b"]],
    ['"a\\ b"', ["a\\ b"]],
    ['a\\"b', ['a"b']],
    ['"it\'s" \'say "x"\'', ["it's", 'say "x"']],
    ["C:\\Users\\ada\\key", ["C:\\Users\\ada\\key"]],
    ["\\\\server\\share", ["\\server\\share"]],
    ["a # b", ["a"]],
    ["a#b", ["a#b"]],
    ["a '#b'", ["a", "#b"]],
    ['""', [""]],
    ['a ""', ["a", ""]],
    ["", []],
    ["'a", undefined],
    ['a "b', undefined],
    ["a\\", ["a\\"]],
  ];
  for (const [text, words] of cases) {
    it(`reads ${text || "nothing"} as ${words ? JSON.stringify(words) : "an open quotation"}`, () => {
      assert.deepEqual(splitArguments(text), words);
    });
  }
});
