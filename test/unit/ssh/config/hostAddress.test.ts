import assert from "node:assert/strict";
import { canonicalHost } from "../../../../src/ssh/config/hostAddress.ts";

describe("the usual form of a host", () => {
  it("is lower case for names", () => {
    assert.equal(canonicalHost("Web-1.Example.ORG", "any"), "web-1.example.org");
  });

  it("is four decimal numbers for whatever inet_aton takes for an address", () => {
    for (const [written, address] of [
      ["127.1", "127.0.0.1"],
      ["10.0.257", "10.0.1.1"],
      ["0x7f.1", "127.0.0.1"],
      ["010.1.1.1", "8.1.1.1"],
      ["256", "0.0.1.0"],
      ["10.0.0.1", "10.0.0.1"],
    ] as const) {
      assert.equal(canonicalHost(written, "any"), address);
    }
  });

  it("is short and lower case for IPv6, with its zone", () => {
    assert.equal(canonicalHost("2001:DB8::0:1", "any"), "2001:db8::1");
    assert.equal(canonicalHost("fe80:0::1%eth0", "any"), "fe80::1%eth0");
  });

  it("is as written for what looks like an address and is none, and for the other family", () => {
    for (const written of ["1.2.3.4.5", "300.1.1.1", "08.1.1.1", "FE80::1::2", "1..2"]) {
      assert.equal(canonicalHost(written, "any"), written);
    }
    assert.equal(canonicalHost("127.1", "inet6"), "127.1");
    assert.equal(canonicalHost("2001:DB8::0:1", "inet"), "2001:DB8::0:1");
  });
});
