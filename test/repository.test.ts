import assert from "node:assert/strict";
import { connectionOf, kindOf, repositoryProblems, repositorySchema } from "../components/repository";

describe("repositorySchema", () => {
  it("has a member for every storage of restic", () => {
    assert.deepEqual(Object.keys(repositorySchema.shape).sort(), [
      "azure",
      "b2",
      "gcs",
      "local",
      "rclone",
      "rest",
      "s3",
      "sftp",
      "swift",
    ]);
  });
});

describe("repositoryProblems", () => {
  it("finds that no storage is named", () => {
    assert.deepEqual(repositoryProblems({}), [
      {
        property: "repository",
        value: undefined,
        reason: "names no storage: set one of local, sftp, rest, s3, b2, azure, gcs, swift, rclone",
      },
    ]);
  });

  it("finds two storages, and what is wrong with each", () => {
    const found = repositoryProblems({ s3: { bucket: "abc" }, rest: { url: "http://host/", username: "me" } });
    assert.deepEqual(
      found.map(({ property }) => property),
      ["repository", "repository.rest.password", "repository.s3.accessKeyId"],
    );
    assert.match(found[0]?.reason ?? "", /^names rest and s3, but snapshots go to one place/);
  });

  it("leaves what is no group to the schema", () => {
    assert.deepEqual(repositoryProblems(undefined), []);
    assert.deepEqual(repositoryProblems({ s3: 5 }), []);
  });
});

describe("connectionOf", () => {
  it("connects the storage that is named", async () => {
    const { url } = connectionOf({ local: { size: "1Gi", path: "jira" } });
    assert.equal(await (url as unknown as { promise(): Promise<string> }).promise(), "/repository/jira");
  });

  it("takes no settings that were not checked", () => {
    assert.throws(() => kindOf({}), /settings are checked before they come here/);
    assert.throws(
      () => kindOf({ local: { size: "1Gi" }, rest: { url: "http://host/" } }),
      /settings are checked before they come here/,
    );
  });
});
