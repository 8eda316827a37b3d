import assert from "node:assert/strict";
import { writeLock } from "../faults/locks";
import { holdExclusiveLock, holdLock } from "./holding";
import { inBothShells } from "./shell-under-test";
import { locks, until, withRepository } from "./test-repository";

describe("locks.sh", function () {
  this.timeout(240_000);

  inBothShells("exits with 11 at a live lock, names its holder and leaves it alone", async (world) => {
    await withRepository(world);
    const holder = await holdExclusiveLock(world);
    const { exitCode, output, report } = await world.run("backup.sh");
    assert.equal(exitCode, 11, output);
    assert.match(report.message, new RegExp(`held by process ${holder.pid} on .* since .*exclusive`));
    assert.equal((await locks(world)).length, 1);
    await holder.kill();
  });

  inBothShells("exits with 11 when only retention meets a live lock, and names the snapshot", async (world) => {
    await withRepository(world);
    await world.run("backup.sh");
    const holder = await holdLock(world, "backup", "--stdin-from-command", "--", "sleep", "60");
    const { exitCode, output, report } = await world.run("backup.sh", [], {
      env: { BACKUP_RETENTION: "--keep-last=1" },
    });
    assert.equal(exitCode, 11, output);
    assert.match(report.message, /is written and safe.*locked/);
    assert.match(report.snapshot ?? "", /^[0-9a-f]{64}$/);
    assert.equal((await locks(world)).length, 1);
    await holder.kill();
  });

  inBothShells("removes the lock of a dead process, and goes on", async (world) => {
    await withRepository(world);
    await (await holdExclusiveLock(world)).kill();
    assert.equal((await locks(world)).length, 1);
    const { exitCode, output } = await world.run("backup.sh", [], { env: { BACKUP_RETENTION: "--keep-last=1" } });
    assert.equal(exitCode, 0, output);
    assert.match(output, /successfully removed 1 lock/);
    assert.deepEqual(await locks(world), []);
  });

  inBothShells("says what to do about a lock that is dated in the future", async (world) => {
    await withRepository(world);
    const time = new Date(Date.now() + 365 * 24 * 3_600_000).toISOString();
    await writeLock(world, { time, exclusive: true });
    const { exitCode, output, report } = await world.run("backup.sh");
    assert.equal(exitCode, 11, output);
    assert.match(report.message, /process 7 on another-pod since 20.*, which is in the future.*unlock --remove-all/);
    assert.doesNotMatch(report.message, /given up 30 minutes/);
    assert.equal((await locks(world)).length, 1);
  });

  inBothShells("stops waiting for a lock at SIGTERM", async (world) => {
    await withRepository(world);
    const holder = await holdExclusiveLock(world);
    const running = world.start("backup.sh", [], { env: { BACKUP_LOCK_WAIT: "60" } });
    await until("the wait", () => /no locks were removed|removed 0 locks|It is held/.test(running.output()));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    process.kill(running.pid, "SIGTERM");
    assert.equal((await running.outcome).exitCode, 130);
    await holder.kill();
  });
});
