import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { RepositoryArgs } from "../components";
import { repositoryOf } from "../components/repository";
import { resolveSettings } from "../components/settings";
import { args } from "./support/args";

async function resolved(repository: RepositoryArgs) {
  const { claim, ...rest } = repositoryOf(resolveSettings("backup", args({ repository })));
  return new Promise<Record<string, unknown>>((resolve) => {
    pulumi.output(rest).apply(({ credentials, ...known }) => resolve({ ...known, credentials, claim }));
  });
}

const keys = { accessKeyId: "id", secretAccessKey: "key" };
const s3Keys = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key" };

describe("repositoryOf", () => {
  const s3Urls: [string, Omit<NonNullable<RepositoryArgs["s3"]>, "bucket">, string][] = [
    ["Amazon", {}, "s3:s3.amazonaws.com/backups"],
    ["Amazon in a region", { region: "eu-central-1" }, "s3:s3.eu-central-1.amazonaws.com/backups"],
    ["a server of one's own", { endpoint: "minio:9000" }, "s3:minio:9000/backups"],
    ["a server by URL", { endpoint: "http://10.96.0.7:7070/" }, "s3:http://10.96.0.7:7070/backups"],
    [
      "a folder",
      { endpoint: "https://s3.example.com", prefix: "jira/prod" },
      "s3:https://s3.example.com/backups/jira/prod",
    ],
  ];
  for (const [what, given, url] of s3Urls) {
    it(`knows S3 on ${what}`, async () => {
      const { url: actual, credentials } = await resolved({ s3: { bucket: "backups", ...keys, ...given } });
      assert.equal(actual, url);
      assert.deepEqual(credentials, s3Keys);
    });
  }

  it("knows the options of S3", async () => {
    const { env, options } = await resolved({
      s3: { bucket: "backups", ...keys, region: "us-east-1", pathStyle: true },
    });
    assert.deepEqual(env, { AWS_DEFAULT_REGION: "us-east-1" });
    assert.deepEqual(options, ["--option=s3.bucket-lookup=path"]);
  });

  it("knows a REST server, and keeps its user out of the URL", async () => {
    const { url, credentials } = await resolved({
      rest: { url: "https://host:8000/jira/", username: "me", password: "secret" },
    });
    assert.equal(url, "rest:https://host:8000/jira/");
    assert.deepEqual(credentials, { RESTIC_REST_USERNAME: "me", RESTIC_REST_PASSWORD: "secret" });
  });

  it("makes no credentials of an existing Secret", async () => {
    const { credentials, credentialsSecret } = await resolved({
      rest: { url: "https://host/", credentialsSecretName: "mine" },
    });
    assert.deepEqual(credentials, {});
    assert.deepEqual(credentialsSecret, { name: "mine", keys: ["RESTIC_REST_USERNAME", "RESTIC_REST_PASSWORD"] });
  });

  it("knows a claim, and that it has to be mounted", async () => {
    const { url, env, claim } = await resolved({ local: { claimName: "kept", path: "jira" } });
    assert.equal(url, "/repository/jira");
    assert.deepEqual(env, { BACKUP_REPOSITORY_MOUNT: "/repository" });
    assert.deepEqual(claim, { claimName: "kept", path: "jira", size: "10Gi" });
  });
});
