import assert from "node:assert/strict";
import { ResticBackup } from "../components";
import { args } from "./support/args";
import { only, registrations } from "./support/monitor";

describe("backupCronJob", () => {
  it("has the schedule, the limits and the retry rules that the documentation promises", async () => {
    const found = await registrations(() => {
      new ResticBackup(
        "backup",
        args({ schedule: "5 4 * * *", timeZone: "Europe/Berlin", deadlines: { backup: 3600 } }),
      );
    });
    const { spec } = only(found, "kubernetes:batch/v1:CronJob", "backup").inputs as {
      spec: { jobTemplate: { spec: Record<string, unknown> } } & Record<string, unknown>;
    };
    const { jobTemplate, ...schedule } = spec;
    assert.deepEqual(schedule, {
      schedule: "5 4 * * *",
      timeZone: "Europe/Berlin",
      suspend: false,
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 3600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
    });
    const { template, ...job } = jobTemplate.spec;
    assert.ok(template);
    assert.deepEqual(job, {
      backoffLimit: 3,
      activeDeadlineSeconds: 3600,
      podFailurePolicy: {
        rules: [
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
          {
            action: "FailJob",
            onExitCodes: { containerName: "restic", operator: "In", values: [3, 10, 12, 64, 65, 66, 67] },
          },
        ],
      },
    });
  });
});
