import assert from "node:assert/strict";
import { faults } from "./faults";
import { outcomeOf } from "./outcome";

/** Rows that the scripts' own tests do not cover; `npm run test:faults` runs them all. */
const chosen: readonly [string, string][] = [
  ["K4", "helper that lives"],
  ["D1", "--max-size"],
  ["D2", "TMPDIR is full"],
  ["C2", "bit rot"],
  ["R1", "credentials that may not write"],
  ["S2", "FIFO"],
  ["rA1", "only the note"],
  ["rA2", "SIGTERM"],
  ["rS6", "rewritten"],
  ["rB3", "character device"],
];

describe("the fault matrix, a few rows of it", function () {
  this.timeout(600_000);

  for (const [id, words] of chosen) {
    it(`${id}: ${words}`, async () => {
      const fault = faults.find((one) => one.id === id && one.injection.includes(words));
      assert.ok(fault, "there is no such row");
      const { verdict, seen } = await outcomeOf(fault);
      assert.equal(verdict, "✔", seen);
    });
  }
});
