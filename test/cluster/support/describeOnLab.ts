/** Why no lab can run here; undefined when one can. */
const obstacle =
  process.platform !== "linux"
    ? "it needs Linux"
    : process.getuid?.() !== 0
      ? "it needs to be root"
      : undefined;

export const wantsAll = process.env.KUBEADM_TEST_FULL === "1";

export interface LabSuiteOptions {
  /** It takes long, and runs only with KUBEADM_TEST_FULL=1. */
  readonly isLong?: boolean;
  /** Its tests do not build on each other: after a failure the others are run nevertheless. */
  readonly isIndependent?: boolean;
}

/**
 * A suite on a lab. It tells a story: after a failed test, those behind it are skipped. Where no lab can run it is
 * skipped as a whole, and says why.
 */
export function describeOnLab(title: string, body: () => void, options: LabSuiteOptions = {}): void {
  const isLeftOut = options.isLong === true && !wantsAll;
  const reason = obstacle ?? (isLeftOut ? "it takes long: set KUBEADM_TEST_FULL=1" : undefined);
  if (reason !== undefined) {
    describe.skip(`${title} (skipped: ${reason})`, () => {
      // A suite without tests would not be counted as skipped.
      it("runs on a lab");
    });
    return;
  }
  describe(title, function () {
    this.timeout(900_000);
    let isBroken = false;
    beforeEach(function () {
      if (isBroken && options.isIndependent !== true) {
        this.skip();
      }
    });
    afterEach(function () {
      isBroken ||= this.currentTest?.state === "failed";
    });
    body();
  });
}
