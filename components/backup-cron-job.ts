import type { types } from "@pulumi/kubernetes";
import { finalExitCodes } from "./exit-codes";
import { labels } from "./naming";
import type { PodRefs } from "./pod-refs";
import { podTemplate } from "./pod-template";
import type { Settings } from "./settings";

/** The nightly backup. Its name is fixed, because operators type it. */
export function backupCronJob(settings: Settings, refs: PodRefs): types.input.batch.v1.CronJob {
  return {
    metadata: { name: refs.name, namespace: settings.namespace, labels: labels(refs.name, "backup") },
    spec: {
      schedule: settings.schedule,
      timeZone: settings.timeZone,
      concurrencyPolicy: "Forbid",
      // A night that was missed (no node, no control plane) is made up for within the hour, and not in working hours.
      startingDeadlineSeconds: 3600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        metadata: { labels: labels(refs.name, "backup") },
        spec: {
          backoffLimit: 3,
          activeDeadlineSeconds: settings.deadlines.backup,
          podFailurePolicy: finalExitCodes(),
          template: podTemplate(settings, refs, "backup"),
        },
      },
    },
  };
}
