import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { quote, quoteAll } from "../../../src/core/shell/quote.ts";
import { shells } from "./shells.ts";

/** Text that loves to be syntax, mixed with anything else; no NUL, which no argument can carry. */
const nasty = fc
  .oneof(
    fc.string({ unit: "binary" }),
    fc.string({
      unit: fc.constantFrom(
        "'",
        '"',
        "\\",
        "$",
        "`",
        "(",
        ")",
        "\n",
        "\r",
        " ",
        ";",
        "&",
        "!",
        "*",
        "~",
        "#",
        "-",
        "ä",
      ),
    }),
    fc.constantFrom(
      "",
      "'",
      "''",
      "-n",
      "-e",
      "$(touch /tmp/x)",
      "`id`",
      "a\nb",
      "\n",
      "'\\''",
      "~root",
      "%s",
      "*",
    ),
  )
  .filter((value) => !value.includes("\0"));

describe("quoting for the shell", function () {
  // Generous: other suites may keep the machine busy.
  this.timeout(20_000);

  for (const [command, ...words] of shells) {
    it(`gives ${command} exactly the words that it was given`, () => {
      fc.assert(
        fc.property(fc.array(nasty, { minLength: 1, maxLength: 30 }), (values) => {
          const line = `printf '%s\\0' ${quoteAll(values)}`;
          const { stdout } = spawnSync(command, [...words, "-c", line]);
          const expected = values.map((value) => `${value}\0`).join("");
          assert.equal(stdout.toString(), Buffer.from(expected).toString());
        }),
        { numRuns: 40 },
      );
    });
  }

  it("leaves words alone that need no quotes, so that people recognise them", () => {
    assert.equal(
      quoteAll(["kubeadm", "init", "--config=/etc/x.yaml", "kubeadm=1.36.*"]),
      "kubeadm init --config=/etc/x.yaml 'kubeadm=1.36.*'",
    );
  });

  it("refuses a NUL character", () => {
    assert.throws(() => quote("a\0b"), RangeError);
  });
});
