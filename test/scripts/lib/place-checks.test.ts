import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { inBothShells } from "../shell-under-test";
import { backedUp, restored } from "./restore-trials";

describe("place-checks.sh", function () {
  this.timeout(240_000);

  inBothShells("copies nothing that cannot be renamed, and says so before anything is moved", async (world) => {
    for (const name of ["dir", "file"]) {
      await mkdir(join(world.source, name));
      await writeFile(join(world.source, name, "file"), "restored");
    }
    await backedUp(world);
    const [lower, upper, work] = ["lower", "upper", "work"].map((name) => world.path(name)) as [string, string, string];
    await Promise.all([lower, upper, work, world.target].map((path) => mkdir(path)));
    await mkdir(join(lower, "dir"));
    await writeFile(join(lower, "dir", "file"), "mine");
    await writeFile(join(lower, "file"), "mine");
    const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work},redirect_dir=off`;
    await execa("mount", ["-t", "overlay", "-o", layers, "overlay", world.target]);
    try {
      const { report } = await restored(world, 1);
      assert.match(report.message, /entries that can only be copied, and not renamed.*is as it was/);
      assert.deepEqual(await readdir(join(world.target, "dir")), ["file"]);
      assert.equal(await readFile(join(world.target, "dir", "file"), "utf8"), "mine");
      assert.equal(await readFile(join(world.target, "file"), "utf8"), "mine");
      assert.deepEqual(
        (await readdir(upper)).filter((name) => !name.startsWith(".restic-backup-restore.")),
        ["file"],
      );
    } finally {
      await execa("umount", [world.target]);
    }
  });
});
