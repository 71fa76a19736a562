import assert from "node:assert/strict";
import fc from "fast-check";
import { createRedactor } from "../../../src/core/shell/redactor.ts";
import { Secret } from "../../../src/core/shell/secret.ts";

function redact(values: readonly string[], chunks: readonly string[]): string {
  const redactor = createRedactor(values.map((value) => new Secret(value)));
  return chunks.map((chunk) => redactor.push(chunk)).join("") + redactor.flush();
}

/** Every way to cut the text in two. */
function cutsOf(text: string): readonly (readonly [string, string])[] {
  return Array.from({ length: text.length + 1 }, (_, at) => [text.slice(0, at), text.slice(at)] as const);
}

describe("the redactor", () => {
  it("finds a secret that is split at any place", () => {
    const text = "token: s3cret-value, again s3cret-values3cret-value.\n";
    for (const chunks of cutsOf(text)) {
      assert.equal(redact(["s3cret-value"], chunks), "token: ***, again ******.\n");
    }
    assert.equal(redact(["s3cret-value"], text.split("")), "token: ***, again ******.\n");
  });

  it("finds the longer of two secrets that begin alike, split at any place", () => {
    for (const values of [
      ["abcd", "abcdef"],
      ["abcdef", "abcd"],
    ]) {
      for (const chunks of cutsOf("x abcdef y abcd z")) {
        assert.equal(redact(values, chunks), "x *** y *** z");
      }
    }
  });

  it("leaves nothing of two secrets that overlap", () => {
    for (const chunks of cutsOf("--xxabcdyy--")) {
      assert.equal(redact(["xxab", "abcdyy"], chunks), "--***--");
    }
  });

  it("shows at once what cannot become a secret", () => {
    const redactor = createRedactor([new Secret("s3cret-value")]);
    assert.equal(redactor.push("Reading package lists...\ns3cr"), "Reading package lists...\n");
    assert.equal(redactor.push("eated!\n"), "s3created!\n");
  });

  it("gives back what it held when the command ends", () => {
    const redactor = createRedactor([new Secret("s3cret-value")]);
    assert.equal(redactor.push("it is s3cret"), "it is ");
    assert.equal(redactor.flush(), "s3cret");
    assert.equal(redactor.flush(), "");
  });

  it("knows a secret from when it is added", () => {
    const redactor = createRedactor();
    assert.equal(redactor.push("later-secret\n"), "later-secret\n");
    redactor.add(new Secret("later-secret"));
    assert.equal(redactor.push("later-secret\n"), "***\n");
  });

  it("does not redact ordinary words for the sake of a short secret", () => {
    assert.equal(redact(["a", ""], ["a banana\n"]), "a banana\n");
  });

  it("hides join tokens that nobody told it of, split at any place", () => {
    const text =
      "[bootstrap-token] Using token: dicttc.zolhj5g4mn69cn38\nkubeadm join --token dicttc.zolhj5g4mn69cn38 \\\n";
    for (const chunks of cutsOf(text)) {
      assert.equal(redact([], chunks), "[bootstrap-token] Using token: ***\nkubeadm join --token *** \\\n");
    }
  });

  it("leaves words that only look a little like a join token", () => {
    const text =
      "kubelet.service registry.k8s.io 10.0.0.11 xabcdef.0123456789abcdef abcdef.0123456789abcdef0 Using v1.28.4\n";
    for (const chunks of cutsOf(text)) {
      assert.equal(redact([], chunks), text);
    }
  });

  it("never shows a secret, and gives the same wherever the text is split", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 4, maxLength: 7 });
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 4 }),
        fc.array(fc.oneof(fc.string({ unit: fc.constantFrom("a", "b", "c", "-"), maxLength: 9 }), word), {
          maxLength: 8,
        }),
        (values, chunks) => {
          const shown = redact(values, chunks);
          for (const value of values) {
            assert.ok(!shown.includes(value), `${value} in ${shown}`);
          }
          assert.equal(shown, redact(values, [chunks.join("")]));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
