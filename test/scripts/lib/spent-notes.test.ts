import assert from "node:assert/strict";
import { day, hour, idOf, namesOf, note, snapshot } from "../../support/listed-snapshot";
import { expire, tonight } from "./expire-night";

describe("a note that says nothing any more", () => {
  const unsettled = (name: string) =>
    note("unsettled", `note of ${name}`, -hour, [`of:${idOf(name)}`, `of-job:${name}`]);

  it("goes with its snapshot, when that counts for good, and when it is long gone", async () => {
    const listed = [
      snapshot("old", -5 * day),
      snapshot("try", -2 * hour),
      tonight,
      snapshot("other", -5 * day, { host: "another" }),
      snapshot("more", -5 * day, { paths: ["/data", "/etc"] }),
      ...["old", "try", "other", "more", "gone"].map(unsettled),
      note("unsettled", "note of long gone", -31 * day, [`of:${idOf("long gone")}`]),
    ];
    const { notes } = await expire(listed, ["--keep-last=9"], 0, "try");
    assert.deepEqual(namesOf(notes).sort(), ["note of long gone", "note of old", "note of try"]);
  });

  it("is none of a snapshot that must not be removed, though a later try made it needless", async () => {
    const large = snapshot("try", -30 * hour, { files: 900 });
    const listed = [large, snapshot("next", -29 * hour), tonight, unsettled("try")];
    const { remove, notes } = await expire(listed, ["--keep-last=9"], 50, "try");
    assert.deepEqual([remove, notes], [[], []]);
  });

  it("is none of a snapshot that goes by another name now", async () => {
    const begun = "2026-11-20T05:00:00.123456789Z";
    const summary = { total_files_processed: 1, total_bytes_processed: 1, backup_start: begun };
    const accepted = note("accepted", "n", -40 * day, [`of:${idOf("gone")}`, `of:${begun}`]);
    const rewritten = { ...snapshot("copy", -40 * day, { original: "tagged", tree: "less" }), summary };
    const { notes } = await expire([rewritten, tonight, accepted], ["--keep-last=9"]);
    assert.deepEqual(namesOf(notes), []);
  });
});
