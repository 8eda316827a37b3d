import type { types } from "@pulumi/kubernetes";

/**
 * Exit codes of the scripts after which trying again is of no use: some files cannot be read (3), no repository (10),
 * wrong password (12), bad settings (64), nothing to back up (65), another repository (66), a damaged one (67).
 */
const final = [3, 10, 12, 64, 65, 66, 67];

/** Fails a Job at once where no retry helps, and forgives pods that Kubernetes itself took away. */
export function finalExitCodes(): types.input.batch.v1.PodFailurePolicy {
  return {
    rules: [
      { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
      { action: "FailJob", onExitCodes: { containerName: "restic", operator: "In", values: final } },
    ],
  };
}
