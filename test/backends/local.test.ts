import assert from "node:assert/strict";
import { connection, problems } from "../support/repository";

const env = { BACKUP_REPOSITORY_MOUNT: "/repository" };

describe("local", () => {
  it("is a new claim, its root being the repository", async () => {
    assert.deepEqual(await connection("local", {}), { url: "/repository", env, claim: { size: "10Gi" } });
    assert.deepEqual(await connection("local", { size: "50Gi", storageClassName: "slow" }), {
      url: "/repository",
      env,
      claim: { size: "50Gi", storageClassName: "slow" },
    });
  });

  it("is a folder of an existing claim", async () => {
    const { url, claim } = await connection("local", { claimName: "nfs", path: "backups/jira" });
    assert.equal(url, "/repository/backups/jira");
    assert.equal(claim?.claimName, "nfs");
  });

  const existing = "is for a new claim, and claimName names an existing one: remove one of them";
  const refused: [string, Record<string, unknown>, string[]][] = [
    [
      "a new claim of an existing one",
      { claimName: "nfs", size: "1Gi", storageClassName: "slow" },
      [`size: ${existing}`, `storageClassName: ${existing}`],
    ],
    [
      "a claim's name in capitals",
      { claimName: "NFS" },
      ['claimName: must be the name of a Kubernetes object: lower-case letters, digits, "-" and "."'],
    ],
    [
      "a size without meaning",
      { size: "big" },
      ["size: is not a quantity of Kubernetes: write a number and a unit, such as 500m, 512Mi or 10Gi"],
    ],
    [
      "a folder outside of the claim",
      { path: "../other" },
      ['path: must be a relative path without "//", "./", "../" and "/" at its ends'],
    ],
    [
      "an absolute folder",
      { path: "/jira" },
      ['path: must be a relative path without "//", "./", "../" and "/" at its ends'],
    ],
    [
      "a misspelt property",
      { sizes: "1Gi" },
      ["sizes: unknown property: known here are claimName, size, storageClassName, path"],
    ],
  ];
  for (const [what, given, expected] of refused) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(problems("local", given), expected);
    });
  }
});
