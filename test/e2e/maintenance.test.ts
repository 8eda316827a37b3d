import assert from "node:assert/strict";
import { zip } from "../scripts/zip";
import { apply, deleteNamespace, getJson, kubectl, newNamespace } from "./support/cluster";
import { type Config, Stack } from "./support/stack";
import { byHand, reportOf, startWorkload, type Workload } from "./support/workload";

const namespace = "e2e-maintenance";

/** Guards, steps, retention, check and prune, each in a pod of its own as the CronJobs make them. */
describe("e2e: a repository that is looked after", function () {
  this.timeout(600_000);
  let stack: Stack;
  let workload: Workload;
  const config: Config = {
    namespace,
    source: { claimName: "data" },
    repository: { local: { size: "1Gi" } },
    retention: { keepLast: 1 },
    guards: { settle: 0, zip: true },
    check: { parts: 2 },
    deadlines: { backup: 90 },
    placement: { workloadLabels: { app: "none-such" }, tolerations: [{ operator: "Exists" }] },
    selection: { additionalPaths: ["/scratch"], excludes: ["*.tmp"], tags: ["nightly"] },
    steps: {
      before: [step("dump", "echo rows > /scratch/dump.sql"), { ...step("sigh", "exit 7"), optional: true }],
      after: [step("tell", "echo told > /var/jira/told"), step("look", "! ls /etc/restic")],
    },
  };

  before(async () => {
    await newNamespace(namespace);
    [stack, workload] = await Promise.all([Stack.create(namespace), startWorkload(namespace)]);
    // The guard on zips wants a whole one.
    await workload.sh(
      `rm export/*.zip; ${zipped("export/jira.zip")}; : > export/left-out.tmp; chown -R 2001:2001 export`,
    );
    await stack.configure(config);
    await stack.up();
  });

  after(async () => {
    await stack.remove();
    await deleteNamespace(namespace);
  });

  it("backs up between its steps, what a step has dumped too, and not what is excluded", async () => {
    await kubectl("-n", namespace, "create", "job", "--from=cronjob/backup", "with-steps");
    await kubectl("-n", namespace, "wait", "--for=condition=Complete", "job/with-steps", "--timeout=150s");
    const log = (container: string) => kubectl("-n", namespace, "logs", "job/with-steps", "-c", container);
    assert.equal(reportOf(await log("restic")).result, "success");
    assert.match(await log("sigh"), /Step sigh, before the backup, failed: sh ended with code 7. It is optional/);
    assert.equal(await workload.sh("cat told"), "told");
    const files = await inRestorePod("restic ls latest --no-lock --json | jq -r 'select(.type == \"file\").path'");
    assert.ok(files.includes("/scratch/dump.sql") && files.includes("/var/jira/export/jira.zip"), files);
    assert.equal(files.includes("left-out.tmp"), false);
  });

  it("checks one part after the other, and gives space back", async () => {
    assert.equal((await run("check")).part, 1);
    assert.equal((await run("check")).part, 2);
    await workload.sh("dd if=/dev/urandom of=export/notes.txt bs=64k count=8 2>/dev/null");
    const job = `backup-${Date.now()}`;
    await kubectl("-n", namespace, "create", "job", "--from=cronjob/backup", job);
    await kubectl("-n", namespace, "wait", "--for=condition=Complete", `job/${job}`, "--timeout=85s");
    const { retention } = reportOf(await kubectl("-n", namespace, "logs", `job/${job}`, "-c", "restic"));
    assert.match(String(retention), /1 removed/);
    assert.equal((await run("prune")).result, "success");
  });

  it("stops retention and prune when a pack is damaged, until a human says that it is mended", async () => {
    // As a failing disk would do it, seen from the pod that has the volume.
    await inRestorePod(
      "for pack in $(find /repository/data -type f); do printf x | dd of=$pack bs=1 seek=40 conv=notrunc; done",
    );
    const reports = [await failed("check"), await failed("prune")];
    assert.deepEqual(
      reports.map(({ exitCode }) => exitCode),
      [67, 67],
    );
    assert.match(String(reports[1]?.message), /clear-damage/);
  });

  it("fails at once, and backs nothing up, when the export is empty", async () => {
    await workload.sh("rm -rf export/*");
    const { exitCode, message } = await failed("backup");
    assert.equal(exitCode, 65);
    assert.match(String(message), /no file|too few/i);
  });

  it("ends a backup that finds no node by its deadline, and lets the next one run", async () => {
    const job = JSON.parse(
      await kubectl(
        ...["-n", namespace, "create", "job", "--from=cronjob/backup", "nowhere", "--dry-run=client", "-o", "json"],
      ),
    );
    job.spec.template.spec.nodeSelector = { disk: "none-such" };
    await apply(job);
    await kubectl("-n", namespace, "wait", "--for=condition=Failed", "job/nowhere", "--timeout=150s");
    const { status } = await getJson<{ status: { conditions: { reason: string }[] } }>(
      "-n",
      namespace,
      "job",
      "nowhere",
    );
    assert.ok(status.conditions.some(({ reason }) => reason === "DeadlineExceeded"));
    assert.deepEqual((await getJson<{ items: [] }>("-n", namespace, "pod", "-l", "job-name=nowhere")).items, []);
    await workload.sh(`${zipped("export/jira.zip")}; chown -R 2001:2001 export`);
    await kubectl("-n", namespace, "create", "job", "--from=cronjob/backup", "again");
    const ended = "--for=jsonpath={.status.conditions}";
    await kubectl("-n", namespace, "wait", ended, "job/again", "--timeout=150s");
    // It is written, and says that the repository is damaged.
    assert.equal(reportOf(await kubectl("-n", namespace, "logs", "job/again", "-c", "restic")).exitCode, 67);
  });

  /** A Job of the CronJob `backup-check` or `backup-prune`. */
  async function run(role: "check" | "prune"): Promise<Record<string, unknown>> {
    const job = `${role}-${Date.now()}`;
    await kubectl("-n", namespace, "create", "job", `--from=cronjob/backup-${role}`, job);
    await kubectl("-n", namespace, "wait", "--for=condition=Complete", `job/${job}`, "--timeout=150s");
    return reportOf(await kubectl("-n", namespace, "logs", `job/${job}`));
  }

  /** One that must fail without another try. */
  async function failed(role: "check" | "prune" | "backup"): Promise<Record<string, unknown>> {
    const job = `${role}-${Date.now()}`;
    const cronJob = role === "backup" ? "backup" : `backup-${role}`;
    await kubectl("-n", namespace, "create", "job", `--from=cronjob/${cronJob}`, job);
    await kubectl("-n", namespace, "wait", "--for=condition=Failed", `job/${job}`, "--timeout=150s");
    const pods = await getJson<{ items: object[] }>("-n", namespace, "pod", "-l", `job-name=${job}`);
    assert.equal(pods.items.length, 1, "it was tried again");
    return reportOf(await kubectl("-n", namespace, "logs", `job/${job}`, "-c", "restic"));
  }

  function inRestorePod(command: string): Promise<string> {
    return byHand(namespace, "sh", "-c", command);
  }
});

/** A step in an image that has a shell and `timeout`. */
function step(name: string, script: string): Config {
  return { name, image: "restic/restic:0.19.1", command: ["sh", "-c", script], writesSource: name === "tell" };
}

/** A command that writes a whole zip, which busybox cannot make. */
function zipped(path: string): string {
  return `echo ${zip("entities.xml").toString("base64")} | base64 -d > ${path}`;
}
