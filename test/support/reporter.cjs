const { appendFileSync, mkdirSync } = require("node:fs");
const { Spec } = require("mocha").reporters;

/**
 * Mocha's own report, and a line with its totals in a file, for `npm test` to end with those of all its runs, which go on
 * at once. A test that did not run counts as failed.
 */
module.exports = class extends Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    mkdirSync("coverage", { recursive: true });
    appendFileSync("coverage/totals", `${passes} passed, ${failures + pending} failed\n`);
  }
};
