import assert from "node:assert/strict";
import { inspect } from "node:util";
import { concat, redacted, reveal, Secret, secretsOf, text } from "../../../src/core/shell/secret.ts";

describe("a secret", () => {
  const secret = new Secret("hunter2-hunter2");

  it("prints as *** however it is printed", () => {
    const forms = [
      String(secret),
      JSON.stringify({ deep: [secret] }),
      inspect({ deep: [secret] }, { depth: 9, showHidden: true }),
      inspect(new Error("x", { cause: secret })),
      Object.entries(secret).join(),
    ];
    for (const form of forms) {
      assert.doesNotMatch(form, /hunter2/);
    }
    assert.equal(String(secret), "***");
    assert.equal(JSON.stringify(secret), '"***"');
  });

  it("stays one inside a text", () => {
    const whole = text`token: ${secret}, port ${6443}`;
    assert.equal(redacted(whole), "token: ***, port 6443");
    assert.equal(reveal(whole), "token: hunter2-hunter2, port 6443");
    assert.deepEqual(secretsOf(concat("a", whole, [secret, new Secret("")])), [secret, secret]);
    assert.doesNotMatch(inspect(whole), /hunter2/);
  });
});
