import assert from "node:assert/strict";
import { connection, needed, problems } from "../support/repository";

const bucket = "jira-backups";
const account = { accountId: "the-id", accountKey: "the-key" };
const env = needed("B2_ACCOUNT_ID", "B2_ACCOUNT_KEY");

describe("b2", () => {
  it("is a bucket, or a folder of it", async () => {
    assert.deepEqual(await connection("b2", { bucket, ...account }), {
      url: "b2:jira-backups:",
      env: {},
      options: [],
      credentials: [{ env, files: [], values: { B2_ACCOUNT_ID: "the-id", B2_ACCOUNT_KEY: "the-key" } }],
    });
    const { url } = await connection("b2", { bucket, prefix: "prod/jira", ...account });
    assert.equal(url, "b2:jira-backups:prod/jira");
  });

  it("takes keys from an existing Secret", async () => {
    const { credentials } = await connection("b2", { bucket, credentialsSecretName: "kept" });
    assert.deepEqual(credentials, [{ env, files: [], secretName: "kept" }]);
  });

  const refused: [string, Record<string, unknown>, string][] = [
    ["no bucket", account, "bucket: is missing: name the bucket"],
    [
      "a bucket with a folder",
      { bucket: "backups/jira", ...account },
      'bucket: is not the name of a bucket that restic takes: 6 to 50 letters, digits and "-"; a folder goes into prefix',
    ],
    [
      "a folder from the root",
      { bucket, prefix: "/jira", ...account },
      'prefix: must be a relative path without "//", "./", "../" and "/" at its ends',
    ],
    ["no credentials", { bucket }, "accountId: is missing: give accountId and accountKey, or credentialsSecretName"],
    ["an id without key", { bucket, accountId: "x" }, "accountKey: is missing: accountId is of no use without it"],
    ["a key without id", { bucket, accountKey: "x" }, "accountId: is missing: accountKey is of no use without it"],
    [
      "credentials twice",
      { bucket, ...account, credentialsSecretName: "kept" },
      "credentialsSecretName: stands beside accountId and accountKey: remove accountId and accountKey, or credentialsSecretName",
    ],
  ];
  for (const [what, given, expected] of refused) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(problems("b2", given), [expected]);
    });
  }
});
