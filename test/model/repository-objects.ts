import { createHash } from "node:crypto";
import { chown, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Lock, writeLock } from "../faults/locks";
import { sealer } from "../scripts/cheap-key";
import { secrets } from "../scripts/checked-report";
import type { World } from "../scripts/shell-under-test";
import { isNote, type Listed, listAll } from "./listing";
import { owner } from "./source";

/**
 * Lets so many days pass, by moving all that the repository knows into the past: snapshots, notes and locks. Results in the
 * new id of each object.
 */
export async function letDaysPass(world: World, days: number): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const seal = sealer(world.repository, secrets[0] as string);
  const folder = join(world.repository, "snapshots");
  const all = await listAll(world);
  // What others name comes first.
  for (const one of [...all].sort((a, b) => order(a) - order(b))) {
    const { id, short_id, ...stored } = aged(one, days, names) as Listed & { short_id?: string };
    const bytes = seal(JSON.stringify(stored));
    const name = createHash("sha256").update(bytes).digest("hex");
    await writeForScripts(join(folder, name), bytes);
    await rm(join(folder, one.id));
    names.set(one.id, name);
  }
  for (const [name, lock] of await locksOf(world)) {
    const renamed = await writeLock(world, { ...lock, time: earlier(lock.time, days) });
    await chown(join(world.repository, "locks", renamed), owner, owner);
    await rm(join(world.repository, "locks", name));
  }
  return names;
}

function order(one: Listed): number {
  return (
    (isNote(one) ? 2 : 0) + (one.original === undefined ? 0 : 1) + (one.paths[0] === "/restic-backup-cleared" ? 2 : 0)
  );
}

function aged(one: Listed, days: number, names: ReadonlyMap<string, string>): Listed {
  const renamed = (id: string) => names.get(id) ?? id;
  return {
    ...one,
    time: one.time.startsWith("1980-") ? one.time : earlier(one.time, days),
    tags: one.tags.map((tag) =>
      tag
        .replace(/^(clears:|of:)(.*)/, (_, prefix: string, id: string) => `${prefix}${renamed(id)}`)
        .replace(/^at:(\d+)/, (_, at: string) => `at:${Number(at) - days * 86_400}`),
    ),
    ...(one.original === undefined ? {} : { original: renamed(one.original) }),
  };
}

/** The same clock, days before. */
export function earlier(time: string, days: number): string {
  const [year, month, day] = time.slice(0, 10).split("-").map(Number) as [number, number, number];
  return `${new Date(Date.UTC(year, month - 1, day - days)).toISOString().slice(0, 10)}${time.slice(10)}`;
}

export async function locksOf(world: World): Promise<Map<string, Lock>> {
  const names = (await readdir(join(world.repository, "locks"))).filter((name) => /^[0-9a-f]{64}$/.test(name));
  const read = (name: string) => world.restic("cat", "--no-lock", "--no-cache", "lock", name);
  return new Map(await Promise.all(names.map(async (name) => [name, JSON.parse(await read(name)) as Lock] as const)));
}

/** When the newest run was cut off that has left a lock as backups have them, in seconds. */
export async function cutOffAt(world: World): Promise<number> {
  const shared = [...(await locksOf(world)).values()].filter(({ exclusive }) => !exclusive);
  return Math.max(0, ...shared.map(({ time }) => Math.floor(Date.parse(time) / 1000)));
}

export async function writeForScripts(path: string, bytes: Buffer): Promise<void> {
  await writeFile(path, bytes, { mode: 0o600 });
  await chown(path, owner, owner);
}
