import assert from "node:assert/strict";
import { chown, cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { secrets } from "../scripts/checked-report";
import { corrupt } from "../scripts/damage-repository";
import type { World } from "../scripts/shell-under-test";
import { writeSnapshots } from "../support/write-snapshots";
import { type Listed, listAll } from "./listing";
import { pruneExit } from "./maintenance-steps";
import { add, host, type Known, type Model } from "./model";
import { earlier, letDaysPass } from "./repository-objects";
import { owner } from "./source";
import { picked, repositoryStep, run, type Step } from "./step";
import { unlocked } from "./stock-steps";

export function daysPass(days: number, pick: number): Step {
  return repositoryStep(`${days} days pass`, pick, async (model, { world }) => {
    const names = await letDaysPass(world, days);
    const all = await listAll(world);
    const known = model.snapshots;
    model.snapshots = [];
    for (const one of known) {
      const listed = all.find(({ id }) => id === names.get(one.id));
      assert.ok(listed);
      add(model, { ...one, ...listed });
    }
    model.unfinishedAt = Math.max(0, model.unfinishedAt - days * 86_400);
  });
}

/** A clock was wrong for one night, by so many days; or `restic repair snapshots` has altered the snapshot. */
export function writtenAt(wanted: number, days: number, isAltered: boolean, pick: number): Step {
  const title = `a snapshot like ${wanted} from ${days} days ${isAltered ? "ago, altered by a repair" : "ahead"}`;
  return repositoryStep(title, pick, async (model, { world }) => {
    const like = picked(model, wanted);
    if (like === undefined || !like.paths.includes(world.source)) {
      return;
    }
    const now = new Date().toISOString().replace("Z", "000000Z");
    const time = earlier(now, isAltered ? days : -days);
    const tags = isAltered ? ["repaired"] : [];
    const { tree, paths, allFiles: files, allBytes: bytes } = like;
    const [id] = await written(world, { time, host, paths, tags, tree, files, bytes });
    const listed = (await listAll(world)).find((one) => one.id === id);
    const { original: _, ...contents } = like;
    add(model, { ...contents, unsettled: false, accepted: false, ...(listed as Listed) });
  });
}

async function written(world: World, spec: Parameters<typeof writeSnapshots>[2][number]): Promise<string[]> {
  const ids = writeSnapshots(world.repository, secrets[0] as string, [spec]);
  await Promise.all(ids.map((id) => chown(join(world.repository, "snapshots", id), owner, owner)));
  return ids;
}

/** A lifecycle rule of a bucket. Nothing shows that it was there. */
export function loseSnapshot(wanted: number, pick: number): Step {
  return repositoryStep(`the object of snapshot ${wanted} vanishes`, pick, async (model, { world }) => {
    const snapshot = picked(model, wanted);
    if (snapshot !== undefined) {
      await rm(join(world.repository, "snapshots", snapshot.id));
      model.snapshots = model.snapshots.filter((one) => one !== snapshot);
    }
  });
}

export type Loss = "all indexes" | "all packs" | "a byte of a snapshot";

/** Whoever meets the damage first says so, removes nothing, and freezes retention and prune. Then a copy is put back. */
export function damage(loss: Loss, script: "check.sh" | "prune.sh", pick: number): Step {
  return repositoryStep(`${loss} lost, met by ${script}`, pick, async (model, real) => {
    const { world } = real;
    const one = picked(model, pick);
    if (one === undefined) {
      return;
    }
    const noted = model.unfinishedAt;
    const first = (await pruneExit(model, world)).includes(65) ? "check.sh" : script;
    // Whoever meets damage first may not come to meet the lock of a killed run.
    model.unfinishedAt = noted;
    const putBack = await lose(world, loss, one);
    await rm(world.path("cache"), { recursive: true, force: true });
    const { exitCode, output } = await run(real, first, [], { BACKUP_CHECK_PARTS: "1" });
    await putBack();
    assert.equal(exitCode, 67, output);
    model.damaged = true;
  });
}

async function lose(world: World, loss: Loss, { id }: Known): Promise<() => Promise<void>> {
  if (loss === "a byte of a snapshot") {
    const good = await corrupt(world, "snapshots", id);
    return good;
  }
  const folder = join(world.repository, loss === "all packs" ? "data" : "index");
  const copy = world.path("copy");
  await rename(folder, copy);
  await mkdir(folder);
  await chown(folder, owner, owner);
  for (const name of await readdir(copy)) {
    if (loss === "all packs") {
      await mkdir(join(folder, name));
      await chown(join(folder, name), owner, owner);
    }
  }
  return async () => {
    // What the run has written meanwhile, such as its note, stays.
    await cp(folder, copy, { recursive: true, preserveTimestamps: true });
    await rm(folder, { recursive: true });
    await rename(copy, folder);
    await giveAll(folder);
  };
}

async function giveAll(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    await chown(join(folder, name), owner, owner);
  }
}

/** A note as versions wrote them that dated it as any snapshot, or one of a version to come. */
export function foreignNote(kind: "checked" | "damaged" | "remembered", pick: number): Step {
  const title = kind === "remembered" ? "a note of a kind that is not known" : `an older version's note: ${kind}`;
  return repositoryStep(title, pick, async (model, { world }) => {
    const name = `restic-backup-${kind}`;
    const run = kind === "checked" ? [`run:${model.checks + 1}`] : [];
    const tags = [name, ...run].flatMap((tag) => ["--tag", tag]);
    const file = ["--stdin-filename", name, "--stdin-from-command", "--", "echo", "as it was written once"];
    await unlocked(world, "backup", "--quiet", "--force", "--host", host, ...tags, ...file);
    learn(model, kind);
  });
}

function learn(model: Model, kind: string): void {
  model.hasOldNotes = true;
  if (kind === "checked") {
    model.checks++;
    model.checkNotes++;
  } else if (kind === "damaged") {
    model.damaged = true;
  }
}
