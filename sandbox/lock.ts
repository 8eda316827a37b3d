import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identityOf } from "./proc";
import { home } from "./state";

const lock = join(home, "lock");

/** Lets one process at a time work on the sandbox; the lock of a process that has ended counts for nothing. */
export async function withLock<T>(waiting: (pid: number) => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(home, { recursive: true });
  for (let announced = false; !take(); await sleep(200)) {
    const holder = read(lock);
    if (holder !== undefined && !isAlive(holder)) {
      removeStale(holder);
    } else if (holder !== undefined && !announced) {
      announced = true;
      waiting(pidOf(holder));
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** A link appears with its content, so there is never a lock that nobody owns. */
function take(): boolean {
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, `${process.pid} ${identityOf(process.pid)}`);
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw error;
    }
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Another waiter may have done the same and hold the lock by now: then it gets its lock back. */
function removeStale(holder: string): void {
  const removed = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, removed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw error;
    }
    return;
  }
  if (read(removed) === holder) {
    rmSync(removed);
  } else {
    renameSync(removed, lock);
  }
}

function isAlive(holder: string): boolean {
  return identityOf(pidOf(holder)) === holder.replace(/^\d+ /, "");
}

function pidOf(holder: string): number {
  return Number.parseInt(holder, 10);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
