import assert from "node:assert/strict";
import { chmod, chown, mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { manifest } from "../manifest";
import { inBothShells, inBusybox } from "../shell-under-test";
import { backedUp, forNobodyBut, restored, stagings, withMount } from "./restore-trials";

describe("staging.sh", function () {
  this.timeout(240_000);

  inBothShells("makes what is missing above RESTORE_PATH, for the owner of what is there", async (world) => {
    await chown(world.source, 2003, 2004);
    await chmod(world.source, 0o2710);
    await backedUp(world);
    await mkdir(world.path("volume"));
    await chown(world.path("volume"), 2001, 2002);
    const env = { RESTORE_PATH: world.path("volume/a b/c/import") };
    await restored(world, 0, { env });
    const modes = await Promise.all(
      ["volume/a b", "volume/a b/c", "volume/a b/c/import"].map(async (name) => {
        const { mode, uid, gid } = await stat(world.path(name));
        return [(mode & 0o7777).toString(8), uid, gid];
      }),
    );
    assert.deepEqual(modes, [
      ["755", 2001, 2002],
      ["755", 2001, 2002],
      ["2710", 2003, 2004],
    ]);
    assert.deepEqual(await readdir(world.path("volume/a b/c")), ["import"]);
  });

  inBothShells("follows a link to where RESTORE_PATH is", async (world) => {
    await backedUp(world);
    await mkdir(world.path("real"));
    await symlink(world.path("real"), world.target);
    await restored(world, 0);
    assert.equal(await readlink(world.target), world.path("real"));
    assert.deepEqual(await manifest(world.path("real")), await manifest(world.source));
  });

  inBothShells("says why it cannot write, and changes nothing", async (world) => {
    await backedUp(world);
    await writeFile(world.target, "a file");
    const file = await restored(world, 1);
    assert.match(file.report.message, /is no directory/);
    assert.equal(await readFile(world.target, "utf8"), "a file");
    await rm(world.target);
    await symlink(world.path("nowhere"), world.target);
    assert.match((await restored(world, 1)).report.message, /a link to one that is missing/);
    await rm(world.target);
    await withMount(world.target, "size=1m", async () => {
      await execa("mount", ["-o", "remount,ro", world.target]);
      assert.match((await restored(world, 1)).report.message, /cannot write to .*: .*Read-only file system/);
      const missing = { env: { RESTORE_PATH: join(world.target, "a", "b") } };
      assert.match((await restored(world, 1, missing)).report.message, /cannot write to .*: .*Read-only file system/);
    });
  });

  inBothShells("says who may not write to the directory, or enter it", async (world) => {
    await backedUp(world);
    await mkdir(world.target);
    await writeFile(join(world.target, "mine"), "mine");
    await forNobodyBut(world, [world.target, 0]);
    for (const [mode, words] of [
      [0o555, /user 65534 cannot write to .*: .*Permission denied/],
      [0o700, /user 65534 may not enter/],
    ] as const) {
      await chmod(world.target, mode);
      const { exitCode, output } = await world.start("restore.sh", [], { asNobody: true }).outcome;
      assert.equal(exitCode, 1, output);
      assert.match(output, words);
    }
    assert.deepEqual(await readdir(world.target), ["mine"]);
  });

  inBothShells("restores into the directory that was backed up, and backs up nothing of restores", async (world) => {
    const env = { RESTORE_PATH: world.source };
    await backedUp(world, { env });
    await writeFile(join(world.source, "jira.zip.part"), "new");
    await restored(world, 0, { env });
    await mkdir(join(world.source, ".restic-backup-restore.abcdef"));
    await writeFile(join(world.source, ".restic-backup-restore.abcdef", "staged"), "staged");
    const { report } = await world.run("backup.sh", [], { env });
    assert.equal(report.files, 2, report.message);
  });

  inBothShells("leaves a user's own .restic-restore alone, in the snapshot and in the target", async (world) => {
    for (const name of [".restic-restore", ".restic-backup-restore.abcdef", ".restic-backup-restore"]) {
      await mkdir(join(world.target, name), { recursive: true });
      await writeFile(join(world.target, name, "mine"), "of the user");
      await mkdir(join(world.source, name));
      await writeFile(join(world.source, name, "file"), "of the source");
    }
    await world.restic("init").catch(() => {});
    await world.restic("backup", "--host", "jira-backup", world.source);
    await restored(world, 0);
    const aside = (await readdir(world.target)).find((name) => name.startsWith("before-restore-")) as string;
    for (const name of [".restic-restore", ".restic-backup-restore.abcdef", ".restic-backup-restore"]) {
      assert.equal(await readFile(join(world.target, name, "file"), "utf8"), "of the source");
      assert.equal(await readFile(join(world.target, aside, name, "mine"), "utf8"), "of the user");
    }
  });

  inBusybox("leaves nothing behind", async (world) => {
    await backedUp(world);
    await restored(world, 0);
    await restored(world, 0);
    assert.deepEqual(await stagings(world), []);
  });
});
