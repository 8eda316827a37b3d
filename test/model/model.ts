import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { manifest } from "../scripts/manifest";
import type { World } from "../scripts/shell-under-test";
import { damageIn, type Listed, list, momentOf, runsIn, unfinishedIn } from "./listing";
import { learnMarks } from "./marks";

/** What was in the source when a snapshot was written. */
export interface Contents {
  /** What it holds of BACKUP_PATH, as manifest.ts writes it. */
  readonly entries: readonly string[];
  /** Of BACKUP_PATH. */
  readonly files: number;
  readonly bytes: number;
  /** Of all paths, as restic counts. */
  readonly allFiles: number;
  readonly allBytes: number;
}

/** A snapshot that must be there, as it was first listed. */
export interface Known extends Listed, Contents {
  /** The run that wrote it failed afterwards, and will be tried again. */
  readonly unsettled?: boolean;
  /** A human has said that its size is right. */
  readonly accepted?: boolean;
  /** What check.sh has found in it, if something had changed it. */
  readonly looked?: string;
}

/** What a repository must hold; what it does hold is in `world`. */
export interface Model {
  /** Oldest first. */
  snapshots: Known[];
  /** Damage is recorded, and nobody has cleared it. */
  damaged: boolean;
  /** Good runs of check.sh. */
  checks: number;
  /** How many notes of good checks there are: a kill may leave more than one. */
  checkNotes: number;
  /** When a backup was cut off last, in seconds, as it is noted. */
  unfinishedAt: number;
  /** Notes of a version that dated them as any snapshot. */
  hasOldNotes: boolean;
}

export function newModel(): Model {
  return { snapshots: [], damaged: false, checks: 0, checkNotes: 0, unfinishedAt: 0, hasOldNotes: false };
}

export const host = "jira-backup";

export function isMine({ hostname, paths }: Known, world: World): boolean {
  return hostname === host && paths.includes(world.source);
}

export function isFuture(snapshot: Known): boolean {
  return momentOf(snapshot) > Date.now() / 1000 + 300;
}

/** A killed `restic tag` leaves both the snapshot and its copy, which counts. */
export function copyOf({ id, tree, time }: Known, all: readonly Known[]): Known | undefined {
  return all.find((one) => one.original === id && one.tree === tree && one.time === time);
}

export function isPartial(snapshot: Known, all: readonly Known[]): boolean {
  return snapshot.tags.includes("partial") || (copyOf(snapshot, all)?.tags.includes("partial") ?? false);
}

/** Something has written it anew, and nobody knows that it is whole. */
export function isDoubtful({ original, looked, tags }: Known): boolean {
  return original !== undefined && looked !== "whole" && !tags.includes(`whole:${original.slice(0, 16)}`);
}

/** Nothing is wrong with it: what a restore takes without being told, and what the rules count. */
export function isComplete(snapshot: Known, all: readonly Known[]): boolean {
  const isAltered = snapshot.tags.includes("repaired");
  return !isPartial(snapshot, all) && !isAltered && !isFuture(snapshot) && copyOf(snapshot, all) === undefined;
}

export function newestComplete({ snapshots }: Model, world: World, until = Number.POSITIVE_INFINITY) {
  return snapshots.filter(
    (one) => isMine(one, world) && isComplete(one, snapshots) && Math.floor(momentOf(one)) <= until,
  );
}

/** Puts a snapshot where its time belongs. */
export function add(model: Model, snapshot: Known): void {
  model.snapshots = [...model.snapshots, snapshot].sort(
    (one, other) => momentOf(one) - momentOf(other) || (one.id < other.id ? -1 : 1),
  );
}

/** The snapshots of the model are there as they were, and no other ones; and the notes say what they must. */
export async function compare(model: Model, world: World, mayLoseNotes = false): Promise<void> {
  const { snapshots, notes } = await list(world);
  const told = (all: readonly Listed[]) => all.map(({ id, time, tags }) => `${id} ${time} ${[...tags].sort()}`).sort();
  assert.deepEqual(told(snapshots), told(model.snapshots), "the repository holds other snapshots than the model");
  assert.equal(damageIn(notes), model.damaged, "damage is noted, or is not");
  assert.equal(runsIn(notes), model.checks, "another number of good checks is noted");
  const checked = notes.filter(({ paths }) => paths[0] === "/restic-backup-checked");
  assert.equal(checked.length, model.checkNotes, "notes of older checks are left");
  learnMarks(model, notes, mayLoseNotes);
  const noted = unfinishedIn(notes);
  const isNeeded =
    model.unfinishedAt > momentOf(newestComplete(model, world).at(-1) ?? { time: "1970-01-01T00:00:00Z" });
  assert.ok(mayLoseNotes || !isNeeded || noted >= model.unfinishedAt, "that a backup was cut off is forgotten");
  model.unfinishedAt = noted;
}

/** Restores without the scripts, and compares byte for byte. */
export async function restores(world: World, { id, entries }: Pick<Known, "id" | "entries">): Promise<void> {
  await rm(world.target, { recursive: true, force: true });
  await world.restic("restore", "--no-lock", "--no-cache", `${id}:${world.source}`, "--target", world.target);
  assert.deepEqual(await manifest(world.target), entries, `snapshot ${id} restores as something else`);
  await rm(world.target, { recursive: true, force: true });
}
