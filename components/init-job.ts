import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { finalExitCodes } from "./exit-codes";
import { labels } from "./naming";
import type { PodRefs } from "./pod-template";
import { podTemplate } from "./pod-template";
import type { Settings } from "./settings";

/**
 * The one-shot Job that initialises the repository, or checks that it is ours when it exists. `pulumi up` waits for it:
 * what is wrong with storage or password fails the deployment, not the first night.
 */
export function initJob(settings: Settings, refs: PodRefs): types.input.batch.v1.Job {
  return {
    metadata: {
      namespace: settings.namespace,
      labels: labels(refs.name, "init"),
      // Without it an `up` would wait for ever for a Job that has failed before:
      // https://github.com/pulumi/pulumi-kubernetes/issues/856
      annotations: { "pulumi.com/replaceUnready": "true" },
    },
    // No ttlSecondsAfterFinished: Pulumi would miss the Job at the next `up`, and run it again.
    spec: {
      backoffLimit: 2,
      activeDeadlineSeconds: settings.deadlines.init,
      podFailurePolicy: finalExitCodes(),
      template: podTemplate(settings, refs, "init"),
    },
  };
}

/** Fields that Kubernetes does not let change, beyond those that the provider knows of. */
export const initJobReplaceOnChanges = ["spec.podFailurePolicy"];

/** Kubernetes ends the Job first, and says why; only then does Pulumi give up waiting. */
export function initJobTimeouts({ deadlines }: Settings): pulumi.CustomTimeouts {
  const seconds = typeof deadlines.init === "number" ? deadlines.init + 60 : 3600;
  return { create: `${seconds}s` };
}
