import assert from "node:assert/strict";
import fc from "fast-check";
import { backends, kinds } from "../../components/backends";
import { secretArgs } from "../../components/settings";
import { pathsTo } from "../support/paths";
import { connection, problems } from "../support/repository";
import { storages } from "../support/storages";

/** Long enough not to stand in any other text by chance. */
const marker = fc.string({ minLength: 12, unit: fc.constantFrom(..."abcXYZ019$&'*+/=.:;@{}%#~") });

describe("backends", () => {
  it("are named in restic's options as restic names them", () => {
    assert.deepEqual(
      kinds.map((kind) => [kind, backends[kind].scheme]),
      [
        ["local", "local"],
        ["sftp", "sftp"],
        ["rest", "rest"],
        ["s3", "s3"],
        ["b2", "b2"],
        ["azure", "azure"],
        ["gcs", "gs"],
        ["swift", "swift"],
        ["rclone", "rclone"],
      ],
    );
  });

  it("are all tried with all of their secrets", () => {
    const tried = storages("the-marker");
    assert.deepEqual(new Set(tried.map(([kind]) => kind)), new Set(kinds));
    const paths = tried.flatMap(([kind, given]) => pathsTo("the-marker", given, ["repository", kind]));
    assert.deepEqual(new Set(paths), new Set(secretArgs.filter((path) => path !== "password.value")));
  });

  it("keep every secret in the values of credentials, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(marker, async (secret) => {
        for (const [kind, given] of storages(secret)) {
          assert.deepEqual(problems(kind, given), []);
          const { credentials = [], ...shown } = await connection(kind, given);
          const outside = { ...shown, credentials: credentials.map(({ values: _, ...rest }) => rest) };
          assert.deepEqual(pathsTo(secret, outside), [], kind);
          const values = credentials.flatMap((one) => Object.values(one.values ?? {}));
          assert.equal(pathsTo(secret, values).length, pathsTo(secret, given).length, kind);
        }
      }),
      { numRuns: 10 },
    );
  });
});
