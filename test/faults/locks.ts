import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sealed } from "../scripts/cheap-key";
import { secrets } from "../scripts/checked-report";
import type { World } from "../scripts/shell-under-test";

/** What stands in a lock: https://github.com/restic/restic/blob/master/doc/design.rst */
export interface Lock {
  readonly time: string;
  readonly exclusive: boolean;
  readonly hostname: string;
  readonly username: string;
  readonly pid: number;
}

/** Writes a lock as another restic would have written it; gives its name. */
export async function writeLock(world: World, lock: Partial<Lock>): Promise<string> {
  const all = {
    time: new Date().toISOString(),
    exclusive: false,
    hostname: "another-pod",
    username: "root",
    pid: 7,
    ...lock,
  };
  const bytes = sealed(JSON.stringify(all), world.repository, secrets[0] as string);
  const name = createHash("sha256").update(bytes).digest("hex");
  await mkdir(join(world.repository, "locks"), { recursive: true });
  await writeFile(join(world.repository, "locks", name), bytes);
  return name;
}

/** Changes what stands in a lock, as if another pod had written it, or earlier; gives its new name. */
export async function rewriteLock(world: World, name: string, changed: Partial<Lock>): Promise<string> {
  const lock: Lock = JSON.parse(await world.restic("cat", "--no-lock", "lock", name));
  const renamed = await writeLock(world, { ...lock, ...changed });
  await rm(join(world.repository, "locks", name));
  return renamed;
}

export function minutesAgo(minutes: number): string {
  return new Date(Date.now() - minutes * 60_000).toISOString();
}
