import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import * as formats from "./formats";
import { type Given, givenGroup, group } from "./group";
import { input } from "./inputs";
import { only, type Problem } from "./problems";

/**
 * Where the pods run. A volume that can be mounted by one node at a time (ReadWriteOnce) must be backed up on the node of
 * the workload, as long as the workload runs.
 */
export interface PlacementArgs {
  /**
   * Labels of the workload's pods: the pods that mount the source run on their node where they can, and anywhere when
   * there is none, because the workload is scaled to 0.
   *
   * @default - the scheduler chooses
   */
  workloadLabels?: { [name: string]: pulumi.Input<string> };

  /** Labels of the nodes on which pods may run. */
  nodeSelector?: { [name: string]: pulumi.Input<string> };

  /** Taints of nodes that the pods tolerate, as the workload does. */
  tolerations?: TolerationArgs[];
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
export interface TolerationArgs {
  /**
   * Key of the taint.
   *
   * @default - every key, with `operator` `Exists`
   */
  key?: pulumi.Input<string>;

  /**
   * `Equal`, or `Exists` for any value.
   *
   * @default "Equal"
   */
  operator?: pulumi.Input<string>;

  /** Value of the taint. */
  value?: pulumi.Input<string>;

  /**
   * `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
   *
   * @default - every effect
   */
  effect?: pulumi.Input<string>;
}

const labelsOf = z.record(formats.labelName, input(formats.labelValue)).optional();

export const placementSchema = group("give { workloadLabels: { app: jira } }", {
  workloadLabels: labelsOf,
  nodeSelector: labelsOf,
  tolerations: z
    .array(
      group("give { key: …, effect: … }", {
        key: input(formats.labelName).optional(),
        operator: input(formats.oneOf("Equal", "Exists")).optional(),
        value: input(formats.labelValue).optional(),
        effect: input(formats.oneOf("NoSchedule", "PreferNoSchedule", "NoExecute")).optional(),
      }),
      "must be a list, as in [{ key: dedicated, value: jira, effect: NoSchedule }]",
    )
    .optional(),
}).prefault({});

/** What Kubernetes would refuse, or take for something else. */
export function placementProblems(placement: Given | undefined): Problem[] {
  const { workloadLabels, tolerations } = placement ?? {};
  const labels = givenGroup(workloadLabels);
  return [
    ...only(
      labels !== undefined && Object.keys(labels).length === 0,
      "placement.workloadLabels",
      "names no label, which would mean every pod: name those of the workload, or leave it out",
    ),
    ...(Array.isArray(tolerations) ? tolerations : []).flatMap((one, i) => {
      const { key, operator = "Equal", value } = givenGroup(one) ?? {};
      const property = `placement.tolerations.${i}`;
      return [
        ...only(
          key === undefined && operator === "Equal",
          `${property}.key`,
          "is missing: name the taint, or set operator: Exists to tolerate every one",
        ),
        ...only(
          value !== undefined && operator === "Exists",
          `${property}.value`,
          "stands beside operator: Exists, which takes any value: remove one of them",
          value,
        ),
      ];
    }),
  ];
}

type PodSpec = types.input.core.v1.PodSpec;

/** The part of a pod's spec that says where it runs; only pods that mount the source have to be near the workload. */
export function placed(
  { workloadLabels, nodeSelector, tolerations }: z.infer<typeof placementSchema>,
  mountsSource: boolean,
): Pick<PodSpec, "affinity" | "nodeSelector" | "tolerations"> {
  return {
    nodeSelector,
    tolerations,
    affinity: mountsSource && workloadLabels !== undefined ? { podAffinity: near(workloadLabels) } : undefined,
  };
}

/** Preferred, not required: a workload at 0 replicas is backed up, too. */
function near(workloadLabels: { [name: string]: pulumi.Input<string> }): types.input.core.v1.PodAffinity {
  const term = { labelSelector: { matchLabels: workloadLabels }, topologyKey: "kubernetes.io/hostname" };
  return { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] };
}
