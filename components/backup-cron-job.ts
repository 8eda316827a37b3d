import type { types } from "@pulumi/kubernetes";
import { cronJob } from "./cron-job";
import type { PodRefs } from "./pod-refs";
import type { Settings } from "./settings";

/** The nightly backup. Its name is fixed, because operators type it. */
export function backupCronJob(settings: Settings, refs: PodRefs): types.input.batch.v1.CronJob {
  const { schedule, suspend, deadlines } = settings;
  const { name } = refs;
  return cronJob(settings, refs, "backup", { name, schedule, suspend, deadline: deadlines.backup, identity: name });
}
