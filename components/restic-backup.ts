import * as apps from "@pulumi/kubernetes/apps/v1";
import * as batch from "@pulumi/kubernetes/batch/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ResticBackupArgs } from "./args";
import type { Connection } from "./backends/backend";
import { backupCronJob } from "./backup-cron-job";
import { containerScripts } from "./container-scripts";
import { initJob, initJobTimeouts } from "./init-job";
import { labels } from "./naming";
import { announceNewRepository } from "./new-repository";
import { frozenGenerator, generatedPassword, passwordKey } from "./password";
import type { PodRefs } from "./pod-refs";
import { connectionOf } from "./repository";
import { repositoryClaim } from "./repository-claim";
import { restoreDeployment, restoreDeploymentIgnoreChanges } from "./restore-deployment";
import { resolveSettings, type Settings } from "./settings";
import { passwd } from "./users";

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
    const connection = connectionOf(settings.repository);

    const password = createPassword(this, name, settings);
    const credentials = createCredentials(this, name, settings, connection);
    const claimName = createRepositoryClaim(this, name, settings, connection);
    const scripts = new core.ConfigMap(
      `${name}-scripts`,
      { metadata: { namespace: settings.namespace, labels: labels(name) }, data: containerScripts(), immutable: true },
      { parent: this },
    );
    const refs: PodRefs = {
      name,
      host: settings.host ?? pulumi.interpolate`${settings.namespace}-${name}`,
      connection,
      scripts: scripts.metadata.name,
      password: { secretName: password.secretName, key: settings.password?.secretKey ?? passwordKey },
      ...credentials,
      authorities: createAuthorities(this, name, settings, connection),
      users: connection.needsUser ? createUsers(this, name, settings) : undefined,
      serviceAccount: createServiceAccount(this, name, settings, connection),
      repositoryClaim: claimName,
    };

    const init = new batch.Job(`${name}-init`, initJob(settings, refs), {
      parent: this,
      customTimeouts: initJobTimeouts(settings),
    });
    const backup = new batch.CronJob(name, backupCronJob(settings, refs), {
      parent: this,
      dependsOn: init,
      hooks: announceNewRepository(name, connection),
    });
    const restore = new apps.Deployment(`${name}-restore`, restoreDeployment(settings, refs), {
      parent: this,
      ignoreChanges: restoreDeploymentIgnoreChanges,
    });

    this.namespace = pulumi.output(settings.namespace);
    this.repository = connection.url;
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

/**
 * One Secret for all values that are given. Its name is fixed, so that new credentials change nothing in the pods of
 * CronJob and Deployment, and a running restore goes on; it is replaced, so that init sees the change and checks them.
 */
function createCredentials(
  parent: ResticBackup,
  name: string,
  { namespace }: Settings,
  { credentials = [] }: Connection,
): Pick<PodRefs, "credentials" | "credentialsVersion"> {
  // Written out, not taken from the Secret: the pods' templates must stay the same in the preview of its replacement.
  const secretName = `${name}-credentials`;
  const refs = credentials.map((one) => ({ secretName: one.secretName ?? secretName, env: one.env, files: one.files }));
  const values = Object.assign({}, ...credentials.map((one) => one.values ?? {}));
  if (Object.keys(values).length === 0) {
    return { credentials: refs };
  }
  const metadata = { name: secretName, namespace, labels: labels(name) };
  const secret = new core.Secret(
    secretName,
    { metadata, stringData: values, immutable: true },
    { parent, deleteBeforeReplace: true },
  );
  return { credentials: refs, credentialsVersion: secret.metadata.uid };
}

function createAuthorities(
  parent: ResticBackup,
  name: string,
  { namespace }: Settings,
  { authorities }: Connection,
): pulumi.Input<string> | undefined {
  if (authorities?.bundle === undefined) {
    return authorities?.configMapName;
  }
  const metadata = { namespace, labels: labels(name) };
  const data = { "ca.crt": authorities.bundle };
  return new core.ConfigMap(`${name}-authorities`, { metadata, data, immutable: true }, { parent }).metadata.name;
}

function createUsers(parent: ResticBackup, name: string, settings: Settings): pulumi.Output<string> {
  const metadata = { namespace: settings.namespace, labels: labels(name) };
  const data = { passwd: passwd(settings) };
  return new core.ConfigMap(`${name}-users`, { metadata, data, immutable: true }, { parent }).metadata.name;
}

/** Its name is fixed: rights are granted to it by its name, outside of this stack. */
function createServiceAccount(
  parent: ResticBackup,
  name: string,
  { namespace }: Settings,
  { serviceAccount }: Connection,
): pulumi.Input<string> | undefined {
  if (serviceAccount === undefined || serviceAccount.existing !== undefined) {
    return serviceAccount?.existing;
  }
  const { annotations } = serviceAccount;
  const metadata = { name, namespace, labels: labels(name), annotations };
  return new core.ServiceAccount(name, { metadata, automountServiceAccountToken: false }, { parent }).metadata.name;
}

/** The claim outlives the stack: it holds the snapshots. */
function createRepositoryClaim(
  parent: ResticBackup,
  name: string,
  settings: Settings,
  { claim }: Connection,
): pulumi.Input<string> | undefined {
  if (claim === undefined || claim.claimName !== undefined) {
    return claim?.claimName;
  }
  const options = { parent, retainOnDelete: true };
  return new core.PersistentVolumeClaim(`${name}-repository`, repositoryClaim(settings, name, claim), options).metadata
    .name;
}
