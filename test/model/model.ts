import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { manifest } from "../scripts/manifest";
import type { World } from "../scripts/shell-under-test";

export interface Snapshot {
  readonly tags: readonly string[];
  /** What it holds, as manifest.ts writes it. */
  readonly entries: readonly string[];
  readonly files: number;
  readonly bytes: number;
}

export interface Known extends Snapshot {
  readonly id: string;
}

/** What a repository must hold; what it does hold is in `world`. */
export interface Model {
  /** Oldest first. */
  snapshots: Known[];
  /** Good runs of check.sh. */
  checks: number;
  /** How many notes of good checks there are: a kill may leave more than one. */
  notes: number;
}

export function isPartial({ tags }: Pick<Snapshot, "tags">): boolean {
  return tags.includes("partial");
}

export interface Listed {
  readonly id: string;
  readonly time: string;
  readonly paths: readonly string[];
  readonly tags?: readonly string[];
}

/** What the repository holds, without a lock and a cache that would be root's. */
export async function list(world: World): Promise<{ snapshots: Listed[]; notes: Listed[] }> {
  const all: Listed[] = JSON.parse(await world.restic("snapshots", "--no-lock", "--no-cache", "--json"));
  const isNote = ({ tags }: Listed) => tags?.some((tag) => tag.startsWith("restic-backup-")) ?? false;
  return { snapshots: all.filter((one) => !isNote(one)), notes: all.filter(isNote) };
}

/** The snapshots of the model are there, with their tags, and no other ones; so are the notes of good checks. */
export async function compare(model: Model, world: World): Promise<void> {
  const { snapshots, notes } = await list(world);
  const told = (all: readonly { id: string; tags?: readonly string[] }[]) =>
    all.map(({ id, tags = [] }) => `${id} ${[...tags].sort()}`).sort();
  assert.deepEqual(told(snapshots), told(model.snapshots), "the repository holds other snapshots than the model");
  assert.equal(checksOf(notes), model.checks, "another number of good checks is noted");
  assert.equal(notes.length, model.notes, "notes of older checks are left");
}

export function checksOf(notes: readonly Listed[]): number {
  return Math.max(
    0,
    ...notes.flatMap(({ tags = [] }) =>
      tags.filter((tag) => tag.startsWith("run:")).map((tag) => Number(tag.slice(4))),
    ),
  );
}

/** Restores without the scripts, and compares byte for byte. */
export async function restores(world: World, { id, entries }: Pick<Known, "id" | "entries">): Promise<void> {
  await rm(world.target, { recursive: true, force: true });
  await world.restic("restore", "--no-lock", "--no-cache", `${id}:${world.source}`, "--target", world.target);
  assert.deepEqual(await manifest(world.target), entries, `snapshot ${id} restores as something else`);
  await rm(world.target, { recursive: true, force: true });
}
