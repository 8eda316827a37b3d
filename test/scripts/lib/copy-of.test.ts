import assert from "node:assert/strict";
import { jqText } from "./run-jq";

const cases: readonly [string, object[], string][] = [
  [
    "the copy",
    [
      { id: "old", original: null },
      { id: "new", original: "old" },
    ],
    "new",
  ],
  [
    "no copy of another one",
    [
      { id: "old", original: null },
      { id: "new", original: "another" },
    ],
    "",
  ],
  ["not itself", [{ id: "old", original: "old" }], ""],
  ["nothing in an empty list", [], ""],
];

describe("copy-of.jq", () => {
  for (const [title, list, id] of cases) {
    it(`finds ${title}`, async () => {
      assert.equal(await jqText("copy-of", list, ["-r", "--arg", "id", "old"]), id);
    });
  }
});
