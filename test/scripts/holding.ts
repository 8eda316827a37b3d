import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { writeLock } from "../faults/locks";
import type { World } from "./shell-under-test";
import { locks, until } from "./test-repository";

/** A backup that has its lock and has begun to send data, slowly. */
export async function startSlowly(world: World, limitKiB = 100, env = {}) {
  await writeFile(join(world.source, "large.zip"), randomBytes(6_000_000));
  const running = world.start("backup.sh", [], { env: { RESTIC_OPTIONS: `--limit-upload=${limitKiB}`, ...env } });
  await until("the lock", async () => (await locks(world)).length > 0);
  return running;
}

/** Whether a process is there, or one of the group whose number is negative. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
    return false;
  }
}

/** A process that is alive, and the lock that it would have if it were a restic which needs the repository for itself. */
export async function holdExclusiveLock(world: World) {
  // restic sends SIGHUP to see whether it is alive.
  const holder = execa("sh", ["-c", "trap '' HUP; echo ready; exec sleep 1000"], { reject: false, stdin: "ignore" });
  await new Promise((resolve) => holder.stdout.once("data", resolve));
  await writeLock(world, { exclusive: true, hostname: hostname(), pid: holder.pid as number });
  return {
    pid: holder.pid,
    kill: async () => {
      holder.kill("SIGKILL");
      await holder;
    },
  };
}

/** A real restic that has its lock, which it shares, and does not go on. */
export async function holdLock(world: World, ...args: string[]) {
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
