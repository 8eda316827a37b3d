import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { finalExitCodes } from "./exit-codes";
import { labels, type Role } from "./naming";
import type { PodRefs } from "./pod-refs";
import { podTemplate } from "./pod-template";
import type { Settings } from "./settings";
import { spread } from "./spread";

/** What differs between the CronJobs. */
export interface Nightly {
  readonly name: string;
  readonly schedule: pulumi.Input<string>;
  readonly suspend: pulumi.Input<boolean>;
  /** Seconds that a run may take, its retries included. */
  readonly deadline: pulumi.Input<number>;
  /** What `H` in the schedule depends on, beside the namespace. */
  readonly identity: string;
}

/** The one shape of all CronJobs: one run at a time, with its retries, its deadline and its history. */
export function cronJob(
  settings: Settings,
  refs: PodRefs,
  role: Role,
  { name, schedule, suspend, deadline, identity }: Nightly,
): types.input.batch.v1.CronJob {
  return {
    metadata: { name, namespace: settings.namespace, labels: labels(refs.name, role) },
    spec: {
      schedule: pulumi
        .all([schedule, settings.namespace])
        .apply(([given, namespace]) => spread(given, `${namespace}/${identity}`)),
      timeZone: settings.timeZone,
      suspend,
      concurrencyPolicy: "Forbid",
      // A night that was missed (no node, no control plane) is made up for within the hour, and not in working hours.
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
