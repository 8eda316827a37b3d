import assert from "node:assert/strict";
import { execa } from "execa";
import { library } from "../../support/jq";
import { imageProgram } from "../programs";

describe("clock.jq", () => {
  for (const [zone, words, moment] of [
    ["Europe/Berlin", "2026-11-20", "2026-11-20T22:59:59Z"],
    ["Europe/Berlin", "2026-11-20 23:10", "2026-11-20T22:10:59Z"],
    ["Europe/Berlin", "2026-11-20T23:10:07", "2026-11-20T22:10:07Z"],
    ["Europe/Berlin", "2026-07-01 00:00", "2026-06-30T22:00:59Z"],
    ["Europe/Berlin", "2026-11-20T23:59:00+01:00", "2026-11-20T22:59:00Z"],
    ["Asia/Kolkata", "2026-11-20T23:59:00+01:00", "2026-11-20T22:59:00Z"],
    ["Europe/Berlin", "2026-11-20T23:59+01:00", "2026-11-20T22:59:59Z"],
    ["Europe/Berlin", "2026-11-20t23:59:00.123456789-0330", "2026-11-21T03:29:00Z"],
    ["Europe/Berlin", "2026-11-20 23:59 +05", "2026-11-20T18:59:59Z"],
    ["Europe/Berlin", "2026-11-20T23:59:00Z", "2026-11-20T23:59:00Z"],
    ["Europe/Berlin", "2026-11-20Z", "2026-11-20T23:59:59Z"],
    ["UTC0", "2024-02-29", "2024-02-29T23:59:59Z"],
    ["", "1999-12-31", "1999-12-31T23:59:59Z"],
    // The clock goes back: the second of two hours, or half hours.
    ["America/New_York", "2025-11-02 01:30", "2025-11-02T06:30:59Z"],
    ["America/New_York", "2025-11-02 00:59:59", "2025-11-02T04:59:59Z"],
    ["America/New_York", "2025-11-02", "2025-11-03T04:59:59Z"],
    ["Europe/Berlin", "2026-10-25 02:30", "2026-10-25T01:30:59Z"],
    ["Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T15:15:59Z"],
    // It goes back over midnight: the day ends twice.
    ["America/Nuuk", "2026-10-24", "2026-10-25T01:59:59Z"],
    // What --list shows tells the two hours apart.
    ["America/New_York", "2025-11-02 01:30:00 EDT", "2025-11-02T05:30:00Z"],
    ["America/New_York", "2025-11-02 01:30:00 EST", "2025-11-02T06:30:00Z"],
    // The clock goes forward over what was asked for: the last moment before it does.
    ["Europe/Berlin", "2026-03-29 02:30", "2026-03-29T00:59:59Z"],
    ["America/Nuuk", "2026-03-28", "2026-03-29T00:59:59Z"],
    ["America/Nuuk", "2026-03-28 23:00", "2026-03-29T00:59:59Z"],
    ["Asia/Beirut", "2021-03-28 00:30", "2021-03-27T21:59:59Z"],
    ["Pacific/Apia", "2011-12-30", "2011-12-30T09:59:59Z"],
    ["Pacific/Apia", "2011-12-30 12:00", "2011-12-30T09:59:59Z"],
  ] as const) {
    it(`takes ${words}, in ${zone || "no zone"}, for ${moment}`, async () => {
      const printed = await clock(zone, "$ARGS.positional[0] | last_moment", words);
      assert.equal(new Date(Number(printed) * 1000).toISOString(), moment.replace("Z", ".000Z"));
    });
  }

  for (const words of [
    "",
    "yesterday",
    "2026-02-31",
    "2023-02-29",
    "2026-00-10",
    "2026-13-01",
    "2026-11-00",
    "2026-11-20 24:00",
    "2026-11-20 25:00",
    "2026-11-20 10:60",
    "2026-11-20 10:10:60",
    "2026-11-20 1:00",
    "2026-11-20 10",
    "2026-11-20-05",
    "2026-11-20+01:00",
    "2026-11-20 10:00 +24:00",
    "2026-11-20 10:00 CEST",
    "2026-11-20 10:00 XYZ",
    "2026-3-1",
    "26-11-20",
    "20261120",
    " 2026-11-20",
    "2026-11-20\n2026-11-21",
  ]) {
    it(`takes ${JSON.stringify(words)} for no moment`, async () => {
      assert.equal(await clock("Europe/Berlin", "$ARGS.positional[0] | last_moment", words), "");
    });
  }

  for (const [zone, moment, words] of [
    ["Europe/Berlin", "2026-11-20T22:59:00Z", "2026-11-20 23:59:00 CET"],
    ["Europe/Berlin", "2026-07-20T22:59:00Z", "2026-07-21 00:59:00 CEST"],
    ["America/New_York", "2025-11-02T05:30:00Z", "2025-11-02 01:30:00 EDT"],
    ["America/New_York", "2025-11-02T06:30:00Z", "2025-11-02 01:30:00 EST"],
    ["Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25 02:30:00 CEST"],
    ["Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25 02:30:00 CET"],
    ["Asia/Kathmandu", "2026-11-20T00:00:00Z", "2026-11-20 05:45:00 +0545"],
    ["", "2026-11-20T00:00:00Z", "2026-11-20 00:00:00 UTC"],
  ] as const) {
    it(`shows ${moment}, in ${zone || "no zone"}, as ${words}`, async () => {
      assert.equal(await clock(zone, `${Date.parse(moment) / 1000} + 0.75 | clock_words`), words);
    });
  }

  it("names a duration by the largest unit of which there are two", async () => {
    const seconds = [0, 1, 119, 120, 7199, 7200, 172_799, 172_800, 40 * 86_400];
    assert.deepEqual(JSON.parse(await clock("", `[${seconds} | duration_words] | tojson`)), [
      "0 seconds",
      "1 second",
      "119 seconds",
      "2 minutes",
      "119 minutes",
      "2 hours",
      "47 hours",
      "2 days",
      "40 days",
    ]);
  });
});

async function clock(TZ: string, filter: string, ...words: string[]): Promise<string> {
  const program = `include "clock"; ${filter}`;
  const jq = await imageProgram("jq");
  return (await execa(jq, ["-L", library, "-rn", program, "--args", "--", ...words], { env: { TZ } })).stdout;
}
