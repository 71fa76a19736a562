import type { Suite } from "mocha";

/** Why no lab can run here; undefined when one can. */
const obstacle =
  process.platform !== "linux" ? "it needs Linux" : process.getuid?.() !== 0 ? "it needs to be root" : undefined;

const wantsAll = process.env.KUBEADM_TEST_FULL === "1";

/**
 * A suite that tells one story on a lab: its tests run in order, and those after a failure are not run. Where no
 * lab can run it is skipped and says why; `full` ones also unless KUBEADM_TEST_FULL=1, as they take long.
 */
export function describeOnLab(title: string, body: (this: Suite) => void, only?: "full"): void {
  const reason = obstacle ?? (only === "full" && !wantsAll ? "it takes long: set KUBEADM_TEST_FULL=1" : undefined);
  if (reason !== undefined) {
    describe.skip(`${title} (skipped: ${reason})`, () => {
      // A suite without tests would not be counted as skipped.
      it("runs on a lab");
    });
    return;
  }
  describe(title, function () {
    this.timeout(900_000);
    this.bail(true);
    body.call(this);
  });
}
