import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { problemsOf, settle } from "../components/inputs";
import { selectionEnvironment, selectionSchema } from "../components/selection";
import { resolved } from "./support/output";

type Given = Record<string, unknown>;

const environment = (given: Given) => resolved(selectionEnvironment(settle("backup", selectionSchema.parse(given))));

function problems(given: Given): string[] {
  const { error } = selectionSchema.safeParse(given);
  return error ? problemsOf(error).map(({ property, value, reason }) => `${property}: ${value}: ${reason}`) : [];
}

describe("selection", () => {
  it("sets nothing without being asked", async () => {
    assert.deepEqual(await environment({}), {});
  });

  const lists: [string, (items: string[]) => unknown][] = [
    ["plain", (items) => items],
    ["known late as a whole", (items) => pulumi.output(items)],
    ["with items that are known late", ([first, ...rest]) => [first, ...rest.map((item) => pulumi.output(item))]],
    ["with items of promises", (items) => items.map((item) => Promise.resolve(item))],
  ];
  for (const [what, list] of lists) {
    it(`becomes variables with one item a line, lists ${what}`, async () => {
      const given = {
        additionalPaths: list(["/var/jira/data", "/scratch"]),
        excludes: list(["*.tmp", "/var/jira/with blank", "[a-z]$x"]),
        excludeIfPresent: list([".nobackup"]),
        excludeCaches: pulumi.output(true),
        excludeLargerThan: pulumi.output("2G"),
        tags: list(["jira", "größer"]),
      };
      assert.deepEqual(await environment(given), {
        BACKUP_PATHS: "/var/jira/data\n/scratch",
        BACKUP_EXCLUDES: "*.tmp\n/var/jira/with blank\n[a-z]$x",
        BACKUP_EXCLUDE_IF_PRESENT: ".nobackup",
        BACKUP_EXCLUDE_CACHES: "yes",
        BACKUP_EXCLUDE_LARGER_THAN: "2G",
        BACKUP_TAGS: "jira\ngrößer",
      });
    });
  }

  it("leaves caches in when that is said", async () => {
    assert.deepEqual(await environment({ excludeCaches: "false" }), { BACKUP_EXCLUDE_CACHES: "" });
  });

  const path = 'must be an absolute path below "/", without "//", "/./", "/../" and "/" at the end';
  const own = "is a tag with a meaning of its own: use another one";
  const tagFile = 'must be the name of a file, as in .nobackup, or that and what it begins with, as in ".nobackup:yes"';
  const size = "must be a number and K, M, G or T, as in 2G, below 8388608T";
  const refused: [Given, string][] = [
    [{ additionalPaths: ["/var/jira/data", "data"] }, `additionalPaths.1: data: ${path}`],
    [{ additionalPaths: ["/var/jira/../etc"] }, `additionalPaths.0: /var/jira/../etc: ${path}`],
    [{ additionalPaths: "/var/jira/data" }, "additionalPaths: /var/jira/data: must be a list"],
    [{ excludes: ["a\nb"] }, "excludes.0: a\nb: must be one line, and not empty"],
    [{ excludes: [""] }, "excludes.0: : must be one line, and not empty"],
    [{ excludeIfPresent: ["a\n"] }, `excludeIfPresent.0: a\n: ${tagFile}`],
    [{ excludeIfPresent: ["."] }, `excludeIfPresent.0: .: ${tagFile}`],
    [{ excludeIfPresent: [":yes"] }, `excludeIfPresent.0: :yes: ${tagFile}`],
    [
      { additionalPaths: ["/a\ud800"] },
      "additionalPaths.0: /a\ud800: holds half of a character (a lone surrogate), which no pod can be given: write it anew",
    ],
    [{ excludeCaches: "maybe" }, "excludeCaches: maybe: must be true or false"],
    [{ excludeLargerThan: "2g" }, `excludeLargerThan: 2g: ${size}`],
    [{ excludeLargerThan: "0" }, `excludeLargerThan: 0: ${size}`],
    ...["0K", "00", "8388608T", "9999999T"].map((excludeLargerThan): [Given, string] => [
      { excludeLargerThan },
      `excludeLargerThan: ${excludeLargerThan}: ${size}`,
    ]),
    [{ excludeLargerThan: "1.5G" }, `excludeLargerThan: 1.5G: ${size}`],
    [{ excludeLargerThan: "100000000000" }, `excludeLargerThan: 100000000000: ${size}`],
    [{ tags: ["jira", "a,b"] }, "tags.1: a,b: must be a word, without comma"],
    [{ tags: ["two words"] }, "tags.0: two words: must be a word, without comma"],
    [{ tags: ["partial"] }, `tags.0: partial: ${own}`],
    ...["repaired", "restic-backup-damaged", "clears:1234", "of:1234", "run:3", "at:1764219600"].map(
      (tag): [Given, string] => [{ tags: [tag] }, `tags.0: ${tag}: ${own}`],
    ),
    [
      { additionalPaths: ["/restic-backup-damaged"] },
      'additionalPaths.0: /restic-backup-damaged: begins with "/restic-backup-", by which the scripts know their notes in the repository: use another path',
    ],
    [
      { exclude: [] },
      "exclude: undefined: unknown property: known here are additionalPaths, excludes, excludeIfPresent, excludeCaches, excludeLargerThan, tags",
    ],
  ];
  for (const [given, problem] of refused) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      assert.deepEqual(problems(given), [problem]);
    });
  }

  it("refuses later what is known later, and names the item", async () => {
    await assert.rejects(environment({ tags: ["jira", pulumi.output("partial")] }), {
      message: `ResticBackup "backup": 1 problem\n  tags.1: "partial": ${own}`,
    });
  });

  for (const tag of ["partially", "repaired2", "my-restic-backup-", "restic-backup", "at", "part-of:1"]) {
    it(`takes the tag ${tag}, which is nobody's`, () => {
      assert.deepEqual(problems({ tags: [tag] }), []);
    });
  }
});
