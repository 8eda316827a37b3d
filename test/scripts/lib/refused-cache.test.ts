import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inBothShells, inBusybox } from "../shell-under-test";
import { backedUp, restored, withMount } from "./restore-trials";

describe("refused-cache.sh", function () {
  this.timeout(240_000);

  inBothShells("lets every command work without a cache that cannot be opened", async (world) => {
    await backedUp(world);
    await writeFile(world.path("file"), "");
    const env = { RESTIC_CACHE_DIR: world.path("file/cache") };
    for (const [script, opens] of [
      ["backup.sh", true],
      ["restore.sh", true],
      ["check.sh", true],
      ["prune.sh", true],
      ["init.sh", false],
    ] as const) {
      const { exitCode, output, report } = await world.run(script, [], { env });
      assert.equal(exitCode, 0, output);
      const words = /works without its cache, .*: unable to open cache: .*\. RESTIC_CACHE_DIR must be a directory/;
      assert.equal(words.test(report.warning ?? ""), opens, output);
    }
  });

  // At the first snapshot that is read, and at an index.
  for (const room of ["12k", "24k"]) {
    inBusybox(`lets a restore go on where there is no room in it any more, at ${room}`, async (world) => {
      for (const content of ["one", "two", "three"]) {
        await writeFile(join(world.source, "file"), content);
        await backedUp(world);
      }
      await withMount(world.path("small"), `size=${room}`, async () => {
        const { report } = await restored(world, 0, { env: { RESTIC_CACHE_DIR: world.path("small") } });
        assert.match(
          report.warning ?? "",
          /works without its cache, .*: Load\(.* no space left on device\. RESTIC_CACHE/,
        );
      });
    });
  }

  inBusybox("lets a backup go on where there is no room in it any more", async (world) => {
    for (const content of ["one", "two", "three"]) {
      await mkdir(join(world.source, content));
      await writeFile(join(world.source, content, "file"), content);
      await backedUp(world);
    }
    await withMount(world.path("small"), "size=12k", async () => {
      const { exitCode, output, report } = await world.run("backup.sh", [], {
        env: { RESTIC_CACHE_DIR: world.path("small") },
      });
      assert.equal(exitCode, 0, output);
      assert.match(report.warning ?? "", /works without its cache, .* no space left on device/);
    });
    const { exitCode, output } = await world.run("check.sh", []);
    assert.equal(exitCode, 0, output);
  });
});
