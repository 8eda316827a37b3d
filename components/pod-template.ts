import type { types } from "@pulumi/kubernetes";
import { programFolder } from "./backends/rclone";
import { scriptsMount } from "./container-scripts";
import { environment } from "./environment";
import { labels, mountsSource, type Role } from "./naming";
import { placed } from "./placement";
import type { PodRefs } from "./pod-refs";
import { containerSecurity, podSecurity } from "./pod-security";
import { podStorage } from "./pod-storage";
import type { Storage } from "./repository-storage";
import type { Settings } from "./settings";
import { withSteps } from "./step-containers";

type Pod = types.input.core.v1.PodTemplateSpec;
type Container = types.input.core.v1.Container;

/** restic removes its lock within a minute after SIGTERM; the rest is for a slow storage. */
const gracePeriodSeconds = 120;

/** The one shape of all pods; the role decides the script, and whether and how the source is mounted. */
export function podTemplate(settings: Settings, refs: PodRefs, role: Role): Pod {
  const parts = podStorage(settings, refs, role);
  const restic = resticContainer(settings, refs, role, parts);
  const chain = role === "backup" ? withSteps(settings, restic) : [restic];
  // Init containers run one after another, which containers do not.
  const before = [...programContainers(settings, refs, role), ...chain.slice(0, -1)];
  return {
    metadata: {
      labels: { ...labels(refs.name, role), ...refs.connection.serviceAccount?.podLabels },
      annotations: chain.length > 1 ? { "kubectl.kubernetes.io/default-container": "restic" } : undefined,
    },
    spec: {
      serviceAccountName: refs.serviceAccount,
      ...placed(settings.placement, mountsSource(role)),
      restartPolicy: role === "restore" ? "Always" : "Never",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: gracePeriodSeconds,
      securityContext: podSecurity(settings),
      initContainers: before.length > 0 ? before : undefined,
      containers: chain.slice(-1),
      volumes: parts.map(({ volume }) => volume),
    },
  };
}

function resticContainer(settings: Settings, refs: PodRefs, role: Role, parts: readonly Storage[]): Container {
  return {
    name: "restic",
    image: settings.image,
    command: [`${scriptsMount}/${role === "restore" ? "restore-shell" : role}.sh`],
    env: environment(settings, refs, role),
    volumeMounts: parts.map(({ volume, mount }) => ({ name: volume.name, ...mount })),
    resources: settings.resources,
    securityContext: containerSecurity(settings, refs, role),
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}

/** Brings the program that restic calls, where the official restic image lacks it. */
function programContainers(settings: Settings, refs: PodRefs, role: Role): Container[] {
  const { programImage } = refs.connection;
  if (programImage === undefined) {
    return [];
  }
  return [
    {
      name: "program",
      image: programImage,
      command: ["cp", "/usr/local/bin/rclone", `${programFolder}/rclone`],
      volumeMounts: [{ name: "program", mountPath: programFolder }],
      resources: settings.resources,
      securityContext: containerSecurity(settings, refs, role),
    },
  ];
}
