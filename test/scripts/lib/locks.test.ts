import assert from "node:assert/strict";
import { runProgram } from "../../support/jq";
import { hour, minute, now } from "../../support/listed-snapshot";

interface Lock {
  readonly time: string;
  readonly exclusive: boolean;
  readonly hostname: string;
  readonly username: string;
  readonly pid: number;
}

const at = (offset: number) => new Date((now + offset) * 1000).toISOString().replace("Z", "123456+00:00");

function lock(pid: number, offset: number, more: Partial<Lock> = {}): Lock {
  return { time: at(offset), exclusive: false, hostname: "here", username: "root", pid, ...more };
}

const elsewhere = { hostname: "another-pod" };
const exclusive = { exclusive: true };

/** Locks; how many are dead; the newest sign of life of dead ones and of all that share the lock. */
const table: readonly (readonly [string, readonly Lock[], string, number | "", number | ""])[] = [
  ["no lock", [], "0", "", ""],
  ["a process here that lives", [lock(7, -minute)], "0", "", -minute],
  ["a process here that is gone", [lock(8, -minute)], "1", -minute, -minute],
  ["one that is gone and shares nothing", [lock(8, -minute, exclusive)], "1", "", ""],
  ["another pod's, of late", [lock(8, -29 * minute, elsewhere)], "0", "", -29 * minute],
  ["another pod's, that nobody renews", [lock(8, -31 * minute, elsewhere)], "1", 0, -31 * minute],
  [
    "one that is about to be old: rather too early than too late",
    [lock(8, -30 * minute + 5, elsewhere)],
    "1",
    0,
    -30 * minute + 5,
  ],
  ["a process here that lives and is not seen to renew it: its clock may be wrong", [lock(7, -hour)], "1", 0, -hour],
  ["one that was silent for a day", [lock(8, -25 * hour, elsewhere)], "1", -25 * hour, -25 * hour],
  ["one of a clock that is a year ahead", [lock(8, 365 * 24 * hour, elsewhere)], "0", "", 0],
  ["one that is gone, of a clock that was ahead", [lock(8, 365 * 24 * hour)], "1", 0, 0],
  [
    "several: the newest sign of life counts",
    [lock(8, -3 * minute), lock(9, -2 * minute), lock(10, -minute, exclusive), lock(7, 0)],
    "3",
    -2 * minute,
    0,
  ],
];

describe("locks", () => {
  const read = (locks: readonly Lock[], count = locks.length) =>
    runProgram("locks", locks.map((one) => JSON.stringify(one)).join("\n"), {
      host: "here",
      alive: " 1 7 77",
      now,
      count,
    });

  for (const [title, locks, count, dead, shared] of table) {
    it(`knows ${title}`, async () => {
      const offset = (line: string | undefined) => (line === "" ? "" : Number(line) - now);
      const lines = await read(locks);
      assert.deepEqual([lines[0], offset(lines[1]), offset(lines[2])], [count, dead, shared]);
      assert.equal(lines.length, 4);
    });
  }

  it("takes now for the newest sign of life where some could not be read", async () => {
    assert.deepEqual((await read([lock(8, -hour)], 21)).slice(0, 3), ["1", String(now), String(now)]);
  });

  it("says who holds them, without fractions of seconds", async () => {
    const [, , , holders] = await read([lock(7, 0, exclusive), lock(8, -hour, elsewhere)]);
    const [since, before] = [0, -hour].map((offset) => at(offset).replace(/\.\d+/, ""));
    assert.equal(
      holders,
      `It is held by process 7 on here since ${since}, exclusive; process 8 on another-pod since ${before}. A lock is given up 30 minutes after its process died.`,
    );
    const [, , , ahead] = await read([lock(8, 365 * 24 * hour, elsewhere), lock(7, 4 * minute)]);
    assert.match(
      ahead as string,
      /^It is held by process 8 on another-pod since 2027-.*, which is in the future; process 7 on here since [^,]*\. The clock of another-pod was ahead, or the one here, which shows 2026-\S+Z, is behind, .*restic unlock --remove-all\.$/,
    );
    assert.equal((await read([]))[3], "Who holds the lock could not be read.");
  });
});
