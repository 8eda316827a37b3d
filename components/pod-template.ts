import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Role } from "./naming";
import { labels } from "./naming";
import type { Repository } from "./repository";
import { repositoryMount } from "./repository";
import { forgetFlags } from "./retention";
import type { Settings } from "./settings";

/** What the pods refer to: objects that exist before them, and the repository. */
export interface PodRefs {
  readonly name: string;
  readonly host: pulumi.Input<string>;
  readonly repository: Repository;
  readonly scripts: pulumi.Input<string>;
  readonly password: { readonly secretName: pulumi.Input<string>; readonly key: pulumi.Input<string> };
  /** Secret with the backend's credentials, its keys being names of environment variables. */
  readonly credentials?: { readonly secretName: pulumi.Input<string>; readonly keys: readonly string[] };
  /** Claim of a local repository. */
  readonly repositoryClaim?: pulumi.Input<string>;
}

type Pod = types.input.core.v1.PodTemplateSpec;
type Volume = types.input.core.v1.Volume;
type Mount = types.input.core.v1.VolumeMount;
type EnvVar = types.input.core.v1.EnvVar;

/** restic removes its lock within a minute after SIGTERM; the rest is for a slow storage. */
const gracePeriodSeconds = 120;

/** The one shape of all pods; the role decides the script, and whether and how the source is mounted. */
export function podTemplate(settings: Settings, refs: PodRefs, role: Role): Pod {
  const { volumes, mounts } = storage(settings, refs, role);
  return {
    metadata: { labels: labels(refs.name, role) },
    spec: {
      restartPolicy: role === "restore" ? "Always" : "Never",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: gracePeriodSeconds,
      securityContext: podSecurity(settings),
      containers: [
        {
          name: "restic",
          image: settings.image,
          command: [`/usr/local/bin/${role === "restore" ? "standby" : role}.sh`],
          env: environment(settings, refs, role),
          volumeMounts: mounts,
          resources: settings.resources,
          securityContext: containerSecurity(settings, refs, role),
          terminationMessagePolicy: "FallbackToLogsOnError",
        },
      ],
      volumes,
    },
  };
}

/** Init knows the repository and nothing else, so that no other setting makes it run again. */
function environment(settings: Settings, refs: PodRefs, role: Role): EnvVar[] {
  const { repository, credentials } = refs;
  const common = {
    RESTIC_REPOSITORY: repository.url,
    RESTIC_PASSWORD_FILE: "/etc/restic/password",
    RESTIC_CACHE_DIR: "/var/cache/restic",
    RESTIC_OPTIONS: pulumi.all([...repository.options]).apply((options) => options.join("\n")),
    RESTIC_PROGRESS_FPS: "0.0166",
    TMPDIR: "/tmp",
    HOME: "/tmp",
    ...repository.env,
  };
  const data = {
    BACKUP_HOST: refs.host,
    BACKUP_PATH: settings.source.path,
    BACKUP_RETENTION: forgetFlags(settings.retention),
    RESTORE_PATH: settings.source.restorePath,
    TZ: settings.timeZone,
  };
  const plain = Object.entries(role === "init" ? common : { ...common, ...data });
  const fromSecret = (credentials?.keys ?? []).map((key) => ({
    name: key,
    valueFrom: { secretKeyRef: { name: credentials?.secretName, key } },
  }));
  return [...plain.map(([name, value]) => ({ name, value })), ...fromSecret];
}

function storage(settings: Settings, refs: PodRefs, role: Role): { volumes: Volume[]; mounts: Mount[] } {
  const { source, runAs } = settings;
  // A Secret's files belong to root: another user reads them by their mode, which only this container sees.
  const secretMode = pulumi.output(runAs.user).apply((user) => (user === 0 ? 0o400 : 0o444));
  const passwordFile = [{ key: refs.password.key, path: "password" }];
  const parts: { volume: Volume; mount: Omit<Mount, "name"> }[] = [
    {
      volume: { name: "scripts", configMap: { name: refs.scripts, defaultMode: 0o555 } },
      mount: { mountPath: "/usr/local/bin", readOnly: true },
    },
    {
      volume: {
        name: "password",
        secret: { secretName: refs.password.secretName, items: passwordFile, defaultMode: secretMode },
      },
      mount: { mountPath: "/etc/restic", readOnly: true },
    },
    { volume: { name: "tmp", emptyDir: { sizeLimit: "2Gi" } }, mount: { mountPath: "/tmp" } },
    { volume: { name: "cache", emptyDir: { sizeLimit: "10Gi" } }, mount: { mountPath: "/var/cache/restic" } },
  ];
  if (refs.repositoryClaim !== undefined) {
    parts.push({
      volume: { name: "repository", persistentVolumeClaim: { claimName: refs.repositoryClaim } },
      mount: { mountPath: repositoryMount },
    });
  }
  if (role !== "init") {
    parts.push({
      volume: { name: "source", persistentVolumeClaim: { claimName: source.claimName } },
      mount: { mountPath: source.mountPath, subPath: source.subPath, readOnly: role === "backup" },
    });
  }
  return {
    volumes: parts.map(({ volume }) => volume),
    mounts: parts.map(({ volume, mount }) => ({ name: volume.name, ...mount })),
  };
}

function podSecurity({ runAs }: Settings): types.input.core.v1.PodSecurityContext {
  return {
    runAsUser: runAs.user,
    runAsGroup: runAs.group ?? runAs.user,
    runAsNonRoot: pulumi.output(runAs.user).apply((user) => user !== 0),
    fsGroup: runAs.fsGroup,
    fsGroupChangePolicy: runAs.fsGroup === undefined ? undefined : "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
  };
}

function containerSecurity({ runAs }: Settings, refs: PodRefs, role: Role): types.input.core.v1.SecurityContext {
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

/** Root without capabilities is a user like any other: it may not even read files that are not its own. */
function rootCapabilities(refs: PodRefs, role: Role): string[] {
  const writesClaim = role === "restore" || refs.repositoryClaim !== undefined;
  return [
    ...(role === "restore" ? ["CHOWN", "FOWNER"] : []),
    ...(writesClaim ? ["DAC_OVERRIDE"] : []),
    ...(role === "backup" && !writesClaim ? ["DAC_READ_SEARCH"] : []),
  ];
}
