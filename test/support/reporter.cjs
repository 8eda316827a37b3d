const { mkdirSync, writeFileSync } = require("node:fs");
const { Spec } = require("mocha").reporters;

/**
 * Mocha's own report, and its totals in a file, for `npm test` to end with them: the report on coverage comes between.
 * A test that did not run counts as failed.
 */
module.exports = class extends Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    mkdirSync("coverage", { recursive: true });
    writeFileSync("coverage/totals", `${passes} passed, ${failures + pending} failed\n`);
  }
};
