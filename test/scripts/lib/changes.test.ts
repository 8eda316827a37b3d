import assert from "node:assert/strict";
import { jqText } from "./run-jq";

const summary = (counts: object) =>
  JSON.stringify({ message_type: "summary", files_new: 0, files_changed: 0, total_files_processed: 5, ...counts });

/** The last line of a dry run on a source of which the snapshot holds 5 files, and what is told of it. */
const cases: readonly [string, string, string][] = [
  ["nothing", summary({}), ""],
  ["a changed file", summary({ files_changed: 1 }), "1 changed"],
  ["a new file", summary({ files_new: 2, total_files_processed: 7 }), "2 came"],
  ["a lost file", summary({ total_files_processed: 4 }), "1 went"],
  ["one that was replaced under another name", summary({ files_new: 1 }), "1 came, 1 went"],
  ["all of it", summary({ files_new: 1, files_changed: 2, total_files_processed: 3 }), "2 changed, 1 came, 3 went"],
  ["everything gone", summary({ total_files_processed: 0 }), "5 went"],
  ["another line", '{"message_type":"status"}', "restic does not say how"],
  ["a cut line", summary({}).slice(0, 20), "restic does not say how"],
  ["no line", "", "restic does not say how"],
];

describe("changes.jq", () => {
  for (const [title, line, told] of cases) {
    it(`tells ${title}`, async () => {
      assert.equal(await jqText("changes", line, ["-Rrn", "--argjson", "files", "5"]), told);
    });
  }
});
