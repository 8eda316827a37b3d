import assert from "node:assert/strict";
import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { manifest } from "../manifest";
import { inBothShells } from "../shell-under-test";
import { backedUp, inPlaceOf, restored, restoredWith, stagings, withMount } from "./restore-trials";

/** A kill when what was restored is moved into place; the mark of a restore is moved before. */
const killingMove = 'case "$1" in -[nT]) kill -KILL 0 ;; esac; exec "$real" "$@"';

describe("place.sh", function () {
  this.timeout(240_000);

  inBothShells("shows a directory that was missing with all that is in it, or not at all", async (world) => {
    await writeFile(join(world.source, "second"), "second");
    await chown(world.source, 2001, 2002);
    await backedUp(world);
    // Whoever looks when the last step begins finds nothing.
    const seen = world.path("seen");
    const env = await inPlaceOf(world, "mv", `ls "${world.folder}" >>"${seen}"; exec "$real" "$@"`);
    await restored(world, 0, { env });
    assert.ok(!(await readFile(seen, "utf8")).split("\n").includes("import"));
    assert.deepEqual(await manifest(world.target), await manifest(world.source));
    assert.equal((await stat(world.target)).uid, 2001);
  });

  inBothShells(
    "fills an empty directory, which stays the same for whoever has mounted it or stands in it",
    async (world) => {
      await backedUp(world);
      await mkdir(world.target);
      await chown(world.target, 2001, 2002);
      await chmod(world.target, 0o3770);
      const before = await stat(world.target);
      const { exitCode, output } = await restoredWith(world, ["chown", "fowner", "dac_override"], world.target);
      assert.equal(exitCode, 0, output);
      const { mode, uid, gid, ino } = await stat(world.target);
      assert.deepEqual([mode & 0o7777, uid, gid, ino], [0o3770, 2001, 2002, before.ino]);
      assert.deepEqual(await manifest(world.target), await manifest(world.source));
      assert.deepEqual(await stagings(world), []);
    },
  );

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

  inBothShells("finishes what was killed before its only step", async (world) => {
    await chown(world.source, 2001, 2002);
    await backedUp(world);
    await world.start("restore.sh", [], { env: await inPlaceOf(world, "mv", killingMove) }).outcome;
    assert.equal((await readdir(world.folder)).includes("import"), false);
    const { report } = await restored(world, 0);
    assert.match(report.warning ?? "", /has not finished moving its files into .* That is done first\./);
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
    await chown(world.source, 2001, 2002);
    await backedUp(world);
    await restored(world, 0, { env });
    assert.deepEqual(await manifest(world.target), await manifest(world.source));
    assert.equal((await stat(world.target)).uid, 2001);
  });
});
