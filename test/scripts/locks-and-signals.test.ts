import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { manifest } from "./manifest";
import type { World } from "./shell-under-test";
import { inBothShells } from "./shell-under-test";
import { fakeRestic, locks, until, withRepository } from "./test-repository";

describe("backup.sh, locks and signals", function () {
  this.timeout(90_000);

  inBothShells("exits with 11 at a live lock, names its holder and leaves it alone", async (world) => {
    await withRepository(world);
    const holder = await holdLock(world, "check");
    const { exitCode, output, report } = await world.run("backup.sh");
    assert.equal(exitCode, 11, output);
    assert.match(report.message, new RegExp(`held by process ${holder.pid} on .* since .*exclusive`));
    assert.equal((await locks(world)).length, 1);
    await holder.kill();
  });

  inBothShells("exits with 11 when only retention meets a live lock, and names the snapshot", async (world) => {
    await withRepository(world);
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
    await (await holdLock(world, "check")).kill();
    assert.equal((await locks(world)).length, 1);
    const { exitCode, output } = await world.run("backup.sh", [], { env: { BACKUP_RETENTION: "--keep-last=1" } });
    assert.equal(exitCode, 0, output);
    assert.match(output, /successfully removed 1 lock/);
    assert.deepEqual(await locks(world), []);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    inBothShells(`releases the lock at ${signal}, and exits with 130`, async (world) => {
      await withRepository(world);
      const running = await startSlowly(world);
      process.kill(running.pid, signal);
      const { exitCode, report } = await running.outcome;
      assert.equal(exitCode, 130);
      assert.match(report.message, new RegExp(`Stopped by ${signal} while backing up`));
      assert.deepEqual(await locks(world), []);
      assert.equal(await world.restic("snapshots", "--json"), "[]");
    });
  }

  inBothShells(
    "ends when restic ends at once, and loses no signal that comes at the same moment as restic",
    async (world) => {
      const env = await fakeRestic(world, '[ -z "$SLOW" ] || exec sleep 30; exit 1');
      for (let delay = 0; delay < 80; delay += 4) {
        assert.equal((await world.run("backup.sh", [], { env: { ...env, SLOW: "" } })).exitCode, 1);
        const began = Date.now();
        const running = world.start("backup.sh", [], { env: { ...env, SLOW: "yes" } });
        await until("the start", () => running.output().includes("Backing up"));
        await new Promise((resolve) => setTimeout(resolve, delay % 20));
        process.kill(running.pid, "SIGTERM");
        assert.equal((await running.outcome).exitCode, 130);
        assert.ok(Date.now() - began < 10_000, "the signal was lost");
      }
    },
  );

  inBothShells("goes on when its terminal is lost", async (world) => {
    await withRepository(world);
    const running = await startSlowly(world, 1500);
    process.kill(-running.pid, "SIGHUP");
    const { exitCode, output } = await running.outcome;
    assert.equal(exitCode, 0, output);
  });

  inBothShells("stops waiting for a lock at SIGTERM", async (world) => {
    await withRepository(world);
    const holder = await holdLock(world, "check");
    const running = world.start("backup.sh", [], { env: { BACKUP_LOCK_WAIT: "60" } });
    await until("the wait", () => /no locks were removed|removed 0 locks|Locks: /.test(running.output()));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    process.kill(running.pid, "SIGTERM");
    assert.equal((await running.outcome).exitCode, 130);
    await holder.kill();
  });

  inBothShells("shows how far it is", async (world) => {
    await withRepository(world);
    const running = await startSlowly(world, 1000, { RESTIC_PROGRESS_FPS: "1" });
    const { output } = await running.outcome;
    assert.match(output, /backing up: \d+ %, \d+ MiB of \d+ MiB after \d+ seconds/);
  });

  inBothShells("loses nothing when it is killed, and the next run needs no human", async (world) => {
    await withRepository(world);
    const { report } = await world.run("backup.sh");
    const before = await manifest(world.source);
    const running = await startSlowly(world);
    process.kill(-running.pid, "SIGKILL");
    await running.outcome;
    await until("the end of restic", () => !isAlive(-running.pid));

    const next = await world.run("backup.sh", [], { env: { BACKUP_RETENTION: "--keep-last=5" } });
    assert.equal(next.exitCode, 0, next.output);
    assert.deepEqual(await locks(world), []);
    await world.restic("check", "--read-data");
    await world.restic("restore", `${report.snapshot}:${world.source}`, "--target", world.target);
    assert.deepEqual(await manifest(world.target), before);
  });
});

/** A backup that has its lock and has begun to send data, slowly. */
async function startSlowly(world: World, limitKiB = 100, env = {}) {
  await writeFile(join(world.source, "large.zip"), randomBytes(6_000_000));
  const running = world.start("backup.sh", [], { env: { RESTIC_OPTIONS: `--limit-upload=${limitKiB}`, ...env } });
  await until("the lock", async () => (await locks(world)).length > 0);
  return running;
}

/** Whether a process is there, or one of the group whose number is negative. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
    return false;
  }
}

/** A real restic that has its lock and does not go on. */
async function holdLock(world: World, ...args: string[]) {
  const holder = execa("restic", args, { env: world.env, reject: false, detached: true, stdin: "ignore" });
  await until("the lock", async () => (await locks(world)).length > 0);
  process.kill(holder.pid as number, "SIGSTOP");
  return {
    pid: holder.pid,
    kill: async () => {
      process.kill(-(holder.pid as number), "SIGKILL");
      await holder;
    },
  };
}
