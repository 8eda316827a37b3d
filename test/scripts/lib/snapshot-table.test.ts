import assert from "node:assert/strict";
import { evaluate, runProgram } from "../../support/jq";
import { day, now, snapshot } from "../../support/listed-snapshot";

describe("snapshot-table.jq", () => {
  it("shows what can be restored, oldest first, with what is wrong with it", async () => {
    const table = await tableOf([
      snapshot("good", -2 * day, { files: 12, bytes: 1536 }),
      snapshot("part", -day, { tags: ["partial"], files: 1, bytes: 5 * 2 ** 40 }),
      snapshot("alt", -day + 1, { tags: ["repaired", "partial"], host: "another host" }),
      snapshot("future", 200 * day, { paths: ["/data", "/else/a b", "/z"] }),
      snapshot("elsewhere", -day, { paths: ["/else"] }),
    ]);
    assert.deepEqual(table, [
      "ID        TIME                           FILES        SIZE  HOST",
      "676f6f64  2026-11-18 13:00:00 CET           12     1.5 KiB  host",
      "70617274  2026-11-19 13:00:00 CET            1     5.0 TiB  host  partial: files are missing",
      "616c7400  2026-11-19 13:00:01 CET          100    97.6 KiB  another host  partial: files are missing  altered by a repair: files are missing",
      "66757475  2027-06-08 14:00:00 CEST         100    97.6 KiB  host  dated in the future: here it is 2026-11-20 13:00:00 CET  also /else/a b, /z",
    ]);
  });

  it("shows snapshots of which restic did not count the files", async () => {
    const { summary: _, ...old } = snapshot("old", -day);
    assert.match((await tableOf([old]))[1] ?? "", /^6f6c6400 {2}2026-11-19 13:00:00 CET {27}host$/);
    const copied = { ...old, original: "f".repeat(64) };
    assert.match((await tableOf([copied]))[1] ?? "", /host {2}written anew: what it held is not known$/);
    assert.doesNotMatch((await tableOf([{ ...copied, tags: ["repaired"] }]))[1] ?? "", /written anew/);
    assert.doesNotMatch((await tableOf([snapshot("new", -day, { original: "gone" })]))[1] ?? "", /written anew/);
  });

  it("shows one line for each, whatever names hold", async () => {
    const table = await tableOf([
      snapshot("odd", -day, { host: "a\nb\u001b[31m", paths: ["/data", "/else\n676f6f64  2026\r\t\u0085x"] }),
    ]);
    assert.equal(table.length, 2);
    assert.match(table[1] ?? "", / {2}a b \[31m {2}also \/else 676f6f64 {2}2026 x$/);
  });

  it("shows nothing where there is nothing", async () => {
    assert.deepEqual(await tableOf([]), [""]);
    assert.deepEqual(await tableOf([snapshot("elsewhere", -day, { paths: ["/else"] })]), [""]);
  });
});

async function tableOf(list: readonly object[]): Promise<string[]> {
  const described = await evaluate(["snapshots", "moments"], `snapshot_list("host"; "/data"; ${now}).snapshots`, list);
  return runProgram("snapshot-table", JSON.stringify(described), { path: "/data", now });
}
