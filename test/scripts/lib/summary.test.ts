import assert from "node:assert/strict";
import { jqText } from "./run-jq";

const said = { message_type: "summary", snapshot_id: "abc", total_files_processed: 2, total_bytes_processed: 30 };

const cases: readonly [string, string, string][] = [
  ["all", JSON.stringify({ ...said, data_added: 9, data_added_packed: 4 }), "abc\n2\n30\n4\n"],
  [
    "when it was begun",
    JSON.stringify({ ...said, data_added: 9, backup_start: "2026-11-20T12:00:00.123456789+01:00" }),
    "abc\n2\n30\n9\n2026-11-20T12:00:00.123456789+01:00",
  ],
  ["a beginning that is no time", JSON.stringify({ ...said, data_added: 9, backup_start: "a,b c" }), "abc\n2\n30\n9\n"],
  ["what restic before 0.17 says", JSON.stringify({ ...said, data_added: 9 }), "abc\n2\n30\n9\n"],
  ["nothing added", JSON.stringify({ ...said, data_added_packed: 0 }), "abc\n2\n30\n0\n"],
  ["no snapshot", JSON.stringify({ ...said, snapshot_id: undefined, data_added: 1 }), "\n2\n30\n1\n"],
  ["no counts", '{"message_type":"summary","snapshot_id":"abc"}', "abc\n\n\n\n"],
  ["another message", '{"message_type":"status","percent_done":1}', "\n\n\n\n"],
  ["a cut line", '{"message_type":"summ', "\n\n\n\n"],
  ["words", "Fatal: something", "\n\n\n\n"],
  ["no line", "", "\n\n\n\n"],
];

describe("summary.jq", () => {
  for (const [title, line, lines] of cases) {
    it(`always makes five lines: ${title}`, async () => {
      assert.equal(await jqText("summary", line, ["-Rrn"]), lines);
    });
  }
});
