import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  ipv4SubnetsOverlap,
  isIpAddress,
  isLoopback,
  joinHostPort,
  splitHostPort,
} from "../../../src/core/spec/address.ts";

describe("address", () => {
  it("tells addresses from names", () => {
    assert.deepEqual(["10.0.0.1", "fd00::1", "::1"].map(isIpAddress), [true, true, true]);
    assert.deepEqual(["10.0.0", "300.0.0.1", "cp-1", ""].map(isIpAddress), [false, false, false, false]);
  });

  it("knows the addresses of the machine itself", () => {
    assert.ok(
      ["127.0.0.1", "127.1.2.3", "::1", "0:0:0:0:0:0:0:1", "localhost", "0.0.0.0", "::"].every(isLoopback),
    );
    assert.ok(!["10.0.0.1", "fd00::1", "1::", "cp-1"].some(isLoopback));
  });

  it("splits what it joined", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
        fc.integer({ min: 1, max: 65535 }),
        (host, port) => {
          assert.deepEqual(splitHostPort(joinHostPort(host, port)), { host, port });
        },
      ),
    );
  });

  it("finds subnets that share an address", () => {
    const overlapping = [
      ["10.0.0.0/8", "10.96.0.0/12"],
      ["10.96.0.0/12", "10.111.255.0/24"],
      ["0.0.0.0/0", "192.168.0.0/16"],
      ["200.0.0.0/7", "201.0.0.0/16"],
      ["10.1.2.3/32", "10.1.2.3/32"],
    ] as const;
    const apart = [
      ["10.244.0.0/16", "10.96.0.0/12"],
      ["10.96.0.0/12", "10.112.0.0/12"],
      ["10.1.2.3/32", "10.1.2.4/32"],
      ["fd00::/48", "10.0.0.0/8"],
    ] as const;
    assert.ok(
      overlapping.every(([one, other]) => ipv4SubnetsOverlap(one, other) && ipv4SubnetsOverlap(other, one)),
    );
    assert.ok(
      !apart.some(([one, other]) => ipv4SubnetsOverlap(one, other) || ipv4SubnetsOverlap(other, one)),
    );
  });
});
