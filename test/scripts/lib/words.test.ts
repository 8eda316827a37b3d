import assert from "node:assert/strict";
import { evaluate } from "../../support/jq";

describe("words", () => {
  it("say one file, and two files", async () => {
    const words = await evaluate(["words"], 'map(counted("file"; "files"))', [0, 1, 2]);
    assert.deepEqual(words, ["0 files", "1 file", "2 files"]);
  });

  it("give sizes as the shell does", async () => {
    const sizes = {
      0: "0 B",
      1023: "1023 B",
      1024: "1.0 KiB",
      1536: "1.5 KiB",
      1048575: "1023.9 KiB",
      1048576: "1.0 MiB",
    };
    const more = { 6000000: "5.7 MiB", 5000000000000000: "4547.4 TiB" };
    const expected = Object.entries({ ...sizes, ...more });
    const words = await evaluate(
      ["words"],
      "map(human_bytes)",
      expected.map(([bytes]) => Number(bytes)),
    );
    assert.deepEqual(
      words,
      expected.map(([, size]) => size),
    );
  });

  it("give the day of a moment, whatever the zone is", async () => {
    assert.deepEqual(await evaluate(["words"], "map(day)", [0, 1795175999.9, 1795176000]), [
      "1970-01-01",
      "2026-11-20",
      "2026-11-20",
    ]);
  });
});
