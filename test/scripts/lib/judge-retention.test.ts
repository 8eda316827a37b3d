import assert from "node:assert/strict";
import { runProgram } from "../../support/jq";
import { day, hour, idOf, type ListedSnapshot, minute, note, now, snapshot } from "../../support/listed-snapshot";

const lineNames = [
  "damaged_since",
  "damage_notes",
  "listed",
  "kept",
  "removed",
  "left",
  "held",
  "shrunk",
  "warnings",
  "expired",
  "spent",
];

/** The lines that the shell reads, by their names; those that are empty are left out. */
async function judge(listed: readonly ListedSnapshot[] | string, rules: string, percent = "0", repository = "") {
  const input = typeof listed === "string" ? listed : JSON.stringify(listed);
  const names = `${idOf("new")} 2026-11-20T12:00:00.123456789+01:00`;
  const args = { host: "host", path: "/data", now, rules, names, percent, job: "j", repository };
  const lines = await runProgram("judge-retention", input, args);
  assert.equal(lines.length, lineNames.length);
  return Object.fromEntries(lineNames.map((name, index) => [name, lines[index]]).filter(([, line]) => line !== ""));
}

const tonight = snapshot("new", -hour);
const none = { kept: "1", removed: "0", left: "0", listed: idOf("new") };

