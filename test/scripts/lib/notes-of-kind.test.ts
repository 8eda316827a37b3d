import assert from "node:assert/strict";
import { idOf, note, oldNote, snapshot } from "../../support/listed-snapshot";
import { jqText } from "./run-jq";

const list = [
  snapshot("data", -100),
  note("checked", "new", -50, ["run:2"]),
  oldNote("checked", "old", -200, ["run:1"]),
  note("damaged", "bad", -20),
  snapshot("misleading", -10, { tags: ["restic-backup-checked"] }),
];

const cases: readonly [string, readonly string[]][] = [
  ["checked", ["old", "new"]],
  ["damaged", ["bad"]],
  ["checked damaged", ["old", "new", "bad"]],
  ["cleared", []],
];

describe("notes-of-kind.jq", () => {
  for (const [kinds, names] of cases) {
    it(`finds notes of the kinds "${kinds}", and no snapshot`, async () => {
      const ids = await jqText("notes-of-kind", list, [
        "-rn",
        "--arg",
        "kinds",
        kinds,
        "--argjson",
        "now",
        "1800000000",
      ]);
      assert.equal(ids, names.map(idOf).join("\n"));
    });
  }

  it("finds none where the repository lists nothing", async () => {
    assert.equal(await jqText("notes-of-kind", "", ["-rn", "--arg", "kinds", "checked", "--argjson", "now", "1"]), "");
  });
});
