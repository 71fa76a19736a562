import assert from "node:assert/strict";
import fc from "fast-check";
import {
  contains,
  formatAddress,
  formatSubnet,
  overlaps,
  parseAddress,
  parseSubnet,
} from "../../../src/core/network/cidr.ts";
import type { IpAddress, Subnet } from "../../../src/core/network/cidr.ts";

const address: fc.Arbitrary<IpAddress> = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map((value) => ({ family: 4 as const, value })),
  fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((value) => ({ family: 6 as const, value })),
  // Long runs of zeros, which random numbers never have.
  fc.array(fc.constantFrom(0n, 0n, 1n, 0xffffn), { minLength: 8, maxLength: 8 }).map((groups) => ({
    family: 6 as const,
    value: groups.reduce<bigint>((sum, group) => (sum << 16n) | group, 0n),
  })),
);
const subnet: fc.Arbitrary<Subnet> = address.chain(({ family, value }) =>
  fc
    .integer({ min: 0, max: family === 4 ? 32 : 128 })
    .map((prefix) => subnetOf(`${formatAddress({ family, value })}/${prefix}`)),
);

describe("subnets", () => {
  it("reads addresses and refuses what only looks like one", () => {
    assert.deepEqual(parseAddress("10.0.0.1"), { family: 4, value: 0x0a000001n });
    assert.deepEqual(parseAddress("::"), { family: 6, value: 0n });
    assert.deepEqual(parseAddress("2001:db8::1"), { family: 6, value: 0x20010db8000000000000000000000001n });
    assert.deepEqual(parseAddress("::ffff:10.0.0.1"), { family: 6, value: 0xffff0a000001n });
    const wrong = [
      "",
      "10.0.0",
      "10.0.0.256",
      "10.0.0.01",
      "10.0.0.1.2",
      "1::2::3",
      ":::",
      "1:2:3:4:5:6:7",
      "::g",
    ];
    for (const text of [
      ...wrong,
      "1:2:3:4:5:6:7:8::",
      "::1.2.3.4:5",
      "fe80::1%eth0",
      "12345::",
      " 10.0.0.1",
      ":1",
    ]) {
      assert.equal(parseAddress(text), undefined, text);
    }
  });

  it("reads subnets, also with host bits, and refuses impossible prefixes", () => {
    assert.equal(formatSubnet(subnetOf("10.244.3.4/16")), "10.244.0.0/16");
    assert.equal(formatSubnet(subnetOf("0.0.0.0/0")), "0.0.0.0/0");
    assert.equal(formatSubnet(subnetOf("fd00:1:2:3::4/56")), "fd00:1:2::/56");
    for (const text of ["10.0.0.0", "10.0.0.0/33", "fd00::/129", "10.0.0.0/", "10.0.0.0/-1", "/16", "a/b"]) {
      assert.equal(parseSubnet(text), undefined, text);
    }
  });

  it("writes IPv6 in its short form", () => {
    const short = (text: string) => formatAddress(parseAddress(text) ?? assert.fail(text));
    assert.equal(short("2001:0db8:0:0:0:0:0:1"), "2001:db8::1");
    assert.equal(short("0:0:0:0:0:0:0:0"), "::");
    assert.equal(short("1:0:0:2:0:0:0:3"), "1:0:0:2::3");
    assert.equal(short("1:0:2:3:4:5:6:7"), "1:0:2:3:4:5:6:7");
    assert.equal(short("FE80::"), "fe80::");
  });

  it("tells subnets that share addresses from those that do not", () => {
    const share = (one: string, other: string) => overlaps(subnetOf(one), subnetOf(other));
    assert.equal(share("10.244.0.0/16", "10.244.200.0/24"), true);
    assert.equal(share("10.244.200.0/24", "10.244.0.0/16"), true);
    assert.equal(share("10.244.0.0/16", "10.245.0.0/16"), false);
    assert.equal(share("10.0.0.0/8", "10.96.0.0/12"), true);
    assert.equal(share("0.0.0.0/0", "::/0"), false);
  });

  it("knows the first and the last address of a subnet and their neighbours outside", () => {
    const pods = subnetOf("10.244.0.0/16");
    const holds = (text: string) => contains(pods, parseAddress(text) ?? assert.fail(text));
    assert.deepEqual(
      ["10.243.255.255", "10.244.0.0", "10.244.255.255", "10.245.0.0", "::ffff:10.244.0.1"].map(holds),
      [false, true, true, false, false],
    );
  });

  it("reads every address that it writes", () => {
    fc.assert(fc.property(address, (value) => assert.deepEqual(parseAddress(formatAddress(value)), value)));
  });

  it("reads every subnet that it writes, and it contains its first address", () => {
    fc.assert(
      fc.property(subnet, (value) => {
        assert.deepEqual(parseSubnet(formatSubnet(value)), value);
        assert.equal(contains(value, { family: value.family, value: value.first }), true);
        assert.equal(contains(value, value), true);
      }),
    );
  });

  it("finds an overlap exactly where one subnet holds the other's first address", () => {
    fc.assert(
      fc.property(subnet, subnet, (one, other) => {
        const holdsFirst =
          contains(one, { family: other.family, value: other.first }) ||
          contains(other, { family: one.family, value: one.first });
        assert.equal(overlaps(one, other), holdsFirst);
        assert.equal(overlaps(one, other), overlaps(other, one));
      }),
    );
  });

  it("finds the overlap of a subnet with a wider one around it", () => {
    fc.assert(
      fc.property(subnet, fc.nat(128), (inner, by) => {
        const wider = subnetOf(
          `${formatAddress({ family: inner.family, value: inner.first })}/${Math.max(inner.prefix - by, 0)}`,
        );
        assert.equal(contains(wider, inner), true);
        assert.equal(contains(inner, wider), wider.prefix === inner.prefix);
        assert.equal(overlaps(inner, wider), true);
      }),
    );
  });
});

function subnetOf(text: string): Subnet {
  return parseSubnet(text) ?? assert.fail(`${text} is no subnet`);
}
