import assert from "node:assert/strict";
import fc from "fast-check";
import { evaluate } from "../../support/jq";

describe("moments", () => {
  const table: [time: string, moment: number][] = [
    ["1970-01-01T00:00:00Z", 0],
    ["1970-01-01T00:00:00+01:00", -3600],
    ["1969-12-31T23:59:59Z", -1],
    ["1969-12-31T19:00:00-05:00", 0],
    ["2026-07-01T12:00:00Z", 1782907200],
    ["2026-07-01T12:00:00.5+02:00", 1782900000.5],
    ["2026-07-01T12:00:00.123456789-03:30", 1782919800.123456],
    ["2026-07-01T12:00:00.999999999Z", 1782907200.999999],
    ["2024-02-29T23:59:59Z", 1709251199],
    ["2100-03-01T00:00:00Z", 4107542400],
    ["0001-01-01T00:00:00Z", -62135596800],
    ["9999-12-31T23:59:59Z", 253402300799],
  ];
  for (const [time, moment] of table) {
    it(`${time} is ${moment}`, async () => {
      assert.equal(await evaluate(["moments"], "moment", time), moment);
    });
  }

  it("are those of JavaScript, in any year and with any offset", async () => {
    const anyTime = fc.record({
      seconds: fc.integer({ min: -62_135_596_800 + 86_400, max: 253_402_300_799 - 86_400 }),
      offset: fc.integer({ min: -14 * 60, max: 14 * 60 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyTime, { minLength: 500, maxLength: 500 }), async (times) => {
        const texts = times.map(({ seconds, offset }) => {
          const local = new Date((seconds + offset * 60) * 1000).toISOString().slice(0, 19);
          const clock = new Date(Math.abs(offset) * 60_000).toISOString().slice(11, 16);
          return `${local}${offset < 0 ? "-" : "+"}${clock}`;
        });
        const moments = await evaluate(["moments"], "map(moment)", texts);
        assert.deepEqual(
          moments,
          times.map(({ seconds }) => seconds),
        );
      }),
      { numRuns: 5 },
    );
  });

  it("count days over the ends of months and years as Go does", async () => {
    const dates = [
      [2026, 2, 31],
      [2026, 0, 15],
      [2026, -11, 1],
      [2026, 14, 1],
      [2024, 2, 29],
      [2025, 2, 29],
      [2026, 3, 0],
      [2026, 3, -400],
    ];
    const days = await evaluate(["moments"], "map(days(.[0]; .[1]; .[2]))", dates);
    assert.deepEqual(
      days,
      dates.map(([year, month, date]) => Date.UTC(year as number, (month as number) - 1, date) / 86_400_000),
    );
  });
});
