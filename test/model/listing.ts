import type { World } from "../scripts/shell-under-test";

/** A snapshot or a note as restic lists it. */
export interface Listed {
  readonly id: string;
  readonly time: string;
  readonly tree: string;
  readonly hostname: string;
  readonly paths: readonly string[];
  readonly tags: readonly string[];
  readonly original?: string;
}

export interface Listing {
  readonly snapshots: Listed[];
  readonly notes: Listed[];
}

/** All that the repository lists, with every field. Without a lock, and without a cache that would be root's. */
export async function listAll(world: World): Promise<Listed[]> {
  const all: Partial<Listed>[] = JSON.parse(await world.restic("snapshots", "--no-lock", "--no-cache", "--json"));
  return all.map((one) => ({ ...one, tags: one.tags ?? [] }) as Listed);
}

export async function list(world: World): Promise<Listing> {
  const all = await listAll(world);
  return { snapshots: all.filter((one) => !isNote(one)), notes: all.filter(isNote) };
}

export function isNote({ paths }: Listed): boolean {
  return paths.length === 1 && (paths[0] ?? "").startsWith("/restic-backup-");
}

/** How many parts were found good. */
export function runsIn(notes: readonly Listed[]): number {
  return Math.max(0, ...notes.flatMap((note) => values(note, "run:").map(Number)));
}

/** Whether damage is noted that no note clears. An operator's `restic tag` gives a note another id. */
export function damageIn(notes: readonly Listed[]): boolean {
  const cleared = new Set(notes.flatMap((note) => values(note, "clears:")));
  const names = ({ id, original }: Listed) => [id, ...(original === undefined ? [] : [original])];
  const isCleared = (note: Listed) =>
    names(note).some((name) => cleared.has(name)) ||
    notes.some((one) => cleared.has(one.id) && one.original !== undefined && names(note).includes(one.original));
  return notes.some((note) => note.paths[0] === "/restic-backup-damaged" && !isCleared(note));
}

/** When the backup was cut off of which a note tells, in seconds; 0 if none tells of one. */
export function unfinishedIn(notes: readonly Listed[]): number {
  return Math.max(
    0,
    ...notes
      .filter(({ paths }) => paths[0] === "/restic-backup-unfinished")
      .map((note) => Math.max(...values(note, "at:").map(Number))),
  );
}

/** What follows a prefix in its tags. */
export function values({ tags }: Listed, prefix: string): string[] {
  return tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length));
}

/** Seconds since 1970. */
export function momentOf({ time }: Pick<Listed, "time">): number {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? "0";
  return Math.floor(Date.parse(time) / 1000) + Number(`0.${fraction}`);
}
