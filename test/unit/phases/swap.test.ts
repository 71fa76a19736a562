import assert from "node:assert/strict";
import fc from "fast-check";
import { swap, withoutSwap } from "../../../src/core/phases/swap.ts";
import { describeStep } from "../../../src/core/shell/step.ts";
import { factsOf } from "../facts/factsOf.ts";
import { clusterOf, contextOf, singleHosts } from "./clusters.ts";

const PREFIX = "# off for Kubernetes: ";

/** Made once: fast-check takes a second for its table of all characters. */
const anyLine = fc.oneof(
  fc.string({ unit: "binary" }).map((text) => text.replaceAll("\n", "")),
  fc.constantFrom(
    "/dev/x none swap sw 0 0",
    "/dev/y\tnone\tswap",
    "#x none swap",
    "\ufeff",
    "/dev/z / ext4",
    "\r",
  ),
);

describe("turning swap off in fstab", () => {
  it("makes comments of swap lines, whatever stands between their fields", () => {
    for (const line of [
      "/dev/x none swap sw 0 0",
      "UUID=1\tswap\tswap\tdefaults",
      "  /swap.img none  swap",
      "LABEL=s none swap\r",
    ]) {
      assert.equal(withoutSwap(line), PREFIX + line);
    }
  });

  it("leaves other lines alone, also those that only speak of swap", () => {
    const others = [
      "# /dev/x none swap sw 0 0",
      " # x none swap sw",
      "/dev/swap /swap ext4 defaults 0 1",
      "/dev/x /mnt/swap swapfs defaults",
      "swap",
      "",
      "tmpfs /swap tmpfs swap 0 0",
    ].join("\n");
    assert.equal(withoutSwap(others), others);
  });

  it("keeps every other byte of any file, and does it once", () => {
    fc.assert(
      fc.property(fc.array(anyLine), (lines) => {
        const before = lines.join("\n");
        const after = withoutSwap(before);
        assert.equal(withoutSwap(after), after);
        assert.equal(
          after
            .split("\n")
            .map((text, index) => (text === lines[index] ? text : text.replace(PREFIX, "")))
            .join("\n"),
          before,
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe("the swap phase", () => {
  const context = contextOf(clusterOf("1.36", singleHosts), () => factsOf("debian12"));
  const [host] = context.spec.hosts;
  assert.ok(host);
  const steps = (facts: ReturnType<typeof factsOf>): readonly string[] =>
    swap.actions(host, facts, context).flatMap((action) => action.steps.map(describeStep));

  it("keeps the file that was there, and quotes units with a backslash in their name", () => {
    const facts = factsOf("debian12");
    const odd = { ...facts, swap: { ...facts.swap, units: ["dev-disk-by\\x2duuid-1.swap"] } };
    assert.ok(steps(odd).includes("systemctl mask --now 'dev-disk-by\\x2duuid-1.swap'"));
    const [write] = swap
      .actions(host, facts, context)
      .flatMap((action) => action.steps.filter((step) => step.kind === "write"));
    assert.equal(write?.keepsOriginal, true);
    assert.equal(write.before, facts.swap.fstab);
  });

  it("does nothing on a host without swap", () => {
    assert.deepEqual(steps(factsOf("rocky9")), []);
    assert.deepEqual(steps(factsOf("joinedWorker")), []);
  });

  it("leaves an emptied zram configuration alone", () => {
    const facts = factsOf("rocky9");
    const zram = (zramGenerator: string) =>
      steps({ ...facts, swap: { ...facts.swap, zramGenerator } }).length;
    assert.equal(zram("# only comments\n\n; and these\n"), 0);
    assert.equal(zram("[zram0]\n"), 1);
  });
});
