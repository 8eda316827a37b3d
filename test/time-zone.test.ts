import assert from "node:assert/strict";
import { timeZoneProblem } from "../components/time-zone";

describe("timeZoneProblem", () => {
  for (const zone of [
    "Etc/UTC",
    "UTC",
    "Europe/Berlin",
    "Asia/Calcutta",
    "America/Argentina/Buenos_Aires",
    "Etc/GMT+1",
  ]) {
    it(`accepts ${zone}`, () => {
      assert.equal(timeZoneProblem(zone), undefined);
    });
  }

  const bad: [string, RegExp][] = [
    ["Mars/Olympus", /no such time zone: use a name of the IANA database/],
    ["Local", /a different time on every machine/],
    ["+01:00", /is not the name of a time zone/],
    ["", /is not the name of a time zone/],
    ["../etc/passwd", /is not the name of a time zone/],
    ["europe/berlin", /write Europe\/Berlin/],
  ];
  for (const [zone, reason] of bad) {
    it(`refuses "${zone}"`, () => {
      assert.match(timeZoneProblem(zone) ?? "accepted", reason);
    });
  }
});
