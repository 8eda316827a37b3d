import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { duration as durationFormat } from "../components/formats";
import { forgetFlags, retentionProblem } from "../components/retention";

function known(output: pulumi.Output<string>): Promise<string> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

describe("forgetFlags", () => {
  it("keeps everything without a policy", async () => {
    assert.equal(await known(forgetFlags(undefined)), "");
  });

  it("has one line for each rule, and none for zero", async () => {
    const policy = {
      keepLast: 3,
      keepHourly: 24,
      keepDaily: 7,
      keepWeekly: 0,
      keepMonthly: pulumi.output(12),
      keepYearly: 3,
      keepWithin: "14d",
      keepWithinHourly: "2d",
      keepWithinDaily: "1m",
      keepWithinWeekly: "3m",
      keepWithinMonthly: "1y",
      keepWithinYearly: "10y",
      keepTags: ["release", "before-upgrade"],
    };
    assert.equal(
      await known(forgetFlags(policy)),
      [
        "--keep-last=3",
        "--keep-hourly=24",
        "--keep-daily=7",
        "--keep-monthly=12",
        "--keep-yearly=3",
        "--keep-within=14d",
        "--keep-within-hourly=2d",
        "--keep-within-daily=1m",
        "--keep-within-weekly=3m",
        "--keep-within-monthly=1y",
        "--keep-within-yearly=10y",
        "--keep-tag=release",
        "--keep-tag=before-upgrade",
      ].join("\n"),
    );
  });
});

describe("retentionProblem", () => {
  for (const policy of [{}, { keepDaily: 0 }, { keepLast: 0, keepYearly: 0 }]) {
    it(`refuses ${JSON.stringify(policy)}`, () => {
      assert.match(retentionProblem(policy) ?? "accepted", /keeps nothing: set at least one rule/);
    });
  }

  it("refuses tags alone, which would remove all others", () => {
    assert.match(retentionProblem({ keepTags: ["release"] }) ?? "accepted", /^keeps nothing but tagged snapshots/);
  });

  for (const policy of [
    { keepDaily: 1 },
    { keepTags: ["release"], keepLast: 1 },
    { keepWithin: "1d" },
    { keepDaily: 0, keepWeekly: 1 },
    { keepLast: pulumi.output(0) },
  ]) {
    it(`accepts ${Object.keys(policy)}`, () => {
      assert.equal(retentionProblem(policy), undefined);
    });
  }
});

describe("a duration", () => {
  const durationProblem = (text: string) => durationFormat.safeParse(text).error?.issues[0]?.message;

  for (const duration of ["14d", "1y5m7d2h", "2h"]) {
    it(`accepts ${duration}`, () => {
      assert.equal(durationProblem(duration), undefined);
    });
  }

  for (const duration of ["", "14", "1w", "0d", "d", "1d ", "-1d"]) {
    it(`refuses "${duration}"`, () => {
      assert.match(durationProblem(duration) ?? "accepted", /is not a duration of restic/);
    });
  }
});
