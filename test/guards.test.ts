import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { guardsEnvironment, guardsProblems, guardsSchema } from "../components/guards";
import { settle } from "../components/inputs";
import { resolved } from "./support/output";

type Given = Record<string, unknown>;

const environment = (given: Given, mountPath: pulumi.Input<string> = "/var/jira") =>
  resolved<Record<string, string>>(guardsEnvironment(settle("backup", guardsSchema.parse(given)), mountPath));

const defaults = {
  BACKUP_SOURCE_MOUNT: "/var/jira",
  BACKUP_MIN_FILES: "1",
  BACKUP_MIN_BYTES: "1",
  BACKUP_MAX_AGE: "129600",
  BACKUP_SETTLE: "60",
  BACKUP_SETTLE_WAIT: "600",
  BACKUP_MAX_SHRINK: "50",
  BACKUP_CHECK_ZIP: "",
  BACKUP_ACCEPT_CHANGES: "",
};

describe("guards", () => {
  it("are on without being asked for, but for those that not every source stands", async () => {
    assert.deepEqual(await environment({}), defaults);
  });

  it("can each be switched off", async () => {
    const off = { mounted: false, minFiles: 0, minBytes: 0, maxAge: 0, settle: 0, settleWait: 0, maxShrink: 0 };
    assert.deepEqual(await environment({ ...off, zip: false }), {
      BACKUP_SOURCE_MOUNT: "",
      BACKUP_MIN_FILES: "0",
      BACKUP_MIN_BYTES: "0",
      BACKUP_MAX_AGE: "0",
      BACKUP_SETTLE: "0",
      BACKUP_SETTLE_WAIT: "0",
      BACKUP_MAX_SHRINK: "0",
      BACKUP_CHECK_ZIP: "no",
      BACKUP_ACCEPT_CHANGES: "",
    });
  });

  const zips: [Given, string][] = [
    [{}, ""],
    [{ zip: undefined }, ""],
    [{ zip: true }, "yes"],
    [{ zip: "true" }, "yes"],
    [{ zip: pulumi.output(true) }, "yes"],
    [{ zip: false }, "no"],
    [{ zip: "false" }, "no"],
    [{ zip: pulumi.output("false") }, "no"],
  ];
  for (const [given, expected] of zips) {
    it(`test a zip ${expected || "at its end"} for ${pulumi.Output.isInstance(given.zip) ? "an Output" : JSON.stringify(given)}`, async () => {
      assert.equal((await environment(given)).BACKUP_CHECK_ZIP, expected);
    });
  }

  it("become variables, values in quotes and values that are known late too", async () => {
    const late = (value: unknown) => pulumi.output(value);
    for (const value of [(plain: unknown) => plain, String, late, (plain: unknown) => late(String(plain))]) {
      const given = { minFiles: 3, minBytes: 4, maxAge: 5, settle: 6, settleWait: 7, maxShrink: 99, mounted: true };
      const all = { ...given, zip: true, marker: "done/all", acceptChanges: true };
      const wrapped = Object.fromEntries(Object.entries(all).map(([name, one]) => [name, value(one)]));
      assert.deepEqual(await environment(wrapped, pulumi.output("/data")), {
        BACKUP_SOURCE_MOUNT: "/data",
        BACKUP_MIN_FILES: "3",
        BACKUP_MIN_BYTES: "4",
        BACKUP_MAX_AGE: "5",
        BACKUP_SETTLE: "6",
        BACKUP_SETTLE_WAIT: "7",
        BACKUP_MAX_SHRINK: "99",
        BACKUP_MARKER: "done/all",
        BACKUP_CHECK_ZIP: "yes",
        BACKUP_ACCEPT_CHANGES: "yes",
      });
    }
  });

  const number = "must be a whole number from 0 to 999999999999999";
  const relative = 'must be a relative path without "//", "./", "../" and "/" at its ends';
  const refused: [Given, string][] = [
    [{ mounted: "yes" }, "must be true or false"],
    [{ minFiles: -1 }, number],
    [{ minBytes: 1e15 }, number],
    [{ maxAge: "36h" }, number],
    [{ settle: 0.5 }, number],
    [{ settleWait: "" }, number],
    [{ maxShrink: 100 }, "must be a whole number from 0 to 99"],
    [{ marker: "/var/jira/done" }, relative],
    [{ marker: "../done" }, relative],
    [{ zip: 1 }, "must be true or false"],
    [{ zip: "" }, "must be true or false"],
    [{ acceptChanges: "yes" }, "must be true or false"],
    [
      { minFile: 1 },
      "unknown property: known here are mounted, minFiles, minBytes, maxAge, settle, marker, settleWait, maxShrink, zip, acceptChanges",
    ],
  ];
  for (const [given, reason] of refused) {
    it(`refuse ${JSON.stringify(given)}`, () => {
      assert.deepEqual(
        guardsSchema.safeParse(given).error?.issues.map(({ message }) => message),
        [reason],
      );
    });
  }
});

describe("guardsProblems", () => {
  const possible: (Given | undefined)[] = [
    undefined,
    {},
    { settle: 600 },
    { settle: 0, settleWait: 0 },
    { settle: "30", settleWait: "200" },
    { settle: pulumi.output(900) },
    { settle: 900, settleWait: Promise.resolve(1) },
    { settle: "soon" },
  ];
  it("finds none where files can settle in time, and in what is not known yet", () => {
    for (const given of possible) {
      assert.deepEqual(guardsProblems(given), []);
    }
  });

  it("never makes a number of an Output, which complains", () => {
    const complaining = Object.assign(pulumi.output(1), { toString: () => assert.fail("toString of an Output") });
    assert.deepEqual(guardsProblems({ settle: complaining, settleWait: complaining }), []);
  });

  it("finds a wait within which no file could settle", () => {
    for (const [given, settle, value] of [
      [{ settle: 601 }, 601, 600],
      [{ settleWait: 59 }, 60, 59],
      [{ settle: "200", settleWait: "30" }, 200, "30"],
    ] as const) {
      assert.deepEqual(guardsProblems(given), [
        {
          property: "guards.settleWait",
          value,
          reason: `is less than settle, ${settle}, so no file could settle within it: raise it`,
        },
      ]);
    }
  });
});
