import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { accepted, dated, refused } from "./guard-trials";
import { inBothShells } from "./shell-under-test";
import { withRepository } from "./test-repository";

const hour = 3600;

describe("guards.sh", function () {
  this.timeout(240_000);

  describe("BACKUP_SOURCE_MOUNT", () => {
    inBothShells("refuses a source whose volume is not mounted", async (world) => {
      await refused(world, { BACKUP_SOURCE_MOUNT: world.folder }, /No volume is mounted at/);
    });

    inBothShells("refuses an empty volume, and lost+found does not fill it", async (world) => {
      const volume = world.path("a volume");
      await mkdir(volume);
      await execa("mount", ["-t", "tmpfs", "-o", "size=1m", "none", volume]);
      try {
        await mkdir(join(volume, "lost+found"));
        const env = { BACKUP_SOURCE_MOUNT: volume, BACKUP_PATH: join(volume, "export") };
        await refused(world, env, /volume at .*a volume is empty/);
        await mkdir(join(volume, "export"));
        await writeFile(join(volume, "export", "jira.zip"), "x");
        await accepted(world, env);
      } finally {
        await execa("umount", [volume]);
      }
    });

    inBothShells("lets a mounted volume pass", async (world) => {
      await accepted(world, { BACKUP_SOURCE_MOUNT: `/${world.folder.split("/").slice(1, 3).join("/")}` });
    });
  });

  describe("BACKUP_MIN_FILES and BACKUP_MIN_BYTES", () => {
    inBothShells("count neither directories nor lost+found", async (world) => {
      await mkdir(join(world.source, "lost+found"));
      await writeFile(join(world.source, "lost+found", "#1"), Buffer.alloc(50_000));
      await mkdir(join(world.source, "directory"));
      await refused(world, { BACKUP_MIN_FILES: "2" }, /holds 1 file, fewer than the 2/);
      await refused(world, { BACKUP_MIN_BYTES: "100001" }, /holds 100000 bytes, fewer than the 100001/);
    });

    inBothShells("let what is exactly enough pass, whatever its names", async (world) => {
      await writeFile(join(world.source, "line\nend\n1 9999 x"), "1");
      await writeFile(Buffer.concat([Buffer.from(`${world.source}/`), Buffer.from([0x66, 0xff, 0xfe])]), "22");
      await accepted(world, { BACKUP_MIN_FILES: "3", BACKUP_MIN_BYTES: "100003" });
      await refused(world, { BACKUP_MIN_FILES: "4" }, /holds 3 files/);
    });

    inBothShells("hold for what restic left in the snapshot", async (world) => {
      await withRepository(world);
      await writeFile(join(world.source, "jira.log"), "x");
      const env = { BACKUP_MIN_FILES: "2", BACKUP_EXCLUDES: "*.log", BACKUP_RETENTION: "--keep-last=1" };
      const { exitCode, report } = await world.run("backup.sh", [], { env });
      assert.equal(exitCode, 65);
      assert.match(report.message, /^Snapshot .* holds 1 file of .*It is marked as partial, and retention was skipped/);
    });
  });

  describe("BACKUP_MAX_AGE", () => {
    inBothShells("refuses an old export, and names its newest file", async (world) => {
      await dated(world, "jira.zip", -2 * hour);
      await dated(world, "older.zip", -3 * hour);
      await refused(world, { BACKUP_MAX_AGE: "7000" }, /newest file in .*jira\.zip, is 72\d\d seconds old/);
    });

    inBothShells("does not take a file that is dated in the future for fresh", async (world) => {
      await dated(world, "jira.zip", -2 * hour);
      await dated(world, "tomorrow.zip", 24 * hour);
      await refused(world, { BACKUP_MAX_AGE: "7000" }, /jira\.zip, is 72\d\d seconds old.*clock here, which shows 20/);
      await rm(join(world.source, "jira.zip"));
      await refused(world, { BACKUP_MAX_AGE: "7000" }, /dated in the future.*The clock here shows 20/);
    });

    inBothShells("lets a fresh one pass, a little ahead of the clock too", async (world) => {
      await dated(world, "old.zip", -2 * hour);
      await dated(world, "jira.zip", 60);
      await accepted(world, { BACKUP_MAX_AGE: "100" });
    });
  });

  inBothShells("reports all wrong settings at once", async (world) => {
    const env = {
      BACKUP_SOURCE_MOUNT: "/elsewhere",
      BACKUP_MIN_FILES: "010",
      BACKUP_MIN_BYTES: "1k",
      BACKUP_MAX_AGE: "1d",
      BACKUP_MARKER: "../done",
      BACKUP_CHECK_ZIP: "true",
      BACKUP_MAX_SHRINK: "-1",
    };
    const { exitCode, report } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 64);
    for (const name of Object.keys(env)) {
      assert.match(report.message, new RegExp(`${name}: `));
    }
    const ranges = { BACKUP_SETTLE: "60", BACKUP_SETTLE_WAIT: "30", BACKUP_MAX_SHRINK: "100" };
    const wrong = await world.run("backup.sh", [], { env: ranges });
    assert.equal(wrong.exitCode, 64);
    assert.match(wrong.report.message, /BACKUP_SETTLE_WAIT: 30 is less.*BACKUP_MAX_SHRINK: 100/);
  });
});
