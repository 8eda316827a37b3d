import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { contradictions } from "../components/contradictions";
import { args, leastArgs, unchecked } from "./support/args";

const keys = { accessKeyId: "id", secretAccessKey: "key" };

describe("contradictions", () => {
  const consistent: [string, Record<string, unknown>][] = [
    ["the least arguments", {}],
    ["S3 with keys", { repository: { s3: { bucket: "abc", ...keys } } }],
    ["S3 with an existing Secret", { repository: { s3: { bucket: "abc", credentialsSecretName: "keys" } } }],
    ["REST without authentication", { repository: { rest: { url: "http://host/" } } }],
    ["an existing claim with a folder", { repository: { local: { claimName: "kept", path: "jira" } } }],
    [
      "a repository beside what is backed up, on the same claim",
      { source: { claimName: "c" }, repository: { local: { claimName: "c", path: "backup" } } },
    ],
    ["a password of one's own", { password: { value: "x" } }],
    ["an existing Secret with its key", { password: { secretName: "x", secretKey: "y" } }],
    [
      "the whole volume, restored beside the data",
      { source: { claimName: "c", mountPath: "/data", path: "/data", restorePath: "/data/restored" } },
    ],
    ["further paths of the volume", { selection: { additionalPaths: ["/var/jira/data", "/var/jira"] } }],
    [
      "the scratch volume of a step",
      {
        selection: { additionalPaths: ["/scratch", "/scratch/dump"] },
        steps: { after: [{ name: "dump", image: "postgres:17", command: ["pg_dump"] }] },
      },
    ],
    [
      "a further path that holds restorePath, which is left out of it",
      { selection: { additionalPaths: ["/var/jira"] } },
    ],
    [
      "a further path beside a restorePath that is not known yet",
      {
        source: { claimName: "c", restorePath: pulumi.output("/var/jira/import") },
        selection: { additionalPaths: ["/var/jira/import"] },
      },
    ],
    ["further paths that are not known yet", { selection: { additionalPaths: [pulumi.output("/data")] } }],
    ["paths that are not known yet", { source: { claimName: "c", mountPath: pulumi.output("/data") } }],
    ["groups that the schema refuses", { source: "x", repository: 5, password: [], retention: null }],
  ];
  for (const [what, given] of consistent) {
    it(`finds none in ${what}`, () => {
      const found = contradictions(unchecked(given)).filter(
        ({ property }) => what !== "groups that the schema refuses" || property !== "password",
      );
      assert.deepEqual(found, []);
    });
  }

  const contradictory: [string, Record<string, unknown>, string, RegExp][] = [
    [
      "no storage",
      { repository: {} },
      "repository",
      /^names no storage: set one of local, sftp, rest, s3, b2, azure, gcs, swift, rclone$/,
    ],
    [
      "two storages",
      { repository: { local: {}, rest: { url: "http://host/" } } },
      "repository",
      /^names local and rest, but snapshots go to one place/,
    ],
    [
      "an existing claim with a size",
      { repository: { local: { claimName: "kept", size: "1Gi" } } },
      "repository.local.size",
      /existing one: remove one of them$/,
    ],
    [
      "an existing claim with a class",
      { repository: { local: { claimName: "kept", storageClassName: "fast" } } },
      "repository.local.storageClassName",
      /existing one/,
    ],
    [
      "an id without key",
      { repository: { s3: { bucket: "abc", accessKeyId: "id" } } },
      "repository.s3.secretAccessKey",
      /^is missing: accessKeyId is of no use without it$/,
    ],
    [
      "a key without id",
      { repository: { s3: { bucket: "abc", secretAccessKey: "key" } } },
      "repository.s3.accessKeyId",
      /^is missing: secretAccessKey is of no use/,
    ],
    [
      "no credentials for S3",
      { repository: { s3: { bucket: "abc" } } },
      "repository.s3.accessKeyId",
      /^is missing: give accessKeyId and secretAccessKey, or credentialsSecretName, or workloadIdentity$/,
    ],
    [
      "credentials twice",
      { repository: { s3: { bucket: "abc", ...keys, credentialsSecretName: "keys" } } },
      "repository.s3.credentialsSecretName",
      /^stands beside accessKeyId and secretAccessKey: remove accessKeyId and secretAccessKey, or credentialsSecretName$/,
    ],
    [
      "a user without password",
      { repository: { rest: { url: "http://host/", username: "me" } } },
      "repository.rest.password",
      /^is missing: username is of no use/,
    ],
    ["two passwords", { password: { value: "x", secretName: "y" } }, "password", /^has value and secretName/],
    ["an empty password group", { password: {} }, "password", /^has neither value nor secretName/],
    [
      "a key of no Secret",
      { password: { value: "x", secretKey: "y" } },
      "password.secretKey",
      /set secretName, or remove it$/,
    ],
    [
      "a path outside the volume",
      { source: { claimName: "c", path: "/data" } },
      "source.path",
      /^does not lie in mountPath \/var\/jira/,
    ],
    [
      "a path that only begins alike",
      { source: { claimName: "c", path: "/var/jira2" } },
      "source.path",
      /^does not lie in mountPath/,
    ],
    [
      "restoring over the volume's root",
      { source: { claimName: "c", restorePath: "/var/jira" } },
      "source.restorePath",
      /^does not lie below mountPath/,
    ],
    [
      "restoring into what is backed up",
      { source: { claimName: "c", restorePath: "/var/jira/export/old" } },
      "source.restorePath",
      /would be backed up again/,
    ],
    [
      "restoring around what is backed up",
      { source: { claimName: "c", path: "/var/jira/a/export", restorePath: "/var/jira/a" } },
      "source.restorePath",
      /^holds path/,
    ],
    [
      "a mount over the scripts",
      { source: { claimName: "c", mountPath: "/usr", path: "/usr/x", restorePath: "/usr/y" } },
      "source.mountPath",
      /^would hide \/usr/,
    ],
    [
      "a mount over the scratch space",
      { source: { claimName: "c", mountPath: "/tmp", path: "/tmp/x", restorePath: "/tmp/y" } },
      "source.mountPath",
      /^would hide \/tmp/,
    ],
    [
      "a mount over the steps' scratch volume",
      { source: { claimName: "c", mountPath: "/scratch", path: "/scratch/x", restorePath: "/scratch/y" } },
      "source.mountPath",
      /^would hide \/scratch, which the pod needs itself/,
    ],
    [
      "a path twice",
      { selection: { additionalPaths: ["/var/jira/data", "/var/jira/export"] } },
      "selection.additionalPaths.1",
      /^is source\.path, which is backed up anyway: leave it out$/,
    ],
    [
      "a further path into which files are restored",
      { selection: { additionalPaths: ["/var/jira/data", "/var/jira/import"] } },
      "selection.additionalPaths.1",
      /^lies in restorePath \/var\/jira\/import, which is left out of backups: restore to another directory, or leave it out$/,
    ],
    [
      "a further path in which files are restored",
      { selection: { additionalPaths: ["/var/jira/import/old"] } },
      "selection.additionalPaths.0",
      /^lies in restorePath/,
    ],
    [
      "a repository in what is backed up, on the same claim",
      {
        source: { claimName: "c", mountPath: "/data", path: "/data", restorePath: "/data/restored" },
        repository: { local: { claimName: "c", path: "backup" } },
      },
      "repository.local",
      /^is on the claim of the source, where \/data is backed up and the repository would be \/data\/backup: it would /,
    ],
    [
      "a source in the repository, on the same claim",
      { source: { claimName: "c" }, repository: { local: { claimName: "c" } } },
      "repository.local",
      /where \/var\/jira\/export is backed up and the repository would be \/var\/jira: /,
    ],
    [
      "a repository in a further path, on the same claim",
      {
        source: { claimName: "c" },
        selection: { additionalPaths: ["/var/jira/data"] },
        repository: { local: { claimName: "c", path: "data/backup" } },
      },
      "repository.local",
      /where \/var\/jira\/data is backed up/,
    ],
    [
      "a further path that is not mounted",
      { selection: { additionalPaths: ["/var/jira2"] } },
      "selection.additionalPaths.0",
      /^lies neither in mountPath \/var\/jira nor in \/scratch: nothing else is mounted$/,
    ],
    [
      "a scratch volume that no step writes",
      { selection: { additionalPaths: ["/scratch"] }, steps: { before: [] } },
      "selection.additionalPaths.0",
      /^lies in \/scratch, which is there for steps only: add the step that writes it$/,
    ],
    [
      "two steps of one name",
      { steps: { before: [{ name: "a" }], after: [{ name: "a" }] } },
      "steps.after.0.name",
      /^is the name of another container/,
    ],
    ["a wait too short", { guards: { settleWait: 1 } }, "guards.settleWait", /^is less than settle, 60/],
    ["labels of every pod", { placement: { workloadLabels: {} } }, "placement.workloadLabels", /^names no label/],
    ["retention that keeps nothing", { retention: {} }, "retention", /^keeps nothing/],
    [
      "retention that the server refuses",
      { repository: { rest: { url: "http://host/", appendOnly: true } }, retention: { keepDaily: 7 } },
      "retention",
      /^cannot be applied through a server with --append-only/,
    ],
    [
      "more scratch space than there is",
      { tuning: { connections: 40, packSize: 128 } },
      "tuning",
      /together need 5248 MiB of scratch space, and pods have 2048/,
    ],
    ["retention that keeps nothing, in quotes", { retention: { keepDaily: "0" } }, "retention", /^keeps nothing/],
  ];
  for (const [what, given, property, reason] of contradictory) {
    it(`finds ${what}`, () => {
      const found = contradictions(unchecked(given));
      assert.deepEqual(
        found.map((problem) => problem.property),
        [property],
      );
      assert.match(found[0]?.reason ?? "", reason);
    });
  }

  it("finds all of them at once", () => {
    const found = contradictions(args({ repository: {}, password: {}, retention: {} }));
    assert.deepEqual(
      found.map(({ property }) => property),
      ["repository", "password", "retention"],
    );
    assert.equal(contradictions(leastArgs).length, 0);
  });
});
