import assert from "node:assert/strict";
import { jqText } from "./run-jq";

const summary = { total_files_processed: 3, total_bytes_processed: 5 };
const fine = { id: "a", original: "b", partial: false, altered: false, superseded: false, future: false, summary };

const cases: readonly [title: string, snapshot: object, line: string][] = [
  ["a snapshot that was changed", fine, "a 3 5"],
  ["one that is dated in the future", { ...fine, future: true }, "a 3 5"],
  ["one of which restic did not say what it held", { ...fine, summary: null }, "a"],
  ["none that nobody has changed", { ...fine, original: null }, ""],
  ["none that is partial", { ...fine, partial: true }, ""],
  ["none that bears the tag of a repair", { ...fine, altered: true }, ""],
  ["none of which a copy counts instead", { ...fine, superseded: true }, ""],
];

describe("suspects.jq", () => {
  for (const [title, snapshot, line] of cases) {
    it(`names ${title}`, async () => assert.equal(await jqText("suspects", [snapshot], ["-r"]), line));
  }
});
