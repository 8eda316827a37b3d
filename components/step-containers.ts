import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { stepSecurity } from "./pod-security";
import type { Settings } from "./settings";
import { type Step, scratchMount } from "./steps";

type Container = types.input.core.v1.Container;

/** All containers of a backup's pod in their order. */
export function withSteps(settings: Settings, backup: Container): Container[] {
  const { before = [], after = [] } = settings.steps;
  return [
    ...before.map((step) => container(settings, step, "before")),
    backup,
    ...after.map((step) => container(settings, step, "after")),
  ];
}

/** Where steps find the script that watches over them. */
const stepScript = "/opt/restic-backup/run-step.sh";

/** It knows neither the repository nor its secrets. */
function container(settings: Settings, step: Step, when: "before" | "after"): Container {
  const { source, resources } = settings;
  const env = {
    STEP: step.name,
    STEP_WHEN: when,
    STEP_TIME_LIMIT: pulumi.interpolate`${step.timeLimit}`,
    STEP_OPTIONAL: pulumi.output(step.optional).apply((optional) => (optional ? "yes" : "")),
    ...step.env,
  };
  return {
    name: step.name,
    image: step.image,
    command: pulumi.output(step.command).apply((command) => ["sh", stepScript, ...command]),
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    envFrom: step.envSecretName === undefined ? undefined : [{ secretRef: { name: step.envSecretName } }],
    volumeMounts: [
      { name: "scripts", mountPath: stepScript, subPath: "run-step.sh", readOnly: true },
      { name: "scratch", mountPath: scratchMount },
      {
        name: "source",
        mountPath: source.mountPath,
        subPath: source.subPath,
        readOnly: pulumi.output(step.writesSource).apply((writes) => !writes),
      },
    ],
    resources,
    securityContext: stepSecurity(settings, step.writesSource),
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}
