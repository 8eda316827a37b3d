import assert from "node:assert/strict";
import { chmod, chown, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { manifest } from "../manifest";
import type { World } from "../shell-under-test";
import { backedUp, restored, stagings } from "./restore-trials";

/** A target with entries of its own, and a source of which some have the same names; in a snapshot. */
export async function fill(world: World): Promise<void> {
  await mkdir(join(world.target, "untouched"), { recursive: true });
  await writeFile(join(world.target, "untouched", "file"), "mine");
  await writeFile(join(world.target, "clash"), "mine");
  await mkdir(join(world.target, "line\nend"));
  await writeFile(join(world.target, "line\nend", "file"), "mine");
  await symlink("nowhere", join(world.target, "dangling"));
  for (const name of ["clash", "line\nend", "only", "dangling"]) {
    await writeFile(join(world.source, name), "restored");
  }
  await chown(world.target, 2001, 2002);
  await chmod(world.target, 0o2770);
  await backedUp(world);
}

export async function names(world: World): Promise<string[]> {
  return (await readdir(world.target)).filter((name) => !name.startsWith("before-restore-")).sort();
}

export async function asideOf(world: World): Promise<string> {
  const name = (await readdir(world.target)).filter((entry) => entry.startsWith("before-restore-")).sort()[0];
  assert.match(name ?? "", /^before-restore-\d{8}T\d{6}Z$/);
  return join(world.target, name as string);
}

/** Where restores have moved things to, in the order of time. */
export async function asides(world: World): Promise<string[]> {
  const folders = (await readdir(world.target)).filter((name) => name.startsWith("before-restore-")).sort();
  return folders.map((name) => join(world.target, name));
}

/** What was moved aside under this name. */
export async function versions(world: World, name: string): Promise<string[]> {
  const found = await Promise.all(
    (await asides(world)).map((folder) => readFile(join(folder, name), "utf8").catch(() => undefined)),
  );
  return found.filter((content) => content !== undefined);
}

/** What is in the target, but for what a restore stages there. */
export async function manifestOfOld(world: World): Promise<string[]> {
  const staging = Buffer.from(".restic-backup-restore.").toString("hex");
  return (await manifest(world.target)).filter((line) => !line.startsWith(staging));
}

export async function leavesAll(world: World, why: string, words: RegExp): Promise<void> {
  const before = await manifestOfOld(world);
  const { report } = await restored(world, 1);
  assert.match(report.message, words, why);
  assert.match(report.message, /is as it was/);
  assert.deepEqual(await manifestOfOld(world), before, why);
  const [staging = ""] = await stagings(world);
  assert.deepEqual(await manifest(join(staging, "new")), await manifest(world.source), why);
}

/** Where the world does not belong to that user wholly. */
export async function leavesAllAsNobody(world: World, words: RegExp): Promise<void> {
  const before = await manifestOfOld(world);
  const { exitCode, output } = await world.start("restore.sh", [], { asNobody: true }).outcome;
  assert.equal(exitCode, 1, output);
  assert.match(output, words);
  assert.deepEqual(await manifestOfOld(world), before, output);
}

export async function contents(world: World, folders: readonly string[]): Promise<string[]> {
  const paths = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(world.target, folder), { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name)),
    ),
  );
  return Promise.all(paths.flat().map((path) => readFile(path, "utf8")));
}
