import assert from "node:assert/strict";
import fc from "fast-check";
import { scheduleProblem } from "../components/schedule";
import { spread, withoutSpread } from "../components/spread";

describe("spread", () => {
  it("leaves a schedule without H as it is", () => {
    for (const schedule of ["10 23 * * *", "*/15 0-6/2 1,15 JAN-mar *", "@daily", "0 0 * * THU"]) {
      assert.equal(spread(schedule, "jira/backup"), schedule);
      assert.equal(withoutSpread(schedule), schedule);
    }
  });

  it("chooses the same for the same identity, for ever", () => {
    assert.equal(spread("H H(1-4) * * *", "jira/backup"), "19 3 * * *");
    assert.equal(spread("H/15 * * * *", "jira/backup"), "4-59/15 * * * *");
  });

  it("counts fields as Kubernetes does, whatever stands between them", () => {
    assert.equal(spread(" H  H(1-4)\t* * * ", "jira/backup"), spread("H H(1-4) * * *", "jira/backup"));
  });

  const within: [string, RegExp][] = [
    ["H H * * *", /^([0-9]|[1-5][0-9]) ([0-9]|1[0-9]|2[0-3]) \* \* \*$/],
    ["0 H(1-4) * * *", /^0 [1-4] \* \* \*$/],
    ["H(0-29)/10 * * * *", /^[0-9]-29\/10 \* \* \* \*$/],
    ["0 0 H * *", /^0 0 ([1-9]|1[0-9]|2[0-8]) \* \*$/],
    ["0 0 * * H", /^0 0 \* \* [0-6]$/],
    ["5,H 1 * * *", /^5,([0-9]|[1-5][0-9]) 1 \* \* \*$/],
  ];
  for (const [schedule, allowed] of within) {
    it(`keeps "${schedule}" within its range, and makes a schedule that Kubernetes takes`, () => {
      fc.assert(
        fc.property(fc.string(), (identity) => {
          const chosen = spread(schedule, identity);
          assert.match(chosen, allowed);
          assert.equal(scheduleProblem(chosen), undefined);
        }),
      );
    });
  }

  it("does not start forty instances in the same minute", () => {
    const minutes = Array.from({ length: 40 }, (_, i) => spread("H 23 * * *", `team-${i}/backup`).split(" ")[0]);
    const most = Math.max(...minutes.map((minute) => minutes.filter((other) => other === minute).length));
    assert.ok(new Set(minutes).size > 20, "they are spread over the hour");
    assert.ok(most <= 5, "no minute is crowded");
  });
});

describe("scheduleProblem of a schedule with H", () => {
  for (const schedule of ["H H * * *", "H H(1-4) * * *", "H/15 * * * *", "H(0-29)/10 * * * *", "0 3 * * H"]) {
    it(`accepts "${schedule}"`, () => assert.equal(scheduleProblem(schedule), undefined));
  }

  const bad: [string, RegExp][] = [
    ["H(0-70) * * * *", /minute 70 is above 59/],
    ["H(5-1) * * * *", /range "5-1" runs backwards/],
    ["H/0 * * * *", /step 0/],
    ["H() * * * *", /is not a number/],
    ["HH * * * *", /is not a number/],
    ["h * * * *", /is not a number/],
  ];
  for (const [schedule, reason] of bad) {
    it(`refuses "${schedule}"`, () => assert.match(scheduleProblem(schedule) ?? "accepted", reason));
  }
});
