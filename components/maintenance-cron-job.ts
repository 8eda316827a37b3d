import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { cronJob } from "./cron-job";
import type { PodRefs } from "./pod-refs";
import type { Settings } from "./settings";

/** A CronJob that works on the repository alone: it does not mount the source. */
export function maintenanceCronJob(
  settings: Settings,
  refs: PodRefs,
  role: "check" | "prune",
): types.input.batch.v1.CronJob {
  const { schedule, suspend, deadline } = settings[role];
  return cronJob(settings, refs, role, {
    name: `${refs.name}-${role}`,
    schedule,
    suspend: pulumi.all([suspend, settings.suspend]).apply(([own, all]) => own || all),
    deadline,
    identity: `${refs.name}/${role}`,
  });
}
