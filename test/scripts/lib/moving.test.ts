import assert from "node:assert/strict";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { inBothShells, inBusybox } from "../shell-under-test";
import { backedUp, inPlaceOf, restored, stagings } from "./restore-trials";

describe("moving.sh", function () {
  this.timeout(240_000);

  inBothShells("says that RESTORE_PATH itself has another owner", async (world) => {
    await backedUp(world);
    await execa("chown", ["-R", "2001:2001", world.source]);
    await backedUp(world);
    const { report } = await restored(world, 4, { asNobody: true });
    assert.match(report.message, /import itself has another owner or mode/);
  });

  for (const signal of ["TERM", "INT"]) {
    inBusybox(`is not interrupted by SIG${signal}`, async (world) => {
      await backedUp(world);
      for (const full of [false, true]) {
        await rm(world.target, { recursive: true, force: true });
        if (full) {
          await mkdir(world.target);
          await writeFile(join(world.target, "jira.zip"), "mine");
        }
        const env = await inPlaceOf(
          world,
          "mv",
          `case "$1" in -[nT]) kill -${signal} 0; sleep 0.3 ;; esac; exec "$real" "$@"`,
        );
        await restored(world, 0, { env });
        assert.equal((await stat(join(world.target, "jira.zip"))).size, 100_000);
        assert.deepEqual(await stagings(world), []);
      }
    });
  }
});
