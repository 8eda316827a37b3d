import assert from "node:assert/strict";
import { jqText } from "./run-jq";

const summary = { total_files_processed: 3, total_bytes_processed: 5 };
const files = { files_new: 0, files_changed: 1, files_unmodified: 2 };
const dirs = { dirs_new: 1, dirs_changed: 0, dirs_unmodified: 8 };
const well = { partial: false, altered: false, superseded: false, future: false, looked: null };
const own = { hostname: "host", paths: ["/data"] };
const fine = { id: "a", original: "b", moment: 10, ...own, ...well, changed: true, summary };
const whole = { ...fine, original: null, changed: false };

const cases: readonly [title: string, snapshots: readonly object[], lines: string][] = [
  ["a snapshot that was changed", [fine], "a b - 3 5 -"],
  ["the newest one first", [fine, { ...fine, id: "c" }], "c b - 3 5 -\na b - 3 5 -"],
  ["one that is dated in the future", [{ ...fine, future: true }], "a b - 3 5 -"],
  ["one of which restic did not say what it held", [{ ...fine, summary: null }], "a b - - - -"],
  ["its directories, too", [{ ...fine, summary: { ...summary, ...files, ...dirs } }], "a b - 3 5 9"],
  [
    "no directories where something was left out since",
    [{ ...fine, summary: { ...summary, ...files, ...dirs, files_new: 1 } }],
    "a b - 3 5 -",
  ],
  [
    "the nearest one that is as it was made",
    [
      { ...whole, id: "far", moment: 1 },
      { ...whole, id: "near", moment: 8 },
      { ...whole, id: "partial", moment: 9, partial: true },
      fine,
      { ...whole, id: "else", moment: 11, paths: ["/else"] },
      { ...whole, id: "host", moment: 11, hostname: "else" },
      { ...whole, id: "later", moment: 14 },
    ],
    "a b near 3 5 -",
  ],
  ["none that nobody has changed", [whole], ""],
  ["none that was looked at", [{ ...fine, looked: "unsure" }], ""],
  ["none that is partial", [{ ...fine, partial: true }], ""],
  ["none that bears the tag of a repair", [{ ...fine, altered: true }], ""],
  ["none of which a copy counts instead", [{ ...fine, superseded: true }], ""],
];

describe("suspects.jq", () => {
  for (const [title, snapshots, lines] of cases) {
    it(`names ${title}`, async () => assert.equal(await jqText("suspects", snapshots, ["-r"]), lines));
  }

  it("keeps in mind what was found", async () => {
    const listed = [fine, { ...fine, id: "c".repeat(64), looked: "unsure" }, { ...fine, id: "d", looked: "whole" }];
    assert.equal(await jqText("looked-tags", listed, ["-r"]), `unsure:${"c".repeat(16)}\nwhole:d`);
  });
});
