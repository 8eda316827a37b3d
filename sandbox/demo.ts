import { join } from "node:path";
import { execa } from "execa";
import { environment } from "./environment";
import { up } from "./up";

const root = join(__dirname, "..");
const started = Date.now();
let env: Record<string, string>;

/** The main job, from nothing: a backup of an export of Jira, its loss, and its restore, on a real cluster. */
async function main(): Promise<void> {
  step("A cluster and a Pulumi engine");
  await up((line) => console.log(line));
  env = await environment();

  step("A stand-in for Jira, which writes an export to its volume");
  await run("kubectl", "apply", "-k", join("sandbox", "jira"));
  await run("kubectl", "-n", "jira", "rollout", "status", "deploy/jira", "--timeout=120s");
  await inJira("/opt/jira/export.sh", "/var/jira/export");
  const exported = await checksums("export");

  step("pulumi up of stack dev");
  await run("pulumi", "stack", "select", "--create", "dev");
  await run("pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--suppress-progress", "--stack", "dev");

  step("A backup, from the CronJob that will make it every night");
  const job = `backup-demo-${Math.floor(started / 1000)}`;
  await run("kubectl", "-n", "jira", "create", "job", "--from=cronjob/backup", job);
  await runJob(job);

  step("The export is lost");
  await inJira("sh", "-c", "rm -v /var/jira/export/*");

  step("It is restored by hand, as the runbook says");
  const byHand = ["kubectl", "-n", "jira"] as const;
  await run(...byHand, "scale", "deployment", "backup-restore", "--replicas=1");
  try {
    await run(...byHand, "rollout", "status", "deployment", "backup-restore", "--timeout=120s");
    await run(...byHand, "exec", "-it", "deploy/backup-restore", "--", "/usr/local/bin/restore.sh");
  } finally {
    await run(...byHand, "scale", "deployment", "backup-restore", "--replicas=0");
  }
  compare(exported, await checksums("import"));

  step("Jira goes on, and writes its next export");
  await inJira("/opt/jira/export.sh", "/var/jira/export");
  summary(exported.size);
}

function step(title: string): void {
  console.log(`\n=== ${title} (${seconds()} s)`);
}

function seconds(): string {
  return ((Date.now() - started) / 1000).toFixed(0);
}

/** Shows a command and what it prints, and ends the demo when it fails. */
async function run(program: string, ...args: string[]): Promise<void> {
  console.log(`$ ${[program, ...args].join(" ")}`);
  await execa(program, args, { cwd: root, env, stdin: "ignore", stdout: "inherit", stderr: "inherit" });
}

function inJira(...command: string[]): Promise<void> {
  return run("kubectl", "-n", "jira", "exec", "deploy/jira", "-c", "jira", "--", ...command);
}

/** The log of the Job's pod while it runs; a Job that fails ends the demo. */
async function runJob(job: string): Promise<void> {
  await run("kubectl", "-n", "jira", "wait", "--for=jsonpath={.status.ready}=1", `job/${job}`, "--timeout=60s").catch(
    () => undefined,
  );
  await run("kubectl", "-n", "jira", "logs", "--follow", `job/${job}`);
  await run("kubectl", "-n", "jira", "wait", "--for=condition=Complete", `job/${job}`, "--timeout=300s");
}

/** Checksums of the files of a directory of Jira's volume, by name. */
async function checksums(directory: "export" | "import"): Promise<Map<string, string>> {
  const command = `cd /var/jira/${directory} && find . -type f -name '*.zip' -exec sha256sum {} +`;
  const args = ["-n", "jira", "exec", "deploy/jira", "-c", "jira", "--", "sh", "-c", command];
  const { stdout } = await execa("kubectl", args, { env });
  return new Map(stdout.split("\n").map((line) => [line.slice(66), line.slice(0, 64)]));
}

function compare(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): void {
  console.log("\nchecksums of the export, and of what came back:");
  for (const [name, sum] of before) {
    console.log(`  ${name}\n    ${sum}\n    ${after.get(name) ?? "missing"}`);
    if (after.get(name) !== sum) {
      throw new Error(`${name} did not come back as it was`);
    }
  }
}

function summary(files: number): void {
  console.log(`
=== Done in ${seconds()} s

${files} export${files === 1 ? "" : "s"} of Jira went through a real backup, was lost, and came back byte for byte.

What is there now, in namespace jira: the CronJob backup (every night), the Deployment backup-restore (0 replicas, for
work by hand), the repository and its password. See it with the sandbox's own kubectl and pulumi:

  eval "$(npm run --silent sandbox -- env)"
  kubectl -n jira get cronjob,deploy,job,secret,pvc
  pulumi stack output --stack dev

Next: change the schedule in Pulumi.dev.yaml and run \`pulumi up\`; read "Operating it" in README.md;
end it all with \`npm run sandbox -- down\`.`);
}

main().catch((error: Error) => {
  console.error(`\nThe demo ended after ${seconds()} s, because this failed:\n${error.message.split("\n")[0]}`);
  process.exitCode = 1;
});
