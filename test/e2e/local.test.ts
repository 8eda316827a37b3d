import assert from "node:assert/strict";
import { assertProven } from "../support/proven";
import { deleteNamespace, getJson, kubectl, newNamespace, tryKubectl } from "./support/cluster";
import { OperationError, Stack } from "./support/stack";
import { backUp, byHand, loseAndRestore, reportOf, startWorkload, type Workload } from "./support/workload";

const namespace = "e2e-local";
const config = {
  namespace,
  source: { claimName: "data" },
  // The files are written just before.
  guards: { settle: 0 },
  repository: { local: { size: "1Gi" } },
  schedule: "10 23 * * *",
};

/** Of the cluster's objects the CronJob alone; the component is Pulumi's own record of the arguments. */
const scheduleEdit = ["update ResticBackup backup", "update CronJob backup"];

interface Pod {
  metadata: { name: string; uid: string };
  status: { phase: string; podIP: string };
}

/** The life of one stack with a repository on a claim, in order: each step stands on the one before. */
describe("e2e: a stack with a local repository", function () {
  this.timeout(600_000);
  let stack: Stack;
  let workload: Workload;
  let lastSnapshot: unknown;

  before(async () => {
    await newNamespace(namespace);
    workload = await startWorkload(namespace);
    stack = await Stack.create("e2e-local");
    await stack.configure(config);
  });

  after(async () => {
    await stack.remove();
    await deleteNamespace(namespace);
  });

  it("is a row of the README", () =>
    assertProven("local", "PersistentVolumeClaim", "new claim, taken over as an existing one"));

  it("is created whole by the first up, which initialises the repository", async () => {
    const { changes } = await stack.up();
    assert.deepEqual([...changes].sort(), [
      "create ConfigMap backup-scripts",
      "create CronJob backup",
      "create CronJob backup-check",
      "create Deployment backup-restore",
      "create Job backup-init",
      "create PersistentVolumeClaim backup-repository",
      "create RandomPassword backup-password",
      "create ResticBackup backup",
      "create Secret backup-password",
      "create Stack restic-backup-e2e-local",
    ]);
    const { initJobName } = await stack.outputs();
    const report = reportOf(await kubectl("-n", namespace, "logs", `job/${initJobName}`));
    assert.equal(report.result, "success");
    assert.match(String(report.repositoryId), /^[0-9a-f]{64}$/);
  });

  it("is not changed by a second up", async () => {
    assert.deepEqual((await stack.up()).changes, []);
  });

  it("initialises again without harm, by hand", async () => {
    const report = reportOf(await byHand(namespace, "/usr/local/bin/init.sh"));
    assert.deepEqual([report.command, report.result], ["init", "success"]);
  });

  it("backs up from the CronJob's Job, read-only and without rights", async () => {
    const report = await backUp(namespace);
    assert.equal(report.result, "success");
    assert.equal(report.files, 4);
    assert.match(String(report.snapshot), /^[0-9a-f]{64}$/);
  });

  it("restores what was lost, byte for byte", () => loseAndRestore(workload));

  it("backs up by hand", async () => {
    const report = reportOf(await byHand(namespace, "/usr/local/bin/backup.sh"));
    assert.deepEqual([report.command, report.result], ["backup", "success"]);
  });

  it("takes a new schedule into the CronJob, and replaces nothing", async () => {
    await stack.configure({ ...config, schedule: "5 4 * * *" });
    assert.deepEqual((await stack.up()).changes, scheduleEdit);
    const { spec } = await getJson<{ spec: { schedule: string } }>("-n", namespace, "cronjob", "backup");
    assert.equal(spec.schedule, "5 4 * * *");
  });

  it("leaves a restore alone that runs while the schedule changes", async () => {
    await workload.sh("dd if=/dev/urandom of=export/large.zip bs=1M count=64 2>/dev/null");
    await backUp(namespace);
    await workload.sh("rm -rf import/*");
    await kubectl("-n", namespace, "scale", "deployment", "backup-restore", "--replicas=1");
    await kubectl("-n", namespace, "rollout", "status", "deployment", "backup-restore");
    const [before] = await restorePods();
    // Held up in mid-restore, so that the edit surely falls into it.
    const restore = kubectl(
      ...["-n", namespace, "exec", "deploy/backup-restore", "--", "sh", "-c"],
      "RESTIC_OPTIONS=--limit-download=4096 exec /usr/local/bin/restore.sh",
    );
    await stack.configure({ ...config, schedule: "6 5 * * *" });
    const { changes } = await stack.up();
    assert.deepEqual(changes, scheduleEdit);
    const [after] = await restorePods();
    assert.equal(after?.metadata.uid, before?.metadata.uid);
    assert.equal(reportOf(await restore).result, "success");
    const { spec } = await getJson<{ spec: { replicas: number } }>("-n", namespace, "deployment", "backup-restore");
    assert.equal(spec.replicas, 1);
    assert.equal(await workload.sh("cmp export/large.zip import/large.zip && echo same"), "same");
    await kubectl("-n", namespace, "scale", "deployment", "backup-restore", "--replicas=0");
  });

  it("loses nothing when a backup is killed, and the next one needs no human", async () => {
    await workload.sh("rm -rf import/*");
    const before = await workload.manifest("export");
    const { snapshot } = await backUp(namespace);
    await workload.sh("dd if=/dev/urandom of=export/huge.zip bs=1M count=512 2>/dev/null");
    await kubectl("-n", namespace, "create", "job", "--from=cronjob/backup", "killed");
    await kubectl("-n", namespace, "wait", "--for=jsonpath={.status.ready}=1", "job/killed", "--timeout=60s");
    await kubectl("-n", namespace, "delete", "pod", "--selector", "job-name=killed", "--grace-period=0", "--force");
    await kubectl("-n", namespace, "wait", "--for=condition=Complete", "job/killed", "--timeout=180s");
    lastSnapshot = (await backUp(namespace)).snapshot;
    await workload.sh("rm -rf export/huge.zip import/*");
    assert.equal(reportOf(await byHand(namespace, "/usr/local/bin/restore.sh", String(snapshot))).result, "success");
    assert.equal(files(await workload.manifest("import")), files(before));
  });

  it("has a password that is in no output, log or object in plain text", async () => {
    const { repositoryPassword } = await stack.outputs();
    assert.match(String(repositoryPassword), /^[A-Za-z0-9]{40}$/);
    const { text } = await stack.preview();
    const described = await kubectl("-n", namespace, "describe", "cronjob,deployment,job,pod,configmap");
    for (const where of [text, described, await stack.state()]) {
      assert.equal(where.includes(String(repositoryPassword)), false);
    }
  });

  it("leaves the password and the repository in place when it is destroyed", async () => {
    const { passwordSecretName, repositoryClaimName } = await stack.outputs();
    await stack.destroy();
    assert.equal(
      (await tryKubectl("-n", namespace, "get", "cronjob,deployment,job,configmap/backup-scripts")).text.includes(
        "backup",
      ),
      false,
    );
    await kubectl("-n", namespace, "get", "secret", String(passwordSecretName));
    await kubectl("-n", namespace, "get", "persistentvolumeclaim", String(repositoryClaimName));
    // A new password does not open it, and `up` says so.
    await stack.configure({ ...config, repository: { local: { claimName: repositoryClaimName } } });
    await assert.rejects(stack.up(), (error) => {
      assert.ok(error instanceof OperationError);
      assert.match(error.message, /"command":"init","result":"failure","exitCode":12/);
      assert.match(error.message, /wrong password/);
      return true;
    });
    // What is left is enough to restore: a new stack takes both over.
    await stack.configure({
      ...config,
      repository: { local: { claimName: repositoryClaimName } },
      password: { secretName: passwordSecretName },
    });
    await stack.up();
    await workload.sh("rm -rf export import/* && mkdir export");
    const { snapshot } = reportOf(await byHand(namespace, "/usr/local/bin/restore.sh"));
    assert.equal(snapshot, lastSnapshot);
  });

  async function restorePods(): Promise<Pod[]> {
    const selector = "app.kubernetes.io/component=restore";
    return (await getJson<{ items: Pod[] }>("-n", namespace, "pod", "--selector", selector)).items;
  }

  function files(manifest: string): string {
    return manifest
      .split("\n")
      .filter((line) => /^[0-9a-f]{64} /.test(line))
      .join("\n");
  }
});
