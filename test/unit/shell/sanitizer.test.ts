import assert from "node:assert/strict";
import fc from "fast-check";
import { createSanitizer, plainText } from "../../../src/core/shell/sanitizer.ts";

const sanitize = (...chunks: readonly string[]): string => {
  const push = createSanitizer();
  return chunks.map((chunk) => push(chunk)).join("");
};

/** Text made of what terminals obey. */
const terminalText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "\u001b",
        "\u001b[",
        "\u001b]",
        "\u001bP",
        "\u009b",
        "\u009d",
        "\u0090",
        "\u001b\\",
        "\u0007",
        "\u009c",
      ),
      fc.constantFrom(
        "31m",
        "2J",
        "633;A",
        "52;c;aGk=",
        "0;title",
        "8;;http://x",
        "m",
        "H",
        ";",
        ":",
        "?25l",
        "\r",
        "\n",
        "\t",
      ),
      fc.string({ unit: "binary", maxLength: 6 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(""));

describe("the sanitizer of a command's output", () => {
  it("lets no control character through but line ends, tabs and whole colour sequences", () => {
    fc.assert(
      fc.property(terminalText, (input) => {
        const withoutColours = sanitize(input).replace(/\u001b\[[\d;:]*m/g, "");
        assert.doesNotMatch(withoutColours, /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/);
      }),
      { numRuns: 500 },
    );
  });

  it("gives the same wherever the text is split", () => {
    fc.assert(
      fc.property(terminalText, fc.array(fc.nat(200)), (input, cuts) => {
        const places = [...new Set(cuts.map((cut) => cut % (input.length + 1)))].sort((a, b) => a - b);
        const chunks = [0, ...places].map((place, index) => input.slice(place, places[index]));
        assert.equal(sanitize(...chunks), sanitize(input));
      }),
      { numRuns: 500 },
    );
  });

  it("keeps ordinary text as it is, in any script", () => {
    const ordinary = "Zürich 日本語 🎉\ttab\r\nnext\n\u001b[1;31mred\u001b[0m \u001b[38:5:1mx\u001b[m";
    assert.equal(sanitize(ordinary), ordinary);
  });

  const dropped: readonly (readonly [string, string])[] = [
    ["shell-integration marks", "\u001b]633;D;0\u0007"],
    ["shell-integration marks of others", "\u001b]133;D;0\u001b\\"],
    ["the clipboard", "\u001b]52;c;cm0gLXJm\u0007"],
    ["a window title", "\u001b]0;pwned\u0007"],
    ["a title that ends by an eight-bit terminator", "\u001b]2;pwned\u009c"],
    ["an eight-bit operating-system command", "\u009d0;pwned\u0007"],
    ["hyperlinks", "\u001b]8;;http://evil.example\u001b\\"],
    ["device control strings", "\u001bPq#0;2;0;0;0\u001b\\"],
    ["application commands", "\u001b_G1;2\u001b\\"],
    ["cursor moves", "\u001b[2A\u001b[10;10H"],
    ["clearing the screen", "\u001b[2J\u001bc"],
    ["the alternate screen", "\u001b[?1049h"],
    ["eight-bit cursor moves", "\u009b2A"],
    ["a request that the terminal would answer into the input", "\u001b[6n\u001b[c\u001b[>q"],
    ["a character set switch", "\u001b(0"],
    ["a colour sequence with private markers", "\u001b[?1m\u001b[>4;2m"],
    ["backspaces, bells and deletes", "\b\u0007\u007f\u0000\u000b\u000c"],
  ];
  for (const [what, sequence] of dropped) {
    it(`drops ${what}`, () => {
      assert.equal(sanitize(`a${sequence}b\n`), "ab\n");
    });
  }

  it("does not let a sequence that never ends swallow the next lines", () => {
    for (const start of [
      "\u001b]0;title",
      "\u001b[31;",
      "\u001b",
      "\u001bPq",
      "\u001b]0;x\u001b",
      "\u009b1",
    ]) {
      assert.match(sanitize(`one${start}\ntwo\nthree\n`), /\ntwo\nthree\n$/, JSON.stringify(start));
    }
  });

  it("drops a colour sequence of absurd length", () => {
    assert.equal(sanitize(`a\u001b[${"1;".repeat(500)}mb`), "ab");
  });
});

describe("plain text", () => {
  it("is one line without anything that a terminal would obey", () => {
    assert.equal(plainText("a\u001b]0;x\u0007b\nc\td\u009b2J"), "a ]0;x b c\td 2J");
    fc.assert(
      fc.property(terminalText, (input) => {
        assert.doesNotMatch(plainText(input), /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/);
      }),
    );
  });
});
