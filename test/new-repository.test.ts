import assert from "node:assert/strict";
import type { ResticBackupArgs } from "../components";
import { backupCronJob } from "../components/backup-cron-job";
import { announcement, placeIn } from "../components/new-repository";
import { resolveSettings } from "../components/settings";
import { args } from "./support/args";
import { resolved } from "./support/output";
import { podRefs } from "./support/pod-refs";

/** The hook itself is seen in `e2e/`: mocks of the SDK do not call it. */
async function place(repository: ResticBackupArgs["repository"], more: Partial<ResticBackupArgs> = {}) {
  const settings = resolveSettings("backup", args({ repository, ...more }));
  const refs = podRefs(settings);
  return placeIn(await resolved(backupCronJob(settings, refs)), refs.connection.place ?? []);
}

describe("placeIn", () => {
  const azure = { accountName: "jira", container: "backups", accountKey: "key" };
  const swift = { container: "backups", authUrl: "https://identity/v3", username: "me", password: "x" };
  const places: [ResticBackupArgs["repository"], string][] = [
    [{ local: {} }, "/repository on the claim the-repository"],
    [{ local: { claimName: "nfs", path: "jira" } }, "/repository/jira on the claim nfs"],
    [{ rest: { url: "https://host/" } }, "rest:https://host/"],
    [{ azure }, "azure:backups:/, AZURE_ACCOUNT_NAME jira"],
    [
      { azure: { ...azure, endpointSuffix: "core.chinacloudapi.cn" } },
      "azure:backups:/, AZURE_ACCOUNT_NAME jira, AZURE_ENDPOINT_SUFFIX core.chinacloudapi.cn",
    ],
    [
      { gcs: { bucket: "abc", endpoint: "https://gcs", workloadIdentity: {} } },
      "gs:abc:/, STORAGE_EMULATOR_HOST https://gcs",
    ],
    [
      { swift: { ...swift, region: "one", projectName: "jira" } },
      "swift:backups:/, OS_AUTH_URL https://identity/v3, OS_REGION_NAME one, OS_PROJECT_NAME jira, OS_PROJECT_DOMAIN_NAME Default",
    ],
    [{ swift: { ...swift, authVersion: 1 } }, "swift:backups:/, ST_AUTH https://identity/v3"],
  ];
  for (const [repository, expected] of places) {
    it(`finds ${expected}`, async () => {
      assert.equal(await place(repository), expected);
    });
  }

  it("is not moved by credentials, schedule or tuning", async () => {
    const s3 = { bucket: "abc", accessKeyId: "id", secretAccessKey: "key" };
    const before = await place({ s3 });
    assert.equal(before, "s3:s3.amazonaws.com/abc");
    const after = await place(
      { s3: { ...s3, secretAccessKey: "new" } },
      { schedule: "@daily", tuning: { packSize: 64 } },
    );
    assert.equal(after, before);
  });

  it("finds nothing where a part is not known yet, or nothing is", () => {
    const cronJob = (spec: object) => ({ spec: { jobTemplate: { spec: { template: { spec } } } } });
    const url = { name: "RESTIC_REPOSITORY", value: "azure:backups:/" };
    const account = { name: "AZURE_ACCOUNT_NAME", value: undefined };
    const claim = { name: "repository", persistentVolumeClaim: { claimName: undefined } };
    for (const inputs of [
      undefined,
      {},
      cronJob({}),
      cronJob({ containers: [{ env: [] }] }),
      cronJob({ containers: [{ env: [{ ...url, value: undefined }] }] }),
      cronJob({ containers: [{ env: [url, account] }] }),
      cronJob({ containers: [{ env: [url] }], volumes: [claim] }),
    ]) {
      assert.equal(placeIn(inputs, ["AZURE_ACCOUNT_NAME"]), undefined, JSON.stringify(inputs));
    }
  });
});

describe("announcement", () => {
  const stays =
    "The old one at b2:old: stays as it is, with its snapshots; backups, restores and retention work with the new one from now on.";

  it("says nothing of a first repository, and of one that stays", () => {
    assert.equal(announcement(undefined, "b2:new:"), undefined);
    assert.equal(announcement(undefined, undefined), undefined);
    assert.equal(announcement("b2:old:", "b2:old:"), undefined);
  });

  it("says that a repository is new, and what becomes of the old one", () => {
    assert.equal(announcement("b2:old:", "b2:new:"), `NEW REPOSITORY at b2:new:. ${stays}`);
  });

  it("claims nothing of a place that is not known yet", () => {
    assert.equal(
      announcement("b2:old:", undefined),
      `the place of the repository is not known yet. If it is another one, this is a NEW REPOSITORY. ${stays}`,
    );
  });
});
