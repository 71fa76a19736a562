import assert from "node:assert/strict";
import fc from "fast-check";
import { matchesHostList, matchesList } from "../../../../src/ssh/config/patterns.ts";
import { matchesPattern } from "../../../../src/ssh/patterns.ts";

describe("patterns of ssh_config", () => {
  it("match by stars and question marks, and letters by their case", () => {
    for (const pattern of ["web-1", "*", "web-?", "w*1", "*-*", "???-?", "**1", "web-1*"]) {
      assert.ok(matchesPattern(pattern, "web-1"), pattern);
    }
    for (const pattern of ["web", "web-", "WEB-1", "web-??", "?web-1", "*2", "", "w.b-1", "[w]eb-1"]) {
      assert.ok(!matchesPattern(pattern, "web-1"), pattern);
    }
    assert.ok(matchesPattern("*", ""));
    assert.ok(!matchesPattern("?", ""));
  });

  it("match as the regular expression that says the same", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 });
    fc.assert(
      fc.property(text, letters, (text, pattern) => {
        const expression = new RegExp(`^${pattern.replaceAll("*", ".*").replaceAll("?", ".")}$`);
        assert.equal(matchesPattern(pattern, text), expression.test(text));
      }),
    );
  });

  it("take no longer for many stars", () => {
    assert.ok(!matchesPattern(`${"*a".repeat(100)}b`, "a".repeat(5000)));
  });

  it("match a list by any of its entries, unless a negated one matches", () => {
    assert.ok(matchesList("web-1", "db,web-*"));
    assert.ok(!matchesList("web-1", "web-*,!web-1"));
    assert.ok(!matchesList("web-1", "!web-1,web-*"));
    assert.ok(!matchesList("web-1", "!db"));
    assert.ok(!matchesList("web-1", ""));
    assert.ok(matchesHostList("Web-1", "WEB-*"));
  });
});
