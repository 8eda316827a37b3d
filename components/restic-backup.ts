import * as apps from "@pulumi/kubernetes/apps/v1";
import * as batch from "@pulumi/kubernetes/batch/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ResticBackupArgs } from "./args";
import { backupCronJob } from "./backup-cron-job";
import { containerScripts } from "./container-scripts";
import { initJob, initJobReplaceOnChanges, initJobTimeouts } from "./init-job";
import { labels } from "./naming";
import { frozenGenerator, generatedPassword, passwordKey } from "./password";
import type { PodRefs } from "./pod-template";
import { type Repository, repositoryOf } from "./repository";
import { repositoryClaim } from "./repository-claim";
import { restoreDeployment, restoreDeploymentIgnoreChanges } from "./restore-deployment";
import { resolveSettings, type Settings } from "./settings";

/**
 * restic backups of one Kubernetes volume: the repository's password, a Job that initialises the repository, a CronJob
 * that backs up, and a Deployment at 0 replicas for work by hand.
 *
 * `pulumi destroy` and replacements leave the password's Secret and the claim of a local repository in place.
 */
export class ResticBackup extends pulumi.ComponentResource {
  /** Namespace of all objects. */
  public readonly namespace: pulumi.Output<string>;
  /** Location of the repository in restic's notation, without credentials. */
  public readonly repository: pulumi.Output<string>;
  /** The name under which snapshots are filed. */
  public readonly host: pulumi.Output<string>;
  /** Name of the CronJob that backs up. */
  public readonly cronJobName: pulumi.Output<string>;
  /** Name of the Deployment for work by hand. */
  public readonly restoreDeploymentName: pulumi.Output<string>;
  /** Name of the Job that initialised or checked the repository last. */
  public readonly initJobName: pulumi.Output<string>;
  /** Name of the Secret with the repository's password. */
  public readonly passwordSecretName: pulumi.Output<string>;
  /** Name of the claim that holds a local repository. */
  public readonly repositoryClaimName: pulumi.Output<string | undefined>;
  /** The repository's password, as a secret, to be kept outside the cluster. Not known when it is in a Secret of yours. */
  public readonly repositoryPassword: pulumi.Output<string | undefined>;
  /** Command that starts a backup now. */
  public readonly backupNowCommand: pulumi.Output<string>;
  /** Commands that restore the newest snapshot, one a line. */
  public readonly restoreCommands: pulumi.Output<string>;

  /** @throws `RunError` with all problems of `name` and `args` at once. */
  constructor(name: string, args: ResticBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    const settings = resolveSettings(name, args);
    super("restic-backup:index:ResticBackup", name, settings, opts);
    const repository = repositoryOf(settings);

    const password = createPassword(this, name, settings);
    const credentials = createCredentials(this, name, settings, repository);
    const claimName = createRepositoryClaim(this, name, settings, repository);
    const scripts = new core.ConfigMap(
      `${name}-scripts`,
      { metadata: { namespace: settings.namespace, labels: labels(name) }, data: containerScripts(), immutable: true },
      { parent: this },
    );
    const refs: PodRefs = {
      name,
      host: settings.host ?? pulumi.interpolate`${settings.namespace}-${name}`,
      repository,
      scripts: scripts.metadata.name,
      password: { secretName: password.secretName, key: settings.password?.secretKey ?? passwordKey },
      credentials,
      repositoryClaim: claimName,
    };

    const init = new batch.Job(`${name}-init`, initJob(settings, refs), {
      parent: this,
      replaceOnChanges: initJobReplaceOnChanges,
      customTimeouts: initJobTimeouts(settings),
    });
    const backup = new batch.CronJob(name, backupCronJob(settings, refs), { parent: this, dependsOn: init });
    const restore = new apps.Deployment(`${name}-restore`, restoreDeployment(settings, refs), {
      parent: this,
      ignoreChanges: restoreDeploymentIgnoreChanges,
    });

    this.namespace = pulumi.output(settings.namespace);
    this.repository = repository.url;
    this.host = pulumi.output(refs.host);
    this.cronJobName = backup.metadata.name;
    this.restoreDeploymentName = restore.metadata.name;
    this.initJobName = init.metadata.name;
    this.passwordSecretName = pulumi.output(password.secretName);
    this.repositoryClaimName = pulumi.output(claimName);
    this.repositoryPassword = pulumi.secret(password.value);
    this.backupNowCommand = pulumi.interpolate`kubectl -n ${this.namespace} create job --from=cronjob/${this.cronJobName} ${this.cronJobName}-$(date +%s)`;
    const kubectl = pulumi.interpolate`kubectl -n ${this.namespace}`;
    const deployment = this.restoreDeploymentName;
    this.restoreCommands = pulumi.interpolate`${kubectl} scale deployment ${deployment} --replicas=1
${kubectl} rollout status deployment ${deployment}
${kubectl} exec -it deploy/${deployment} -- /usr/local/bin/restore.sh
${kubectl} scale deployment ${deployment} --replicas=0`;
    this.registerOutputs({
      namespace: this.namespace,
      repository: this.repository,
      host: this.host,
      cronJobName: this.cronJobName,
      restoreDeploymentName: this.restoreDeploymentName,
      initJobName: this.initJobName,
      passwordSecretName: this.passwordSecretName,
      repositoryClaimName: this.repositoryClaimName,
      repositoryPassword: this.repositoryPassword,
      backupNowCommand: this.backupNowCommand,
      restoreCommands: this.restoreCommands,
    });
  }
}

interface Password {
  readonly secretName: pulumi.Input<string>;
  readonly value: pulumi.Input<string> | undefined;
}

/** The password's Secret outlives the stack: without it the snapshots are lost. */
function createPassword(parent: ResticBackup, name: string, { namespace, password }: Settings): Password {
  if (password?.secretName !== undefined) {
    return { secretName: password.secretName, value: undefined };
  }
  const value = password?.value ?? generatePassword(parent, name);
  const secret = new core.Secret(
    `${name}-password`,
    {
      metadata: { namespace, labels: labels(name) },
      stringData: { [passwordKey]: value },
      immutable: true,
    },
    { parent, retainOnDelete: true },
  );
  return { secretName: secret.metadata.name, value };
}

function generatePassword(parent: ResticBackup, name: string): pulumi.Output<string> {
  const options = { parent, ignoreChanges: frozenGenerator };
  return new random.RandomPassword(`${name}-password`, generatedPassword, options).result;
}

function createCredentials(
  parent: ResticBackup,
  name: string,
  { namespace }: Settings,
  { credentials, credentialsSecret }: Repository,
): PodRefs["credentials"] {
  if (credentialsSecret !== undefined) {
    return { secretName: credentialsSecret.name, keys: credentialsSecret.keys };
  }
  const keys = Object.keys(credentials);
  if (keys.length === 0) {
    return undefined;
  }
  const secret = new core.Secret(
    `${name}-credentials`,
    { metadata: { namespace, labels: labels(name) }, stringData: credentials, immutable: true },
    { parent },
  );
  return { secretName: secret.metadata.name, keys };
}

/** The claim outlives the stack: it holds the snapshots. */
function createRepositoryClaim(
  parent: ResticBackup,
  name: string,
  settings: Settings,
  { claim }: Repository,
): pulumi.Input<string> | undefined {
  if (claim === undefined || claim.claimName !== undefined) {
    return claim?.claimName;
  }
  const options = { parent, retainOnDelete: true };
  return new core.PersistentVolumeClaim(`${name}-repository`, repositoryClaim(settings, name, claim), options).metadata
    .name;
}
