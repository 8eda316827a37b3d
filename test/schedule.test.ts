import assert from "node:assert/strict";
import fc from "fast-check";
import { scheduleProblem } from "../components/schedule";

/** Against the dialect of robfig/cron as Kubernetes uses it; `e2e/bad-input.test.ts` asks the API server itself. */
describe("scheduleProblem", () => {
  const good = [
    "10 23 * * *",
    "*/15 * * * *",
    "5/15 * * * *",
    "0 0-6/2 1,15 JAN-mar mon-fri",
    "? 1 ? * ?",
    "0 0 29 2 *",
    "0 0 31 2 1",
    "  10   23 * * *  ",
    "@daily",
    "@midnight",
  ];
  for (const schedule of good) {
    it(`accepts "${schedule}"`, () => {
      assert.equal(scheduleProblem(schedule), undefined);
    });
  }

  const bad: [string, RegExp][] = [
    ["0 25 * * *", /^hour 25 is above 23$/],
    ["60 * * * *", /^minute 60 is above 59$/],
    ["0 0 0 * *", /^day of month 0 is below 1$/],
    ["0 0 * 13 *", /^month 13 is above 12$/],
    ["0 0 * * 7", /^day of week 7 is above 6: Sunday is 0$/],
    ["0 0 * * FRI-SUN", /range "FRI-SUN" runs backwards \(5 is above 0\): write two ranges/],
    ["0 0 31 2 *", /^no such date exists, so it would never run/],
    ["0 0 31 4,6,9,11 *", /^no such date exists/],
    ["*/0 * * * *", /step 0/],
    ["1-5-9 * * * *", /is not a number, a range/],
    ["1, * * * *", /is not a number, a range/],
    ["0 0 L * *", /"L" is not a number/],
    ["0 0 * * 5#2", /is not a number, a range/],
    ["0 0 * foo *", /neither a number nor one of jan/],
    ["0 10 23 * * *", /has 6 fields instead of five/],
    ["", /fields instead of five/],
    ["@every 1h", /unknown nickname: use one of @hourly/],
    ["@reboot", /unknown nickname/],
    ["CRON_TZ=Europe/Berlin 0 0 * * *", /set timeZone/],
    ["60 24 * * *", /^minute 60 is above 59; hour 24 is above 23$/],
  ];
  for (const [schedule, reason] of bad) {
    it(`refuses "${schedule}"`, () => {
      assert.match(scheduleProblem(schedule) ?? "accepted", reason);
    });
  }

  it("accepts every time of day", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 23 }), (minute, hour) => {
        assert.equal(scheduleProblem(`${minute} ${hour} * * *`), undefined);
      }),
    );
  });

  it("judges every range by its order and its bounds alone", () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), (from, to) => {
        const accepted = scheduleProblem(`0 ${from}-${to} * * *`) === undefined;
        assert.equal(accepted, from <= to && to <= 23);
      }),
    );
  });

  it("has an answer for any text", () => {
    fc.assert(fc.property(fc.string(), (any) => ["string", "undefined"].includes(typeof scheduleProblem(any))));
  });
});
