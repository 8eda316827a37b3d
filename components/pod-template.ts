import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { privateFolder } from "./backends/credentials";
import { programFolder } from "./backends/rclone";
import type { Role } from "./naming";
import { labels } from "./naming";
import type { PodRefs } from "./pod-refs";
import { kindOf } from "./repository";
import { repositoryStorage, type Storage, secretFilesMount, secretMode } from "./repository-storage";
import { forgetFlags } from "./retention";
import type { Settings } from "./settings";
import { temporarySpace, tuningEnvironment, tuningOptions } from "./tuning";

type Pod = types.input.core.v1.PodTemplateSpec;
type EnvVar = types.input.core.v1.EnvVar;

/** restic removes its lock within a minute after SIGTERM; the rest is for a slow storage. */
const gracePeriodSeconds = 120;

/** The one shape of all pods; the role decides the script, and whether and how the source is mounted. */
export function podTemplate(settings: Settings, refs: PodRefs, role: Role): Pod {
  const parts = [...storage(settings, refs, role), ...repositoryStorage(settings, refs)];
  return {
    metadata: { labels: { ...labels(refs.name, role), ...refs.connection.serviceAccount?.podLabels } },
    spec: {
      serviceAccountName: refs.serviceAccount,
      restartPolicy: role === "restore" ? "Always" : "Never",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: gracePeriodSeconds,
      securityContext: podSecurity(settings),
      initContainers: initContainers(settings, refs, role),
      containers: [
        {
          name: "restic",
          image: settings.image,
          command: [`/usr/local/bin/${role === "restore" ? "standby" : role}.sh`],
          env: environment(settings, refs, role),
          volumeMounts: parts.map(({ volume, mount }) => ({ name: volume.name, ...mount })),
          resources: settings.resources,
          securityContext: containerSecurity(settings, refs, role),
          terminationMessagePolicy: "FallbackToLogsOnError",
        },
      ],
      volumes: parts.map(({ volume }) => volume),
    },
  };
}

/** Init knows the repository and nothing else, so that no other setting makes it run again. */
function environment(settings: Settings, refs: PodRefs, role: Role): EnvVar[] {
  const { connection, credentials } = refs;
  const common = {
    RESTIC_REPOSITORY: connection.url,
    RESTIC_PASSWORD_FILE: "/etc/restic/password",
    RESTIC_CACHE_DIR: "/var/cache/restic",
    RESTIC_OPTIONS: lines(options(settings, refs, role)),
    RESTIC_PROGRESS_FPS: "0.0166",
    TMPDIR: "/tmp",
    HOME: "/tmp",
    ...connection.env,
  };
  const files = credentials.some((source) => source.files.length > 0)
    ? { BACKUP_SECRET_FILES: secretFilesMount, BACKUP_PRIVATE_FOLDER: privateFolder }
    : {};
  const data = {
    BACKUP_HOST: refs.host,
    BACKUP_PATH: settings.source.path,
    BACKUP_RETENTION: forgetFlags(settings.retention),
    RESTORE_PATH: settings.source.restorePath,
    TZ: settings.timeZone,
    ...tuningEnvironment(settings.tuning),
  };
  const plain = Object.entries({ ...common, ...files, ...(role === "init" ? {} : data) });
  const fromSecret = credentials.flatMap(({ env, secretName }) =>
    env.map(({ key, optional }) => ({
      name: key,
      valueFrom: { secretKeyRef: { name: secretName, key, ...(optional ? { optional } : {}) } },
    })),
  );
  return [...plain.map(([name, value]) => ({ name, value })), ...fromSecret];
}

function options(settings: Settings, { connection }: PodRefs, role: Role): pulumi.Input<string>[] {
  const { options: own = [] } = connection;
  return role === "init" ? [...own] : [...own, ...tuningOptions(settings.tuning, kindOf(settings.repository))];
}

function lines(options: readonly pulumi.Input<string>[]): pulumi.Output<string> {
  return pulumi.all([...options]).apply((known) => known.filter((option) => option !== "").join("\n"));
}

/** What every pod has, and the source where it is needed. */
function storage(settings: Settings, refs: PodRefs, role: Role): Storage[] {
  const { source } = settings;
  const passwordFile = [{ key: refs.password.key, path: "password" }];
  const parts: Storage[] = [
    {
      volume: { name: "scripts", configMap: { name: refs.scripts, defaultMode: 0o555 } },
      mount: { mountPath: "/usr/local/bin", readOnly: true },
    },
    {
      volume: {
        name: "password",
        secret: { secretName: refs.password.secretName, items: passwordFile, defaultMode: secretMode(settings) },
      },
      mount: { mountPath: "/etc/restic", readOnly: true },
    },
    { volume: { name: "tmp", emptyDir: { sizeLimit: `${temporarySpace}Mi` } }, mount: { mountPath: "/tmp" } },
    { volume: { name: "cache", emptyDir: { sizeLimit: "10Gi" } }, mount: { mountPath: "/var/cache/restic" } },
  ];
  return role === "init"
    ? parts
    : [
        ...parts,
        {
          volume: { name: "source", persistentVolumeClaim: { claimName: source.claimName } },
          mount: { mountPath: source.mountPath, subPath: source.subPath, readOnly: role === "backup" },
        },
      ];
}

/** Brings the program that restic calls, where the official restic image lacks it. */
function initContainers(settings: Settings, refs: PodRefs, role: Role): types.input.core.v1.Container[] | undefined {
  const { programImage } = refs.connection;
  if (programImage === undefined) {
    return undefined;
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
