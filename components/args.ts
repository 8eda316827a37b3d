import type * as pulumi from "@pulumi/pulumi";
import type { RepositoryArgs } from "./repository-args";
import type { TuningArgs } from "./tuning";

/**
 * What `ResticBackup` needs to know. Only `source` and `repository` are required; every other property has a default
 * that is safe for a nightly backup of Jira's XML exports.
 *
 * All problems with these properties are reported at once, at preview, each with the property, its value, the reason
 * and the remedy.
 */
export interface ResticBackupArgs {
  /**
   * Namespace of all objects: the one that holds the claim of the source, because a pod mounts only claims of its own
   * namespace. It must exist.
   *
   * @default "default"
   */
  namespace?: pulumi.Input<string>;

  /** The volume that is backed up, and where restored files go. */
  source: SourceArgs;

  /** Where the snapshots are stored. Exactly one member is set. */
  repository: RepositoryArgs;

  /**
   * The repository's password. Whoever loses it has lost every snapshot: keep the output `repositoryPassword` in a safe
   * place outside the cluster.
   *
   * @default - 40 random letters and digits, made once and never changed again
   */
  password?: PasswordArgs;

  /**
   * When backups start, in the cron format of Kubernetes: five fields (minute, hour, day of month, month, day of week
   * 0–6), or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. A change updates the CronJob and replaces nothing.
   * See https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
   *
   * @default "10 23 * * *"
   */
  schedule?: pulumi.Input<string>;

  /**
   * IANA time zone of `schedule`, of the times in the logs, and of the times that `restore.sh` accepts.
   *
   * @default "Etc/UTC"
   */
  timeZone?: pulumi.Input<string>;

  /**
   * Which snapshots stay when `restic forget` runs after a good backup. Snapshots of other hosts or paths are never
   * touched. See https://restic.readthedocs.io/en/stable/060_forget.html
   *
   * @default - every snapshot is kept
   */
  retention?: RetentionArgs;

  /**
   * The name under which snapshots are filed (`restic --host`). Changing it starts a new series: the next backup reads
   * everything again, and retention no longer sees the old snapshots.
   *
   * @default - "<namespace>-<name of the component>"
   */
  host?: pulumi.Input<string>;

  /**
   * Image of every pod: the official restic image, or one with the same contents. restic must be 0.17.1 or newer: older
   * ones do not tell a wrong password from other failures.
   *
   * @default "restic/restic:0.19.1"
   */
  image?: pulumi.Input<string>;

  /** CPU and memory of every pod. */
  resources?: ResourcesArgs;

  /** The user that the pods run as. */
  runAs?: RunAsArgs;

  /** Speed and size of what goes to the repository. */
  tuning?: TuningArgs;

  /** How long the Jobs may take. */
  deadlines?: DeadlinesArgs;
}

/** The volume that is backed up. */
export interface SourceArgs {
  /** Name of the PersistentVolumeClaim, in `namespace`. It is mounted read-only for backups, read-write for restores. */
  claimName: pulumi.Input<string>;

  /**
   * Where the volume is mounted in the pods: the same place as in the workload, so that paths look alike.
   *
   * @default "/var/jira"
   */
  mountPath?: pulumi.Input<string>;

  /**
   * Folder of the volume that is mounted, relative to its root.
   *
   * @default - the whole volume
   */
  subPath?: pulumi.Input<string>;

  /**
   * Directory that is backed up: `mountPath` or a directory below it. It is part of a snapshot's identity: changing it
   * starts a new series.
   *
   * @default "/var/jira/export"
   */
  path?: pulumi.Input<string>;

  /**
   * Directory into which `restore.sh` puts files: below `mountPath`, not inside `path`, and made when missing.
   *
   * @default "/var/jira/import"
   */
  restorePath?: pulumi.Input<string>;
}

/** The repository's password: either `value`, or `secretName`. */
export interface PasswordArgs {
  /** The password itself, for a repository that exists already. It is kept in a Secret. */
  value?: pulumi.Input<string>;

  /** Name of an existing Secret in `namespace` that holds the password. */
  secretName?: pulumi.Input<string>;

  /**
   * Key of the password in the existing Secret.
   *
   * @default "password"
   */
  secretKey?: pulumi.Input<string>;
}

/**
 * Which snapshots stay. A snapshot is kept when at least one rule keeps it; rules that are not set keep nothing, so at
 * least one must be set.
 */
export interface RetentionArgs {
  /** Keep the newest N snapshots. */
  keepLast?: pulumi.Input<number>;
  /** Keep the newest snapshot of each of the last N hours that have one. */
  keepHourly?: pulumi.Input<number>;
  /** Keep the newest snapshot of each of the last N days that have one. */
  keepDaily?: pulumi.Input<number>;
  /** Keep the newest snapshot of each of the last N weeks that have one. */
  keepWeekly?: pulumi.Input<number>;
  /** Keep the newest snapshot of each of the last N months that have one. */
  keepMonthly?: pulumi.Input<number>;
  /** Keep the newest snapshot of each of the last N years that have one. */
  keepYearly?: pulumi.Input<number>;
  /** Keep all snapshots younger than this, counted from the newest one: years, months, days, hours, as in `1y5m7d2h`. */
  keepWithin?: pulumi.Input<string>;
}

/** CPU and memory of every pod, as Kubernetes quantities. */
export interface ResourcesArgs {
  /**
   * What the scheduler sets aside.
   *
   * @default { cpu: "250m", memory: "256Mi" }
   */
  requests?: { [name: string]: pulumi.Input<string> };

  /**
   * What a pod may use at most. restic's memory grows with the number of files in the repository: a pod that needs more
   * is killed, exit code 137.
   *
   * @default { memory: "1Gi" }
   */
  limits?: { [name: string]: pulumi.Input<string> };
}

/** The user that the pods run as. */
export interface RunAsArgs {
  /**
   * User id. With 0, pods hold only the capabilities that they need to read every file of the source, and to give
   * restored files back to their owners. Another id needs no capability, reads only what that user may read, and owns
   * what it restores.
   *
   * @default 0
   */
  user?: pulumi.Input<number>;

  /**
   * Group id.
   *
   * @default - the same as `user`
   */
  group?: pulumi.Input<number>;

  /**
   * Group that Kubernetes gives the volumes to, where the storage supports it.
   *
   * @default - volumes stay as they are
   */
  fsGroup?: pulumi.Input<number>;
}

/** How long the Jobs may take, in seconds. */
export interface DeadlinesArgs {
  /**
   * A backup, its retries included. After it the Job has failed; the next one starts by schedule.
   *
   * @default 21600
   */
  backup?: pulumi.Input<number>;

  /**
   * Initialising or checking the repository during `pulumi up`, its retries included. After it the `up` has failed.
   *
   * @default 300
   */
  init?: pulumi.Input<number>;
}
