const { Spec } = require("mocha").reporters;

/** mocha's own report, closed by one line that is the same for every suite: `N passed, N failed, N skipped`. */
module.exports = class extends Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    console.log(`${passes} passed, ${failures} failed, ${pending} skipped`);
  }
};
