import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import type { Outcome, RunOptions, World } from "./shell-under-test";
import { fakeRestic } from "./test-repository";

export interface Snapshot {
  readonly id: string;
  readonly time: string;
  readonly paths: readonly string[];
  readonly tags?: readonly string[];
}

/** The snapshots of the world's source, oldest first: no notes. */
export async function snapshots(world: World): Promise<Snapshot[]> {
  return JSON.parse(await world.restic("snapshots", "--json", "--host", "jira-backup"));
}

/** The notes of a kind. */
export async function notes(world: World, kind: string): Promise<Snapshot[]> {
  return JSON.parse(await world.restic("snapshots", "--json", "--tag", `restic-backup-${kind}`));
}

/** A backup that must be a good one. */
export async function night(
  world: World,
  env: Record<string, string> = {},
  options: RunOptions = {},
): Promise<Outcome> {
  const outcome = await world.run("backup.sh", [], { ...options, env });
  assert.equal(outcome.exitCode, 0, outcome.output);
  return outcome;
}

/** Paths of the files in a snapshot. */
export async function filesIn(world: World, snapshot = "latest"): Promise<string[]> {
  const lines = (await world.restic("ls", "--json", snapshot)).split("\n").filter((line) => line !== "");
  return lines
    .map((line) => JSON.parse(line) as { type?: string; path: string })
    .filter(({ type }) => type === "file")
    .map(({ path }) => path);
}

/** The real restic, and what happens right before or after the backup of the source. */
export async function aroundBackup(world: World, words: { before?: string; after?: string }) {
  await rm(world.path("fake"), { recursive: true, force: true });
  return fakeRestic(
    world,
    `case "$*" in
      *--dry-run* | *--stdin-filename*) ;;
      *" backup "*)
        ${words.before ?? ":"}
        "$real" "$@"; code=$?
        ${words.after ?? ":"}
        exit "$code"
        ;;
    esac
    exec "$real" "$@"`,
  );
}

/** The real restic, which writes down each command that it gets; `openings` counts them. */
export async function countedRestic(world: World) {
  await rm(world.path("fake"), { recursive: true, force: true });
  return fakeRestic(world, `echo "$*" >>${world.path("openings")}; exec "$real" "$@"`);
}