describe("judge-retention", () => {
  it("prints a line for each thing that the shell wants to know", async () => {
    const listed = [
      snapshot("a", -3 * day),
      snapshot("b", -2 * day),
      snapshot("c", -3 * hour),
      tonight,
      note("unsettled", "n", -3 * hour, [`of:${idOf("c")}`, "of-job:j"]),
    ];
    assert.deepEqual(await judge(listed, "--keep-last=2\n--keep-tag=x\n"), {
      listed: idOf("new"),
      kept: "2",
      removed: "2",
      left: "0",
      expired: [idOf("a"), idOf("c")].join(" "),
      spent: idOf("n"),
    });
  });

  it("takes an empty list, and nothing at all, for a snapshot that is not there", async () => {
    for (const input of ["", "null", "[]"]) {
      assert.deepEqual(await judge(input, "--keep-last=1"), { kept: "0", removed: "0", left: "0" });
    }
  });

  it("says since when the repository is damaged, in whole seconds", async () => {
    const listed = [tonight, note("damaged", "n", -hour), note("damaged", "m", -minute)];
    assert.deepEqual(await judge(listed, ""), {
      ...none,
      damaged_since: `${now - hour}`,
      damage_notes: [idOf("n"), idOf("m")].join(" "),
    });
  });

  it("says nothing of damage of another repository", async () => {
    const listed = [tonight, note("damaged", "n", -hour, ["repository:b"])];
    assert.deepEqual(await judge(listed, "", "0", "a"), none);
    assert.equal((await judge(listed, "")).damaged_since, `${now - hour}`);
  });

  it("fails for a rule that is none, rather than to remove what it might have kept", async () => {
    await assert.rejects(judge([tonight], "--keep-latest=3"), /"--keep-latest=3" is no rule/);
  });

  it("fails for a list that was cut off, rather than to take it for empty", async () => {
    await assert.rejects(judge(JSON.stringify([tonight]).slice(0, -1), "--keep-last=1"), /Unfinished JSON/);
  });

  describe("tells a human", () => {
    const short = (name: string) => idOf(name).slice(0, 8);
    const large = (name: string, nights: number, files: number) =>
      snapshot(name, -nights * day, { files, bytes: 6_000_000 });
    const old = [41, 42, 43].map((night) => snapshot(`-${night}`, -night * day));
    const table: [what: string, listed: ListedSnapshot[], rules: string, expected: Record<string, string>][] = [
      [
        "of one snapshot that is dated in the future",
        [tonight, snapshot("z", 365 * day)],
        "",
        {
          kept: "2",
          warnings: `Snapshot ${short("z")} is dated in the future, 2027-11-20 13:00:00 CET: the clock here shows 2026-11-20 13:00:00 CET. Compare it with a watch. If it is behind, correct it, and remove nothing. If it is right, the one that dated the snapshot was ahead: retention neither counts nor removes it.`,
        },
      ],
      [
        "of several, among others",
        [
          ...[2, 1].map((night) => snapshot(`-${night}`, -night * day)),
          tonight,
          ...[365, 1].map((night) => snapshot(`${night}`, night * day)),
        ],
        "",
        {
          kept: "5",
          warnings: `2 snapshots are dated in the future, the last of them, ${short("365")}, 2027-11-20 13:00:00 CET: the clock here shows 2026-11-20 13:00:00 CET. Compare it with a watch. If it is behind, correct it, and remove nothing. If it is right, the one that dated them was ahead: retention neither counts nor removes them.`,
        },
      ],
      [
        "of a clock here that is most likely behind, and of what the source has lost by then",
        [snapshot("-1", -day), tonight, snapshot("z", 365 * day), snapshot("y", 364 * day), large("x", -363, 9)],
        "--keep-last=1",
        {
          kept: "4",
          removed: "1",
          expired: idOf("-1"),
          warnings: `3 snapshots are dated in the future, the last of them, ${short("z")}, 2027-11-20 13:00:00 CET: the clock here shows 2026-11-20 13:00:00 CET. Compare it with a watch. They are most of what there is, so most likely this clock is behind: then correct it, and remove nothing. If it is right, the one that dated them was ahead: retention neither counts nor removes them. 1 of them holds more than the new one by more than 50 percent, so something may be missing in the source.`,
        },
      ],
      [
        "of a clock by which the new one would go",
        [tonight, snapshot("z", minute)],
        "--keep-last=1",
        {
          kept: "2",
          held: "clock",
          warnings:
            "By the retention rules, this new snapshot would be removed, because another one is newer, so nothing was removed. Another backup ran meanwhile, or a clock is wrong: compare the clocks of the nodes with the times that restore.sh --list shows.",
        },
      ],
      [
        "of a pause",
        [...old, tonight],
        "--keep-within=30d",
        {
          kept: "4",
          held: "pause",
          warnings:
            "No backup was made for 40 days before 2026-11-20, or a clock jumped. By the retention rules, 2 older snapshots would be removed at once. None was, and none will be before 2026-11-27. If a clock is wrong, correct it by then.",
        },
      ],
      [
        "of rules that would leave nothing from before",
        [...old, ...[30, 20, 10].map((night) => snapshot(`-${night}`, -night * day)), tonight],
        "--keep-within=3d",
        {
          kept: "2",
          removed: "5",
          expired: ["-43", "-42", "-41", "-30", "-20"].map(idOf).join(" "),
          warnings: `By the retention rules, no snapshot from before this one would be left, so the newest of them, ${short("-10")}, was kept. The rules reach back less far than the time between two backups: add one such as --keep-last=7.`,
        },
      ],
      [
        "of a source that has shrunk, beside one larger snapshot",
        [large("a", 1, 5), snapshot("new", -hour, { files: 1, bytes: 1536 })],
        "--keep-last=1",
        {
          kept: "2",
          shrunk: "yes",
          warnings:
            "The source has shrunk by more than 50 percent, from 5 files and 5.7 MiB to 1 file and 1.5 KiB, so something may be missing. 1 older snapshot that holds more is kept whatever the rules are. See what is missing. If nothing is, accept the new size: backup.sh --accept-shrink.",
        },
      ],
      [
        "of one that has shrunk, beside several",
        [large("a", 2, 1), large("b", 1, 1), snapshot("new", -hour, { files: 0, bytes: 0 })],
        "",
        {
          kept: "3",
          shrunk: "yes",
          warnings:
            "The source has shrunk by more than 50 percent, from 1 file and 5.7 MiB to 0 files and 0 B, so something may be missing. 2 older snapshots that hold more are kept whatever the rules are. See what is missing. If nothing is, accept the new size: backup.sh --accept-shrink.",
        },
      ],
    ];
    for (const [what, listed, rules, expected] of table) {
      it(what, async () => {
        assert.deepEqual(await judge([...listed].reverse(), rules, "50"), { ...none, ...expected });
      });
    }

    it("of all at once, on one line", async () => {
      const small = snapshot("small", -44 * day, { files: 1 });
      const listed = [small, ...old, snapshot("z", day), snapshot("new", -hour, { files: 1 })];
      const { warnings } = await judge(listed, "--keep-within=30d", "50");
      assert.match(
        warnings as string,
        /^Snapshot .* dated in the future.* No backup was made .* The source has shrunk/,
      );
    });
  });
});
