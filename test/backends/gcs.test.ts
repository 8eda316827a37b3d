import assert from "node:assert/strict";
import { connection, needed, problems } from "../support/repository";

const bucket = "backups";
const key = '{"type":"service_account","private_key":"the-key"}';
const googleServiceAccount = "backup@project.iam.gserviceaccount.com";

describe("gcs", () => {
  const files = needed("credentials.json");
  const env = { GOOGLE_APPLICATION_CREDENTIALS: "/run/restic/credentials.json" };

  it("is a bucket, or a folder of it", async () => {
    assert.deepEqual(await connection("gcs", { bucket, credentials: key }), {
      url: "gs:backups:/",
      env,
      place: ["STORAGE_EMULATOR_HOST"],
      options: [],
      credentials: [{ env: [], files, values: { "credentials.json": key } }],
    });
    const { url } = await connection("gcs", { bucket, prefix: "prod/jira", credentials: key });
    assert.equal(url, "gs:backups:/prod/jira");
  });

  it("takes the key file from an existing Secret", async () => {
    const found = await connection("gcs", { bucket, credentialsSecretName: "kept" });
    assert.deepEqual(found.credentials, [{ env: [], files, secretName: "kept" }]);
    assert.deepEqual(found.env, env);
  });

  it("borrows an identity of GKE, without any file", async () => {
    for (const [workloadIdentity, expected] of [
      [{ googleServiceAccount }, { annotations: { "iam.gke.io/gcp-service-account": googleServiceAccount } }],
      [{ serviceAccountName: "kept" }, { existing: "kept", annotations: {} }],
      [{}, { annotations: {} }],
    ]) {
      const found = await connection("gcs", { bucket, workloadIdentity });
      assert.deepEqual(found.credentials, []);
      assert.deepEqual(found.env, {});
      assert.deepEqual(found.serviceAccount, { ...expected, podLabels: {} });
    }
  });

  it("reaches another server", async () => {
    const found = await connection("gcs", { bucket, workloadIdentity: {}, endpoint: "http://gcs:4443/" });
    assert.deepEqual(found.env, { STORAGE_EMULATOR_HOST: "http://gcs:4443" });
  });

  const refused: [string, Record<string, unknown>, string][] = [
    ["no bucket", { credentials: key }, "bucket: is missing: name the bucket"],
    [
      "no credentials",
      { bucket },
      "credentials: is missing: give credentials, or credentialsSecretName, or workloadIdentity",
    ],
    [
      "credentials twice",
      { bucket, credentials: key, workloadIdentity: {} },
      "workloadIdentity: stands beside credentials: remove credentials, or workloadIdentity",
    ],
    [
      "the path of a key file",
      { bucket, credentials: "/key.json" },
      "credentials: is no key file of Google's: it is not JSON",
    ],
    [
      "a service account for one that is not ours",
      { bucket, workloadIdentity: { googleServiceAccount, serviceAccountName: "kept" } },
      "workloadIdentity.googleServiceAccount: becomes an annotation of a new service account, and serviceAccountName names an existing one: remove one of them",
    ],
    [
      "a server without scheme, which Google's library would reach by http://",
      { bucket, credentials: key, endpoint: "gcs.example.com" },
      "endpoint: must be a URL that begins with https:// or http://",
    ],
    [
      "a folder from the root",
      { bucket, credentials: key, prefix: "/jira" },
      'prefix: must be a relative path without "//", "./", "../" and "/" at its ends',
    ],
  ];
  for (const [what, given, expected] of refused) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(problems("gcs", given), [expected]);
    });
  }
});
