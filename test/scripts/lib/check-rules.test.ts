import assert from "node:assert/strict";
import { jqText } from "./run-jq";

const rules: readonly [string, RegExp][] = [
  ["", /^$/],
  ["\n\n", /^$/],
  ["--keep-last=7", /^$/],
  ["--keep-daily=7\n\n--keep-weekly=unlimited\n--keep-within=1y2m3d4h", /^$/],
  ["--keep-within-daily=30d\n--keep-tag=a,b", /^$/],
  ["--keep-last=0", /keeps nothing/],
  ["--keep-tag=a", /has not the tags/],
  ["--keep-last", /"--keep-last" has no value/],
  ["--keep-last=", /needs a number/],
  ["--keep-last=seven", /needs a number/],
  ["--keep-last=-2", /needs a number/],
  ["--keep-within=1w", /needs a duration/],
  ["--keep-hours=3", /is no rule/],
  ["--prune", /"--prune" has no value|is no rule/],
  ["keep-last=3", /is no rule/],
  ["--keep-last=3 --keep-daily=7", /needs a number/],
];

describe("check-rules.jq", () => {
  for (const [text, problem] of rules) {
    it(`judges ${JSON.stringify(text)}`, async () => {
      assert.match(await jqText("check-rules", "", ["-rn", "--arg", "rules", text]), problem);
    });
  }
});
