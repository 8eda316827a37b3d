import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { link, mkdir, readdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inBothShells, inBusybox } from "../shell-under-test";
import { backedUp, restored, withMount } from "./restore-trials";

describe("restore-space.sh", function () {
  this.timeout(240_000);

  inBothShells("refuses at once where there is not enough space, and names the way past it", async (world) => {
    await writeFile(join(world.source, "large"), randomBytes(25_000_000));
    const id = await backedUp(world);
    await withMount(world.target, "size=4m", async () => {
      const { report } = await restored(world, 1);
      assert.match(
        report.message,
        /^Not enough space, so nothing was restored: 25\.1 MiB are needed in .*, [34]\.\d MiB are free\. This is an estimate\./,
      );
      assert.ok(report.message.endsWith(`restore.sh --skip-space-check ${id.slice(0, 8)}`));
      assert.deepEqual(await readdir(world.target), []);
    });
  });

  inBothShells("counts a file with several names once", async (world) => {
    await writeFile(join(world.source, "one.bin"), randomBytes(20_000_000));
    for (let name = 2; name <= 6; name++) {
      await link(join(world.source, "one.bin"), join(world.source, `${name}.bin`));
    }
    await backedUp(world);
    await withMount(world.target, "size=32m", async () => {
      assert.equal((await restored(world, 0)).report.bytes, 120_100_000);
    });
  });

  inBusybox("lets the operator say that holes need no space", async (world) => {
    await writeFile(join(world.source, "disk"), "begin");
    await truncate(join(world.source, "disk"), 300_000_000);
    await backedUp(world);
    await withMount(world.target, "size=16m", async () => {
      await restored(world, 1);
      await restored(world, 0, { args: ["--skip-space-check"] });
    });
  });

  inBothShells("refuses paths that would be too long before it restores", async (world) => {
    const parts = [...Array.from({ length: 15 }, () => "d".repeat(250)), "d".repeat(100)];
    await mkdir(join(world.source, ...parts), { recursive: true });
    const rest = 4095 - world.source.length - 1 - parts.join("/").length - 1;
    await writeFile(join(world.source, ...parts, "f".repeat(rest)), "deep");
    await backedUp(world);
    const { report } = await restored(world, 1);
    assert.match(
      report.message,
      /paths would be too long: snapshot .* holds one of 40\d\d bytes below .* bytes shorter than/,
    );
    assert.equal((await readdir(world.folder)).includes("import"), false);
  });

  inBusybox("refuses where there are too few inodes", async (world) => {
    await mkdir(join(world.source, "many"));
    for (let name = 0; name < 100; name++) {
      await writeFile(join(world.source, "many", `${name}`), "");
    }
    await backedUp(world);
    await withMount(world.target, "nr_inodes=50", async () => {
      const { report } = await restored(world, 1);
      assert.match(report.message, /102 files and directories need as many inodes in .*, 4\d are free/);
    });
  });
});
