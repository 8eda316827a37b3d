import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { finalExitCodes } from "./exit-codes";
import { labels } from "./naming";
import type { PodRefs } from "./pod-refs";
import { podTemplate } from "./pod-template";
import type { Settings } from "./settings";
import { spread } from "./spread";

/** A CronJob that works on the repository alone: it does not mount the source. */
export function maintenanceCronJob(
  settings: Settings,
  refs: PodRefs,
  role: "check" | "prune",
): types.input.batch.v1.CronJob {
  const { schedule, suspend, deadline } = settings[role];
  return {
    metadata: { name: `${refs.name}-${role}`, namespace: settings.namespace, labels: labels(refs.name, role) },
    spec: {
      schedule: pulumi
        .all([schedule, settings.namespace])
        .apply(([given, namespace]) => spread(given, `${namespace}/${refs.name}/${role}`)),
      timeZone: settings.timeZone,
      suspend: pulumi.all([suspend, settings.suspend]).apply(([own, all]) => own || all),
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 3600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        metadata: { labels: labels(refs.name, role) },
        spec: {
          backoffLimit: 3,
          activeDeadlineSeconds: deadline,
          podFailurePolicy: finalExitCodes(),
          template: podTemplate(settings, refs, role),
        },
      },
    },
  };
}
