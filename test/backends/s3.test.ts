import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { connection, needed, problems } from "../support/repository";

const bucket = "backups";
const keys = { accessKeyId: "the-id", secretAccessKey: "the-key" };
const env = needed("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
const roleArn = "arn:aws:iam::111122223333:role/backup";

describe("s3", () => {
  it("is a bucket of Amazon's", async () => {
    assert.deepEqual(await connection("s3", { bucket, ...keys }), {
      url: "s3:s3.amazonaws.com/backups",
      env: {},
      options: [],
      credentials: [{ env, files: [], values: { AWS_ACCESS_KEY_ID: "the-id", AWS_SECRET_ACCESS_KEY: "the-key" } }],
    });
  });

  const urls: [string, Record<string, unknown>, string][] = [
    ["a region", { region: "eu-west-1" }, "s3:s3.eu-west-1.amazonaws.com/backups"],
    ["a region in China", { region: pulumi.output("cn-north-1") }, "s3:s3.cn-north-1.amazonaws.com.cn/backups"],
    ["a folder", { prefix: "prod/jira" }, "s3:s3.amazonaws.com/backups/prod/jira"],
    ["another server", { endpoint: "minio:9000" }, "s3:minio:9000/backups"],
    ["another server with a region", { endpoint: "minio:9000", region: "here" }, "s3:minio:9000/backups"],
    ["another server by its URL", { endpoint: "http://minio:9000/" }, "s3:http://minio:9000/backups"],
    ["a server that is known late", { endpoint: pulumi.output("https://minio/") }, "s3:https://minio/backups"],
  ];
  for (const [what, given, expected] of urls) {
    it(`addresses ${what}`, async () => {
      assert.equal((await connection("s3", { bucket, ...keys, ...given })).url, expected);
    });
  }

  it("passes on what the server wants", async () => {
    const { env: environment, options } = await connection("s3", {
      bucket,
      ...keys,
      region: "eu-west-1",
      pathStyle: true,
      storageClass: "STANDARD_IA",
      listObjectsV1: "true",
    });
    assert.deepEqual(environment, { AWS_DEFAULT_REGION: "eu-west-1" });
    assert.deepEqual(options, [
      "--option=s3.bucket-lookup=path",
      "--option=s3.storage-class=STANDARD_IA",
      "--option=s3.list-objects-v1=true",
    ]);
    const { options: byHost } = await connection("s3", { bucket, ...keys, pathStyle: pulumi.output(false) });
    assert.deepEqual(byHost, ["--option=s3.bucket-lookup=dns"]);
  });

  it("assumes a role", async () => {
    const assumeRole = { roleArn, sessionName: "nightly", externalId: "42" };
    assert.deepEqual((await connection("s3", { bucket, ...keys, assumeRole })).env, {
      RESTIC_AWS_ASSUME_ROLE_ARN: roleArn,
      RESTIC_AWS_ASSUME_ROLE_SESSION_NAME: "nightly",
      RESTIC_AWS_ASSUME_ROLE_EXTERNAL_ID: "42",
    });
  });

  it("takes keys from an existing Secret", async () => {
    const { credentials } = await connection("s3", { bucket, credentialsSecretName: "kept" });
    assert.deepEqual(credentials, [{ env, files: [], secretName: "kept" }]);
  });

  it("borrows an identity of Amazon EKS, without any key", async () => {
    for (const [workloadIdentity, existing, annotations] of [
      [{ roleArn }, undefined, { "eks.amazonaws.com/role-arn": roleArn }],
      [{ serviceAccountName: "kept" }, "kept", {}],
      [{}, undefined, {}],
    ] as const) {
      const { credentials, serviceAccount } = await connection("s3", { bucket, workloadIdentity });
      assert.deepEqual(credentials, []);
      assert.deepEqual(serviceAccount, { ...(existing && { existing }), annotations, podLabels: {} });
    }
  });

  const arn = "is not the ARN of a role, such as arn:aws:iam::111122223333:role/backup";
  const refused: [string, Record<string, unknown>, string][] = [
    ["no bucket", { ...keys }, "bucket: is missing: give a value"],
    [
      "no credentials",
      { bucket },
      "accessKeyId: is missing: give accessKeyId and secretAccessKey, or credentialsSecretName, or workloadIdentity",
    ],
    [
      "keys beside an identity",
      { bucket, ...keys, workloadIdentity: {} },
      "workloadIdentity: stands beside accessKeyId and secretAccessKey: remove accessKeyId and secretAccessKey, or workloadIdentity",
    ],
    [
      "half a key beside a Secret",
      { bucket, accessKeyId: "x", credentialsSecretName: "kept" },
      "credentialsSecretName: stands beside accessKeyId: remove accessKeyId, or credentialsSecretName",
    ],
    [
      "a role for a service account that is not ours",
      { bucket, workloadIdentity: { roleArn, serviceAccountName: "kept" } },
      "workloadIdentity.roleArn: becomes an annotation of a new service account, and serviceAccountName names an existing one: remove one of them",
    ],
    ["a role by its name", { bucket, workloadIdentity: { roleArn: "backup" } }, `workloadIdentity.roleArn: ${arn}`],
    ["no role to assume", { bucket, ...keys, assumeRole: {} }, "assumeRole.roleArn: is missing: name the role"],
    ["a role to assume by its name", { bucket, ...keys, assumeRole: { roleArn: "x" } }, `assumeRole.roleArn: ${arn}`],
    [
      "a bucket in the address",
      { bucket, ...keys, endpoint: "https://minio/backups" },
      "endpoint: holds more than a server: the bucket is a property of its own",
    ],
    [
      "a folder from the root",
      { bucket, ...keys, prefix: "/jira" },
      'prefix: must be a relative path without "//", "./", "../" and "/" at its ends',
    ],
    [
      "a folder that a URL cannot hold",
      { bucket, ...keys, prefix: "50%" },
      'prefix: must not have "%", "?" or "#" in it, which mean something else in a URL',
    ],
    [
      "a frozen storage class",
      { bucket, ...keys, storageClass: "GLACIER" },
      "storageClass: must be thawed before it can be read, so no snapshot could be restored at once: use GLACIER_IR or STANDARD_IA",
    ],
    ["an answer that is none", { bucket, ...keys, pathStyle: "path" }, "pathStyle: must be true or false"],
    [
      "white space around a key, as a copy from a browser has it",
      { bucket, ...keys, secretAccessKey: "the-key " },
      "secretAccessKey: must be one line, not empty, without white space around it",
    ],
  ];
  for (const [what, given, expected] of refused) {
    it(`refuses ${what}`, () => {
      assert.deepEqual(problems("s3", given), [expected]);
    });
  }
});
