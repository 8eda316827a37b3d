import assert from "node:assert/strict";
import { chmod, chown, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { manifest } from "../manifest";
import { inBothShells } from "../shell-under-test";
import { backedUp, inPlaceOf, restored, restoredWith, stagings, withMount } from "./restore-trials";

describe("place.sh", function () {
  this.timeout(90_000);

  inBothShells("replaces an empty directory as a whole, with its owner and mode", async (world) => {
    await backedUp(world);
    await mkdir(world.target);
    await chown(world.target, 2001, 2002);
    await chmod(world.target, 0o3770);
    const before = await stat(world.target);
    await restored(world, 0);
    const { mode, uid, gid, ino } = await stat(world.target);
    assert.deepEqual([mode & 0o7777, uid, gid], [0o3770, 2001, 2002]);
    assert.notEqual(ino, before.ino);
    assert.deepEqual(await manifest(world.target), await manifest(world.source));
  });

  inBothShells("does not pull a directory away from under somebody who stands in it", async (world) => {
    await backedUp(world);
    await mkdir(world.target);
    const before = await stat(world.target);
    const { exitCode, output } = await restoredWith(world, ["chown", "fowner", "dac_override"], world.target);
    assert.equal(exitCode, 0, output);
    assert.equal((await stat(world.target)).ino, before.ino);
    assert.deepEqual(await manifest(world.target), await manifest(world.source));
    assert.deepEqual(await stagings(world), []);
  });

  inBothShells("fills a mount point", async (world) => {
    await backedUp(world);
    await withMount(world.target, "size=8m,mode=2775,uid=2001,gid=2002", async () => {
      await restored(world, 0);
      assert.deepEqual(await readdir(world.target), ["jira.zip"]);
      const { mode, uid, gid } = await stat(world.target);
      assert.deepEqual([mode & 0o7777, uid, gid], [0o2775, 2001, 2002]);
    });
  });

  inBothShells("keeps the mode of a directory that its owner may not write to", async (world) => {
    await chmod(world.source, 0o555);
    await chown(world.source, 65534, 65534);
    await chown(join(world.source, "jira.zip"), 65534, 65534);
    await backedUp(world);
    await restored(world, 0, { asNobody: true });
    assert.equal((await stat(world.target)).mode & 0o7777, 0o555);
  });

  inBothShells("finishes after a kill between its two steps", async (world) => {
    await backedUp(world);
    await mkdir(world.target);
    await chown(world.target, 2001, 2002);
    const killed = world.start("restore.sh", [], { env: await inPlaceOf(world, "mv", "kill -KILL 0") });
    await killed.outcome;
    assert.equal((await readdir(world.folder)).includes("import"), false);
    const { report } = await restored(world, 0);
    assert.match(report.warning ?? "", /was killed while it moved its files into .* That is finished first\./);
    const [aside, ...names] = (await readdir(world.target)).sort();
    assert.match(aside ?? "", /^before-restore-/);
    assert.deepEqual(names, ["jira.zip"]);
    assert.equal((await stat(world.target)).uid, 2001);
    assert.deepEqual(await stagings(world), []);
  });

  inBothShells("moves entry by entry where the rename fails", async (world) => {
    await writeFile(join(world.source, "second"), "second");
    await backedUp(world);
    const env = await inPlaceOf(
      world,
      "mv",
      `case "$*" in "-T "*/new*) echo "mv: no such luck" >&2; exit 1 ;; esac; exec "$real" "$@"`,
    );
    await mkdir(world.target);
    await chown(world.target, 2001, 2002);
    await restored(world, 0, { env });
    assert.deepEqual(await manifest(world.target), await manifest(world.source));
    assert.equal((await stat(world.target)).uid, 2001);
  });
});
