import assert from "node:assert/strict";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { accepted, dated, refused } from "./guard-trials";
import { inBothShells } from "./shell-under-test";
import { until, withRepository } from "./test-repository";

const hour = 3600;

describe("settle.sh", function () {
  this.timeout(240_000);

  describe("BACKUP_SETTLE", () => {
    inBothShells("gives up on a file that keeps changing, with 75", async (world) => {
      const writing = setInterval(() => writeFile(join(world.source, "jira.zip"), `${Date.now()}`), 200);
      try {
        await refused(
          world,
          { BACKUP_SETTLE: "2", BACKUP_SETTLE_WAIT: "4" },
          /still being written after 4 seconds/,
          75,
        );
      } finally {
        clearInterval(writing);
      }
    });

    inBothShells("waits until the last change is old enough", async (world) => {
      await accepted(world, { BACKUP_SETTLE: "3", BACKUP_SETTLE_WAIT: "60" });
      const [{ time }] = JSON.parse(await world.restic("snapshots", "--json", "--no-lock")) as [{ time: string }];
      const { mtimeMs } = await stat(join(world.source, "jira.zip"));
      // Both are compared in whole seconds.
      assert.ok(Date.parse(time) - mtimeMs >= 2000, `${time} is too early`);
    });

    inBothShells("does not wait for what has settled", async (world) => {
      await dated(world, "jira.zip", -60);
      const { output } = await accepted(world, { BACKUP_SETTLE: "30", BACKUP_SETTLE_WAIT: "30" });
      assert.doesNotMatch(output, /Waiting/);
    });

    inBothShells("watches a file that is dated in the future, instead of waiting for that date", async (world) => {
      await dated(world, "jira.zip", 24 * hour);
      const { output } = await accepted(world, { BACKUP_SETTLE: "2", BACKUP_SETTLE_WAIT: "20" });
      assert.match(output, /1 file is dated in the future/);
    });

    inBothShells("sees a file that is dated in the future grow", async (world) => {
      let size = 0;
      const grow = async () => {
        size += 1;
        await writeFile(join(world.source, "jira.zip"), Buffer.alloc(size));
        await dated(world, "jira.zip", 24 * hour);
      };
      await grow();
      const writing = setInterval(grow, 300);
      try {
        await refused(
          world,
          { BACKUP_SETTLE: "2", BACKUP_SETTLE_WAIT: "4" },
          /dated in the future.*still being written/,
          75,
        );
      } finally {
        clearInterval(writing);
      }
    });

    inBothShells("ends its wait at SIGTERM", async (world) => {
      await withRepository(world);
      const running = world.start("backup.sh", [], { env: { BACKUP_SETTLE: "60", BACKUP_SETTLE_WAIT: "60" } });
      await until("the wait", () => running.output().includes("Waiting"));
      process.kill(running.pid, "SIGTERM");
      const { exitCode, report } = await running.outcome;
      assert.equal(exitCode, 130);
      assert.match(report.message, /Nothing was backed up/);
    });
  });

  describe("BACKUP_MARKER", () => {
    inBothShells("waits for it, and gives up with 75", async (world) => {
      const env = { BACKUP_MARKER: "done/export ok", BACKUP_SETTLE_WAIT: "1" };
      await refused(world, env, /marker done\/export ok is not there.*still being written after 1 second,/, 75);
    });

    inBothShells("goes on when it comes", async (world) => {
      await withRepository(world);
      const running = world.start("backup.sh", [], { env: { BACKUP_MARKER: "done", BACKUP_SETTLE_WAIT: "30" } });
      await until("the wait", () => running.output().includes("Waiting"));
      await writeFile(join(world.source, "done"), "");
      assert.equal((await running.outcome).exitCode, 0);
    });
  });

  inBothShells("waits as long as it should when the clock is set meanwhile", async (world) => {
    await withRepository(world);
    const began = Date.now();
    // Each look at this clock shows it ten days later.
    const fake = world.path("fake");
    await mkdir(fake);
    const date = `#!/bin/sh\necho x >>${world.path("looks")}\nn=$(wc -l <${world.path("looks")})\ncase "$*" in +%s) echo $(($(${world.env.PATH}/date +%s) + n * 864000)) ;; *) exec ${world.env.PATH}/date "$@" ;; esac\n`;
    await writeFile(join(fake, "date"), date, { mode: 0o755 });
    const env = { PATH: `${fake}:${world.env.PATH}`, BACKUP_MARKER: "done", BACKUP_SETTLE_WAIT: "4" };
    const { exitCode, report } = await world.run("backup.sh", [], { env });
    assert.equal(exitCode, 75);
    assert.match(report.message, /still being written after 4 seconds/);
    assert.ok(Date.now() - began >= 3000, "it gave up too early");
    await writeFile(join(world.source, "done"), "");
    assert.equal((await world.run("backup.sh", [], { env })).exitCode, 0);
  });
});
