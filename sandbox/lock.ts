import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { home } from "./state";

const file = join(home, "lock");

/** Lets one process at a time work on the sandbox; the lock of a process that has ended counts for nothing. */
export async function withLock<T>(waiting: (pid: string) => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(home, { recursive: true });
  for (let announced = false; !take(); await sleep(500)) {
    const holder = readHolder();
    if (holder !== undefined && !existsSync(`/proc/${holder}`)) {
      rmSync(file, { force: true });
    } else if (!announced && holder !== undefined) {
      announced = true;
      waiting(holder);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    throw error;
  }
}

function readHolder(): string | undefined {
  try {
    return readFileSync(file, "utf8") || undefined;
  } catch {
    return undefined;
  }
}
