import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { ResticBackupArgs } from "../components";
import { initJob, initJobTimeouts } from "../components/init-job";
import { resolveSettings } from "../components/settings";
import { args } from "./support/args";
import { resolved } from "./support/output";
import { podRefs } from "./support/pod-refs";

interface Job {
  metadata: { annotations: Record<string, string>; name?: string };
  spec: { template: { metadata: { annotations?: Record<string, string> } } } & Record<string, unknown>;
}

function job(given: Partial<ResticBackupArgs>): Promise<Job> {
  const settings = resolveSettings("backup", args(given));
  return resolved(initJob(settings, podRefs(settings)));
}

describe("initJob", () => {
  it("tries twice within its time, stays for Pulumi to see, and follows no policy that Pulumi does not know", async () => {
    const { metadata, spec } = await job({ deadlines: { init: 120 } });
    const { template, ...limits } = spec;
    assert.ok(template);
    assert.deepEqual(limits, { backoffLimit: 1, activeDeadlineSeconds: 120 });
    assert.equal(metadata.name, undefined);
    assert.deepEqual(metadata.annotations, { "pulumi.com/replaceUnready": "true" });
  });

  it("runs again with new credentials of ours, and knows none of others", async () => {
    const s3 = { bucket: "abc", accessKeyId: "id", secretAccessKey: "key" };
    const annotations = async (given: Partial<ResticBackupArgs>) =>
      (await job(given)).spec.template.metadata.annotations;
    assert.deepEqual(await annotations({ repository: { s3 } }), { "restic-backup/credentials": "uid" });
    const kept = { bucket: "abc", credentialsSecretName: "kept" };
    assert.equal(await annotations({ repository: { s3: kept } }), undefined);
    assert.equal(await annotations({ repository: { local: {} } }), undefined);
  });
});

describe("initJobTimeouts", () => {
  it("lets Kubernetes end the Job first", () => {
    const create = (init: pulumi.Input<number>) =>
      initJobTimeouts(resolveSettings("backup", args({ deadlines: { init } }))).create;
    assert.equal(create(30), "90s");
    assert.equal(create(300), "360s");
    assert.equal(create(pulumi.output(300)), "3600s");
  });
});
