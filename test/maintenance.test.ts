import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { ResticBackupArgs } from "../components";
import { checkSchema, maintenanceEnvironment, pruneSchema, prunes } from "../components/maintenance";
import type { Role } from "../components/naming";
import { resolveSettings } from "../components/settings";
import { args, unchecked } from "./support/args";
import { resolved } from "./support/output";

const environment = (role: Role, given: Partial<ResticBackupArgs> = {}) =>
  resolved(maintenanceEnvironment(resolveSettings("backup", args(given)), role));

describe("maintenanceEnvironment", () => {
  it("has the defaults, each for its own script, and all for the shell, where every script is run by hand", async () => {
    const check = { BACKUP_CHECK_PARTS: "30" };
    const prune = { BACKUP_PRUNE_MAX_UNUSED: "5%", BACKUP_PRUNE_MAX_REPACK: "10G" };
    assert.deepEqual(await environment("check"), check);
    assert.deepEqual(await environment("prune"), prune);
    assert.deepEqual(await environment("restore"), { ...check, ...prune });
    for (const role of ["init", "backup"] as const) {
      assert.deepEqual(await environment(role), {}, role);
    }
  });

  it("has what is given, known now or later", async () => {
    for (const value of [<T>(plain: T): pulumi.Input<T> => plain, <T>(plain: T) => pulumi.output(plain)]) {
      const given = {
        check: { parts: value(256) as pulumi.Input<number> },
        prune: { maxUnused: value("unlimited"), maxRepackSize: value("500M") } as Record<string, pulumi.Input<string>>,
      };
      const check = { BACKUP_CHECK_PARTS: "256" };
      const prune = { BACKUP_PRUNE_MAX_UNUSED: "unlimited", BACKUP_PRUNE_MAX_REPACK: "500M" };
      assert.deepEqual(await environment("check", given), check);
      assert.deepEqual(await environment("prune", given), prune);
      assert.deepEqual(await environment("restore", given), { ...check, ...prune });
    }
  });
});

describe("check and prune", () => {
  const parts = "must be a whole number from 1 to 256";
  const deadline = "must be a whole number from 60 up";
  const unused = "must be a percentage as in 5%, a size as in 10G, or unlimited";
  const refused: [typeof checkSchema | typeof pruneSchema, Record<string, unknown>, string][] = [
    [checkSchema, { parts: 0 }, parts],
    [checkSchema, { parts: 257 }, parts],
    [checkSchema, { parts: "all" }, parts],
    [checkSchema, { schedule: "H 25 * * *" }, "hour 25 is above 23"],
    [checkSchema, { suspend: "no" }, "must be true or false"],
    [checkSchema, { deadline: 59 }, deadline],
    [checkSchema, { subset: 1 }, "unknown property: known here are suspend, deadline, schedule, parts"],
    [
      pruneSchema,
      { schedule: "@nightly" },
      "unknown nickname: use one of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually",
    ],
    [pruneSchema, { deadline: 0 }, deadline],
    [pruneSchema, { suspend: "" }, "must be true or false"],
    ...["0", "100%", "5.5%", "05%", "5 %", "-1", "all", "8388608T"].map(
      (maxUnused): [typeof pruneSchema, Record<string, unknown>, string] => [pruneSchema, { maxUnused }, unused],
    ),
    [pruneSchema, { maxRepackSize: "10g" }, "must be a number and K, M, G or T, as in 2G, below 8388608T"],
    [
      pruneSchema,
      { parts: 1 },
      "unknown property: known here are suspend, deadline, schedule, maxUnused, maxRepackSize",
    ],
  ];
  for (const [schema, given, reason] of refused) {
    it(`refuse ${JSON.stringify(given)}`, () => {
      assert.deepEqual(
        schema.safeParse(given).error?.issues.map(({ message }) => message),
        [reason],
      );
    });
  }

  for (const maxUnused of ["0%", "5%", "99%", "10G", "500M", "1024", "8388607T", "unlimited"]) {
    it(`take ${maxUnused} of unused space`, () => {
      assert.equal(pruneSchema.safeParse({ maxUnused }).success, true);
    });
  }
});

describe("prunes", () => {
  const url = "https://host/";
  const cases: [Record<string, unknown>, boolean][] = [
    [{}, false],
    [{ retention: { keepDaily: 7 } }, true],
    [{ retention: { keepDaily: pulumi.output(7) } }, true],
    [{ repository: { rest: { url } }, retention: { keepDaily: 7 } }, true],
    [{ repository: { rest: { url, appendOnly: false } }, retention: { keepDaily: 7 } }, true],
    [{ repository: { rest: { url, appendOnly: true } } }, false],
    [{ repository: { rest: { url, appendOnly: "true" } } }, false],
  ];
  for (const [given, expected] of cases) {
    it(`is ${expected} for ${JSON.stringify(Object.entries(given).map(([name, value]) => [name, Object.keys(value as object)]))}`, () => {
      assert.equal(prunes(resolveSettings("backup", unchecked(given))), expected);
    });
  }
});
