import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, readlink, rename, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { World } from "../shell-under-test";

/** The file by which a restore knows its own directory. */
export const mark = "restic-backup-restore";

interface Left {
  readonly place?: string;
  readonly process?: string;
  readonly target?: string;
  /** Seconds since the last sign of life. */
  readonly age?: number;
}

/** What a restore leaves when it is killed. Returns its path. */
export async function leave(world: World, folder: string, left: Left = {}): Promise<string> {
  const making = join(folder, "making");
  await mkdir(making);
  const place = left.place ?? `${hostname()} ${await readlink("/proc/self/ns/pid")}`;
  const { ino } = await stat(making);
  const side = folder === world.target ? "in" : `beside ${left.target ?? "import"}`;
  const lines = ["A restore.", place, left.process ?? "1 1", `${ino}`, side];
  await writeFile(join(making, mark), `${lines.join("\n")}\n`);
  const time = Date.now() / 1000 - (left.age ?? 0);
  await utimes(join(making, mark), time, time);
  const path = join(folder, `.restic-backup-restore.${randomBytes(3).toString("hex")}`);
  await rename(making, path);
  assert.notEqual(world.target, path);
  return path;
}
