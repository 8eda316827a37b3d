import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labels } from "./naming";
import type { PodRefs } from "./pod-refs";
import { podTemplate } from "./pod-template";
import type { Settings } from "./settings";

/**
 * The one-shot Job that initialises the repository, or checks that it is ours when it exists. `pulumi up` waits for it:
 * what is wrong with storage or password fails the deployment, not the first night.
 */
export function initJob(settings: Settings, refs: PodRefs): types.input.batch.v1.Job {
  const template = podTemplate(settings, refs, "init");
  return {
    metadata: {
      namespace: settings.namespace,
      labels: labels(refs.name, "init"),
      // Without it an `up` would wait for ever for a Job that has failed before:
      // https://github.com/pulumi/pulumi-kubernetes/issues/856
      annotations: { "pulumi.com/replaceUnready": "true" },
    },
    // No ttlSecondsAfterFinished: Pulumi would miss the Job at the next `up`, and run it again. No podFailurePolicy:
    // Pulumi would go on waiting for a Job that it has failed, until the time is over.
    // https://github.com/pulumi/pulumi-kubernetes/blob/v4.25.0/provider/pkg/await/job.go
    spec: {
      backoffLimit: 1,
      activeDeadlineSeconds: settings.deadlines.init,
      template: { ...template, metadata: { ...template.metadata, annotations: versionOf(refs) } },
    },
  };
}

/** New credentials make a new template, and so a new Job, which checks them. */
function versionOf({ credentialsVersion }: PodRefs): { [name: string]: pulumi.Input<string> } | undefined {
  return credentialsVersion === undefined ? undefined : { "restic-backup/credentials": credentialsVersion };
}

/** Kubernetes ends the Job first, and says why; only then does Pulumi give up waiting. */
export function initJobTimeouts({ deadlines }: Settings): pulumi.CustomTimeouts {
  const seconds = typeof deadlines.init === "number" ? deadlines.init + 60 : 3600;
  return { create: `${seconds}s` };
}
