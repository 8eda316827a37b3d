import assert from "node:assert/strict";
import { jqText } from "./run-jq";

const cases: readonly [string, object[], string][] = [
  [
    "the copy",
    [
      { id: "old", original: null },
      { id: "new", original: "old", tags: ["partial"] },
    ],
    "new",
  ],
  ["no copy without the mark, which an operator made", [{ id: "new", original: "old", tags: ["x"] }], ""],
  [
    "the one that counts, of several",
    [
      { id: "twin", original: "old", tags: ["partial"], superseded: true },
      { id: "new", original: "old", tags: ["partial", "x"], superseded: false },
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

const asked = (change: string) => ["--arg", "id", "old", "--arg", "change", change];

describe("copy-of.jq", () => {
  for (const [title, list, id] of cases) {
    it(`finds ${title}`, async () => {
      assert.equal(await jqText("copy-of", list, ["-r", ...asked("--add")]), id);
    });
  }

  it("finds the copy without the mark, when that was taken away", async () => {
    const list = [
      { id: "twin", original: "old", tags: ["partial"] },
      { id: "new", original: "old", tags: [] },
    ];
    assert.equal(await jqText("copy-of", list, ["-r", ...asked("--remove")]), "new");
  });
});
