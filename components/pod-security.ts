import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Role } from "./naming";
import type { PodRefs } from "./pod-refs";
import type { Settings } from "./settings";

/** The user of all containers of a pod: an image cannot choose another one, so what a step writes, restic reads. */
export function podSecurity({ runAs }: Settings): types.input.core.v1.PodSecurityContext {
  return {
    runAsUser: runAs.user,
    runAsGroup: runAs.group ?? runAs.user,
    runAsNonRoot: pulumi.output(runAs.user).apply((user) => user !== 0),
    fsGroup: runAs.fsGroup,
    fsGroupChangePolicy: runAs.fsGroup === undefined ? undefined : "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  };
}

/** Rights of the containers that are ours. */
export function containerSecurity({ runAs }: Settings, refs: PodRefs, role: Role): types.input.core.v1.SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    privileged: false,
    readOnlyRootFilesystem: true,
    capabilities: {
      drop: ["ALL"],
      add: pulumi.output(runAs.user).apply((user) => (user === 0 ? rootCapabilities(refs, role) : [])),
    },
  };
}

/** Rights of a step: its image may write to its own root file system, as many programs must. */
export function stepSecurity(
  { runAs }: Settings,
  writesSource: pulumi.Input<boolean>,
): types.input.core.v1.SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    privileged: false,
    capabilities: {
      drop: ["ALL"],
      add: pulumi
        .all([runAs.user, writesSource])
        .apply(([user, writes]) => (user === 0 && writes ? ["DAC_OVERRIDE"] : [])),
    },
  };
}

/**
 * Root without capabilities is a user like any other: it may not even read files that are not its own. Without FSETID the
 * kernel takes the setgid bit, in silence, from what is given back to a group that is not ours; directories of volumes
 * with an fsGroup all have it.
 */
function rootCapabilities(refs: PodRefs, role: Role): string[] {
  const writesClaim = role === "restore" || refs.repositoryClaim !== undefined;
  return [
    ...(role === "restore" ? ["CHOWN", "FOWNER", "FSETID"] : []),
    ...(writesClaim ? ["DAC_OVERRIDE"] : []),
    ...(role === "backup" && !writesClaim ? ["DAC_READ_SEARCH"] : []),
  ];
}
