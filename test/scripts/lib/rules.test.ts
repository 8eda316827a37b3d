import assert from "node:assert/strict";
import { evaluate } from "../../support/jq";

const policy = (...rules: string[]) => evaluate(["rules"], "policy", rules);
const duration = { years: 0, months: 0, days: 0, hours: 0 };

describe("the rules of BACKUP_RETENTION", () => {
  const table: [rules: string[], policy: object][] = [
    [[], {}],
    [["", "  "], {}],
    [["--keep-last=7"], { counts: [{ bucket: "last", count: 7 }] }],
    [["--keep-daily=+07"], { counts: [{ bucket: "daily", count: 7 }] }],
    [["--keep-yearly=unlimited"], { counts: [{ bucket: "yearly", count: null }] }],
    [["--keep-weekly=-1"], { counts: [{ bucket: "weekly", count: null }] }],
    [["--keep-hourly=0"], {}],
    [["--keep-last=7", "--keep-last=2"], { counts: [{ bucket: "last", count: 2 }] }],
    [["--keep-last=7", "--keep-last=0"], {}],
    [["--keep-within=1y2m3d4h"], { within: [{ bucket: "", years: 1, months: 2, days: 3, hours: 4 }] }],
    [["--keep-within-daily= 9d1d "], { within: [{ bucket: "daily", ...duration, days: 1 }] }],
    [["--keep-within-monthly=0y"], {}],
    [["--keep-within="], {}],
    [["--keep-tag=a, b ", "--keep-tag="], { tags: [["a", "b"], [""]] }],
    [["--keep-tag=a=b"], { tags: [["a=b"]] }],
  ];
  for (const [rules, expected] of table) {
    it(`are read as restic reads ${JSON.stringify(rules)}`, async () => {
      assert.deepEqual(await policy(...rules), { counts: [], within: [], tags: [], ...expected });
    });
  }

  for (const rule of [
    "keep-last=7",
    "--keep-last",
    "--keep-last=",
    "--keep-last=7=8",
    "--keep-last=-2",
    "--keep-last=7.5",
    "--keep-last= 7",
    "--keep-latest=7",
    "--keep-within=7",
    "--keep-within=7w",
    "--keep-within=-7d",
    "--keep-within-last=7d",
    "--keep-minutely=7",
    "--keep-daily-=7",
    "--prune",
  ]) {
    it(`are none with "${rule}"`, async () => {
      await assert.rejects(policy("--keep-last=1", rule), new RegExp(`"${rule.replaceAll(".", "[.]")}"`));
    });
  }
});
