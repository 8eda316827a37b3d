import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { secrets } from "./checked-report";
import { inBothShells } from "./shell-under-test";

describe("what all scripts share", function () {
  this.timeout(30_000);

  inBothShells("--help explains each command and its exit codes, and does nothing", async (world) => {
    for (const script of ["init.sh", "backup.sh", "check.sh", "prune.sh", "restore.sh", "standby.sh"]) {
      const shell = join(world.env.PATH as string, world.shell === "dash" ? "dash" : "sh");
      const path = join(__dirname, "..", "..", "scripts", script);
      const { stdout } = await execa(shell, [path, "--help"], { env: { PATH: world.env.PATH }, extendEnv: false });
      assert.match(stdout, /exit codes?:/i);
      assert.match(stdout, / 64 /);
    }
    assert.equal((await readdir(world.folder)).includes("repository"), false);
  });

  inBothShells("refuses rules of retention that would keep no snapshot without a tag", async (world) => {
    const { exitCode, report } = await world.run("backup.sh", [], { env: { BACKUP_RETENTION: "--keep-tag=jira" } });
    assert.equal(exitCode, 64);
    assert.match(report.message, /BACKUP_RETENTION: .*no snapshot without these tags/);
  });

  inBothShells("reports all bad settings at once, and no secret", async (world) => {
    const { exitCode, report } = await world.run("backup.sh", ["--now"], {
      env: {
        RESTIC_REPOSITORY: `rest:https://jira:${secrets[0]}@backup.example.com/jira`,
        RESTIC_PASSWORD_FILE: "/does/not/exist",
        RESTIC_OPTIONS: "--limit-upload=5\nverbose",
        BACKUP_HOST: "",
        BACKUP_PATH: "var/jira/../export",
        BACKUP_RETENTION: "--keep-daily=7\n--prune\n--keep-last=0\n--keep-within=7",
        BACKUP_LOCK_WAIT: "32m",
      },
    });
    assert.equal(exitCode, 64);
    for (const name of [
      /takes no arguments/,
      /RESTIC_REPOSITORY: holds a password/,
      /RESTIC_PASSWORD_FILE: \/does\/not\/exist/,
      /RESTIC_OPTIONS: /,
      /BACKUP_HOST: not set/,
      /BACKUP_PATH: "var/,
      /BACKUP_RETENTION: "--prune"/,
      /BACKUP_RETENTION: "--keep-last=0"/,
      /BACKUP_RETENTION: "--keep-within=7"/,
      /BACKUP_LOCK_WAIT: "32m"/,
    ]) {
      assert.match(report.message, name);
    }
    assert.doesNotMatch(report.message, /"--keep-daily/);
  });

  for (const path of ["/", "/var/jira/", "/var//jira", "/var/./jira", "/var/jira/..", "jira", ""]) {
    inBothShells(`refuses the path "${path}"`, async (world) => {
      const { exitCode, report } = await world.run("backup.sh", [], { env: { BACKUP_PATH: path } });
      assert.equal(exitCode, 64);
      assert.match(report.message, /BACKUP_PATH: /);
    });
  }

  inBothShells("names what the image lacks, and reports even without jq", async (world) => {
    const bin = world.path("empty");
    const { exitCode, report } = await world.run("init.sh", [], { env: { PATH: await withoutJq(world.env, bin) } });
    assert.equal(exitCode, 64);
    assert.match(report.message, /jq does not work here/);
  });

  inBothShells("names a TMPDIR that is not writable", async (world) => {
    const { exitCode, report } = await world.run("init.sh", [], { env: { TMPDIR: "/proc" } });
    assert.equal(exitCode, 64);
    assert.match(report.message, /TMPDIR: .*\/proc/);
  });

  inBothShells("runs without a report file", async (world) => {
    const { exitCode } = await world.run("backup.sh", [], {
      env: { BACKUP_REPORT_FILE: world.path("none"), BACKUP_HOST: "" },
    });
    assert.equal(exitCode, 64);
    assert.equal((await readdir(world.folder)).includes("none"), false);
  });

  inBothShells("cuts a report that Kubernetes would cut in the middle", async (world) => {
    await writeFile(world.path("password"), "");
    const { exitCode, report } = await world.run("backup.sh", [], {
      env: { BACKUP_RETENTION: Array.from({ length: 300 }, (_, index) => `--kéep-${index}=1`).join("\n") },
    });
    assert.equal(exitCode, 64);
    assert.ok(report.message.endsWith("…"));
  });
});

/** A folder with all programs of PATH but jq. */
async function withoutJq(env: Readonly<Record<string, string>>, folder: string): Promise<string> {
  await execa("cp", ["-R", env.PATH as string, folder]);
  await execa("rm", [join(folder, "jq")]);
  return folder;
}
