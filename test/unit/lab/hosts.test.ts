import assert from "node:assert/strict";
import fc from "fast-check";
import { freeSubnetNumber, labSubnet } from "../../lab/hosts/subnet.ts";
import { bookwormSources, parseIndexTargets } from "../../lab/machine/aptSources.ts";
import { inputHash } from "../../lab/machine/cache.ts";

describe("lab: a free subnet", () => {
  it("is neither taken by a lab nor routed on the machine", () => {
    const routes =
      "10.89.1.0/24 dev cni0 scope link\ninet 10.89.3.7/24 brd 10.89.3.255\n10.8.94.0/24 via 10.0.0.1\n";
    assert.equal(freeSubnetNumber(new Set([2]), routes), 4);
  });

  it("is the lowest free one, whatever is taken", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 254 }), { maxLength: 253 }), (taken) => {
        const number = freeSubnetNumber(new Set(taken), "");
        assert.ok(!taken.includes(number));
        for (let lower = 1; lower < number; lower++) assert.ok(taken.includes(lower));
      }),
    );
  });

  it("is missing when all are taken", () => {
    const all = new Set(Array.from({ length: 254 }, (_, index) => index + 1));
    assert.throws(() => freeSubnetNumber(all, ""), RangeError);
  });

  it("holds hub, machine and hosts at fixed addresses", () => {
    const subnet = labSubnet(7);
    assert.deepEqual(
      [subnet.cidr, subnet.hub, subnet.machine, subnet.host(0), subnet.host(2)],
      ["10.89.7.0/24", "10.89.7.1", "10.89.7.2", "10.89.7.11", "10.89.7.13"],
    );
  });
});

describe("lab: apt sources", () => {
  it("are bookworm's, from the mirrors that the machine uses", () => {
    const targets = parseIndexTargets(
      "http://mirror.example/debian/|trixie|Debian|main\n" +
        "http://mirror.example/debian-security/|trixie-security|$(ORIGIN)|main\n" +
        "http://mirror.example/debian/|trixie|Debian|contrib\n" +
        "https://packages.example/node|nodistro|Node|main\n",
    );
    assert.deepEqual(bookwormSources(targets), [
      "deb http://mirror.example/debian/ bookworm main",
      "deb-src http://mirror.example/debian/ bookworm main",
      "deb http://mirror.example/debian-security/ bookworm-security main",
      "deb-src http://mirror.example/debian-security/ bookworm-security main",
    ]);
  });

  it("are none where the machine has none of Debian's", () => {
    assert.deepEqual(
      bookwormSources(parseIndexTargets("http://archive.example/ubuntu|noble|Ubuntu|main\n")),
      [],
    );
  });
});

describe("lab: a cache folder's hash", () => {
  it("tells inputs apart that join to the same text", () => {
    assert.notEqual(inputHash(["ab", "c"]), inputHash(["a", "bc"]));
    assert.equal(inputHash(["ab", "c"]), inputHash(["ab", "c"]));
  });
});
