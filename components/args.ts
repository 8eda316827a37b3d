import type * as pulumi from "@pulumi/pulumi";
import type { GuardsArgs } from "./guards";
import type { CheckArgs, PruneArgs } from "./maintenance";
import type { PlacementArgs } from "./placement";
import type { RepositoryArgs } from "./repository-args";
import type { RetentionArgs } from "./retention";
import type { SelectionArgs } from "./selection";
import type { StepsArgs } from "./steps";
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
   * 0–6), or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. `H` is a number that depends on namespace and name of
   * the instance, so that many do not start at once: `H 23 * * *`, `H H(1-4) * * *`. A change updates the CronJob and
   * replaces nothing. See https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
   *
   * @default "10 23 * * *"
   */
  schedule?: pulumi.Input<string>;

  /**
   * Start nothing by schedule, until it is `false` again. Work by hand goes on, and so does what runs.
   *
   * @default false
   */
  suspend?: pulumi.Input<boolean>;

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

  /** The daily check of a part of the repository. */
  check?: CheckArgs;

  /** The weekly giving back of space. */
  prune?: PruneArgs;

  /**
   * The name under which snapshots are filed (`restic --host`). Changing it starts a new series: the next backup reads
   * everything again, and retention no longer sees the old snapshots.
   *
   * @default - "<namespace>-<name of the component>"
   */
  host?: pulumi.Input<string>;

  /**
   * Id of the repository, 64 hexadecimal digits as in the reports. With it, a repository that is gone, or another one in
   * its place, is an alarm (exit codes 10 and 66), and never a reason to initialise one.
   *
   * @default - init makes a repository where there is none
   */
  repositoryId?: pulumi.Input<string>;

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

  /** What is backed up beside `source.path`, and what is left out. */
  selection?: SelectionArgs;

  /** What the source must look like before a backup. */
  guards?: GuardsArgs;

  /** Containers of one's own before and after a backup. */
  steps?: StepsArgs;

  /** Where the pods run. */
  placement?: PlacementArgs;

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
   * Directory into which `restore.sh` puts files: below `mountPath`, not inside `path`, and made when missing. Where it
   * lies in what is backed up, because that is the whole volume, it is left out of backups.
   *
   * @default "/var/jira/import"
   */
  restorePath?: pulumi.Input<string>;
}

/** The repository's password: either `value`, or `secretName`. */
export interface PasswordArgs {
  /**
   * The password itself, for a repository that exists already. It is kept in a Secret. White space around it is refused,
   * because restic takes it away from a password in a file. Where the repository was made with a line end behind its
   * password, as a variable may hold it, give the password without: the scripts find that out. One with other white space
   * around it comes by `secretName`.
   */
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
