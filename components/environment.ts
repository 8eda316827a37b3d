import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Environment, given } from "./backends/backend";
import { privateFolder } from "./backends/credentials";
import { guardsEnvironment } from "./guards";
import { maintenanceEnvironment } from "./maintenance";
import { mountsSource, type Role } from "./naming";
import type { PodRefs } from "./pod-refs";
import { kindOf } from "./repository";
import { secretFilesMount } from "./repository-storage";
import { forgetFlags } from "./retention";
import { selectionEnvironment } from "./selection";
import type { Settings } from "./settings";
import { tuningEnvironment, tuningOptions } from "./tuning";

type EnvVar = types.input.core.v1.EnvVar;

/** By its Job, a backup knows a try from another run. In the restore shell, which has none, this is empty. */
const job: EnvVar = {
  name: "BACKUP_JOB",
  valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/controller-uid']" } },
};

/** Init knows the repository and nothing else, so that no other setting makes it run again. */
export function environment(settings: Settings, refs: PodRefs, role: Role): EnvVar[] {
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
    ...given({ BACKUP_REPOSITORY_ID: settings.repositoryId }),
  };
  const files = credentials.some((source) => source.files.length > 0)
    ? { BACKUP_SECRET_FILES: secretFilesMount, BACKUP_PRIVATE_FOLDER: privateFolder }
    : {};
  const data = {
    BACKUP_HOST: refs.host,
    BACKUP_PATH: settings.source.path,
    TZ: settings.timeZone,
    ...(mountsSource(role) ? sourceEnvironment(settings) : {}),
    ...maintenanceEnvironment(settings, role),
    ...tuningEnvironment(settings.tuning),
  };
  const plain = Object.entries({ ...common, ...files, ...(role === "init" ? {} : data) });
  const fromSecret = credentials.flatMap(({ env, secretName }) =>
    env.map(({ key, optional }) => ({
      name: key,
      valueFrom: { secretKeyRef: { name: secretName, key, ...(optional ? { optional } : {}) } },
    })),
  );
  return [...plain.map(([name, value]) => ({ name, value })), ...(mountsSource(role) ? [job] : []), ...fromSecret];
}

function sourceEnvironment(settings: Settings): Environment {
  return {
    BACKUP_RETENTION: forgetFlags(settings.retention),
    RESTORE_PATH: settings.source.restorePath,
    ...selectionEnvironment(settings.selection),
    ...guardsEnvironment(settings.guards, settings.source.mountPath),
  };
}

function options(settings: Settings, { connection }: PodRefs, role: Role): pulumi.Input<string>[] {
  const { options: own = [] } = connection;
  return role === "init" ? [...own] : [...own, ...tuningOptions(settings.tuning, kindOf(settings.repository))];
}

function lines(options: readonly pulumi.Input<string>[]): pulumi.Output<string> {
  return pulumi.all([...options]).apply((known) => known.filter((option) => option !== "").join("\n"));
}
