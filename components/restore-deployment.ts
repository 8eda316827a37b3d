import type { types } from "@pulumi/kubernetes";
import { labels, selector } from "./naming";
import type { PodRefs } from "./pod-refs";
import { podTemplate } from "./pod-template";
import type { Settings } from "./settings";

/** The shell for work by hand: no pod, until an operator scales it to 1. Its name is fixed, because operators type it. */
export function restoreDeployment(settings: Settings, refs: PodRefs): types.input.apps.v1.Deployment {
  return {
    metadata: {
      name: `${refs.name}-restore`,
      namespace: settings.namespace,
      labels: labels(refs.name, "restore"),
      // Without it `up` waits for the claims to be bound, which may need a first pod:
      // https://github.com/pulumi/pulumi-kubernetes/issues/895
      annotations: { "pulumi.com/skipAwait": "true" },
    },
    spec: {
      replicas: 0,
      // Two pods at once could restore into the same directory.
      strategy: { type: "Recreate" },
      selector: { matchLabels: selector(refs.name, "restore") },
      template: podTemplate(settings, refs, "restore"),
    },
  };
}

/**
 * `kubectl scale` owns the replicas, so that no `up` ends a running restore:
 * https://github.com/pulumi/pulumi-kubernetes/issues/2491
 */
export const restoreDeploymentIgnoreChanges = ["spec.replicas"];
