import assert from "node:assert/strict";
import { parseHop } from "../../../../src/ssh/config/jump.ts";
import { SshConfigError } from "../../../../src/ssh/config/sshConfigError.ts";
import { expandTokens, expandTokensAndVariables } from "../../../../src/ssh/config/tokens.ts";
import { portOf, secondsOf } from "../../../../src/ssh/config/values.ts";

describe("times of ssh_config", () => {
  it("are seconds, or numbers with units that add up", () => {
    for (const [text, seconds] of [
      ["0", 0],
      ["90", 90],
      ["90s", 90],
      ["1m30s", 90],
      ["1M30", 90],
      ["2h", 7200],
      ["1D", 86_400],
      ["1w2d", 777_600],
      ["1.5", 1],
      ["1m0.9s", 60],
    ] as const) {
      assert.equal(secondsOf(text), seconds, text);
    }
  });

  it("are nothing else", () => {
    for (const text of ["", "s", "5x", "-5", "5 m", "1.5m", "1.", ".", "99999999999", "1y", "5m-1"]) {
      assert.throws(() => secondsOf(text), SshConfigError, text);
    }
  });
});

describe("ports of ssh_config", () => {
  it("are numbers from 1 to 65535", () => {
    assert.equal(portOf("022"), 22);
    for (const text of ["0", "65536", "22a", "", "-1", "2.2"]) {
      assert.throws(() => portOf(text), SshConfigError, text);
    }
  });
});

describe("tokens of ssh_config", () => {
  const tokens = { h: "web-1", p: "22" };

  it("are replaced once each, and a double % by one", () => {
    assert.equal(expandTokens("%h:%p %%h", tokens), "web-1:22 %h");
    assert.equal(expandTokens("%h", { h: "%p" }), "%p");
    assert.equal(expandTokens("${HOME}", tokens), "${HOME}");
  });

  it("stand beside variables, whose values are not looked at again", () => {
    assert.equal(expandTokensAndVariables("${A}/%h$A", tokens, { A: "%p${A}" }), "%p${A}/web-1$A");
  });

  it("are refused when they are not known, not whole, or a variable is not set", () => {
    for (const text of ["%z", "100%", "%", "${B}", "${A", "${}", "%toString"]) {
      assert.throws(() => expandTokensAndVariables(text, tokens, { A: "a" }), SshConfigError, text);
    }
  });
});

describe("hops of ProxyJump", () => {
  const hop = (host: string, user?: string, port?: number): ReturnType<typeof parseHop> => ({
    host,
    user,
    port,
  });

  it("are hosts with or without user and port, also as URIs and with IPv6 in brackets", () => {
    assert.deepEqual(parseHop("gate"), hop("gate"));
    assert.deepEqual(parseHop("eve@gate:2200"), hop("gate", "eve", 2200));
    assert.deepEqual(parseHop("eve@example.org@gate"), hop("gate", "eve@example.org"));
    assert.deepEqual(parseHop("gate:"), hop("gate"));
    assert.deepEqual(parseHop("[2001:db8::1]"), hop("2001:db8::1"));
    assert.deepEqual(parseHop("eve@[2001:db8::1]:2200"), hop("2001:db8::1", "eve", 2200));
    assert.deepEqual(parseHop("ssh://gate"), hop("gate"));
    assert.deepEqual(parseHop("ssh://eve%2B1;fingerprint=x@gate:2200/"), hop("gate", "eve+1", 2200));
  });

  it("are nothing else", () => {
    for (const text of [
      ...[
        "",
        "@gate",
        "eve@",
        ":22",
        "gate:0",
        "gate:65536",
        "gate:x",
        "2001:db8::1",
        "[2001:db8::1",
        "gate/x",
        "a b",
      ],
      ...[
        "ssh://",
        "ssh://eve@",
        "ssh://@gate",
        "ssh://gate/path",
        "ssh://gate:0",
        "ssh://[::1]",
        "ssh://a%zz@gate",
      ],
    ]) {
      assert.throws(() => parseHop(text), SshConfigError, text);
    }
  });
});
