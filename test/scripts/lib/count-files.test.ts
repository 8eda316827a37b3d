import assert from "node:assert/strict";
import { jqText } from "./run-jq";

const cases: readonly [string, object[], string][] = [
  [
    "files only",
    [{ struct_type: "snapshot" }, { type: "dir", size: 9 }, { type: "symlink" }, { type: "file", size: 3 }],
    "1 3",
  ],
  ["empty files", [{ type: "file" }, { type: "file", size: 0 }], "2 0"],
  [
    "large ones",
    [
      { type: "file", size: 2 ** 45 },
      { type: "file", size: 5 },
    ],
    `2 ${2 ** 45 + 5}`,
  ],
  ["nothing", [], "0 0"],
];

describe("count-files.jq", () => {
  for (const [title, entries, counts] of cases) {
    it(`counts ${title}`, async () => {
      assert.equal(
        await jqText("count-files", entries.map((entry) => JSON.stringify(entry)).join("\n"), ["-rn"]),
        counts,
      );
    });
  }
});
