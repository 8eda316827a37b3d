import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { manifest } from "../scripts/manifest";
import type { World } from "../scripts/shell-under-test";
import { list, momentOf, runsIn } from "./listing";
import { add, host, type Known, type Model } from "./model";
import { filesOf, owner, readableManifest } from "./source";
import { picked, repositoryStep, type Step } from "./step";

/** What an operator types beside the scripts: restic itself, as the user of the pods. */
async function restic(world: World, ...args: string[]): Promise<string> {
  const options = { env: world.env, uid: owner, gid: owner, cwd: "/", stdin: "ignore" } as const;
  return (await execa(join(world.path("bin"), "restic"), ["--retry-lock=0s", ...args], options)).stdout;
}

/** Once the locks of killed runs are gone. */
export async function unlocked(world: World, ...args: string[]): Promise<string> {
  await restic(world, "unlock");
  return restic(world, ...args);
}

export function forget(wanted: number, pick: number): Step {
  return repositoryStep(`restic forget snapshot ${wanted}`, pick, async (model, { world }) => {
    const snapshot = picked(model, wanted);
    if (snapshot !== undefined) {
      await unlocked(world, "forget", snapshot.id);
      model.snapshots = model.snapshots.filter((one) => one !== snapshot);
    }
  });
}

/** The newest of each host is left: the data, and one note of each kind, whichever. */
export function forgetByHost(pick: number): Step {
  const title = "restic forget --group-by host --keep-last 1";
  return repositoryStep(
    title,
    pick,
    async (model, { world }) => {
      if (model.hasOldNotes) {
        return;
      }
      await unlocked(world, "forget", "--group-by", "host", "--keep-last", "1");
      const { snapshots, notes } = await list(world);
      const hosts = new Set(model.snapshots.map(({ hostname }) => hostname));
      for (const one of hosts) {
        const all = model.snapshots.filter(({ hostname }) => hostname === one);
        const left = snapshots.filter(({ hostname }) => hostname === one);
        assert.equal(left.length, 1, `of the host ${one}, ${left.length} snapshots are left`);
        assert.equal(momentOf(left[0] as Known), Math.max(...all.map(momentOf)), "the newest one is not left");
      }
      const ids = new Set(snapshots.map(({ id }) => id));
      model.snapshots = model.snapshots.filter(({ id }) => ids.has(id));
      model.checks = runsIn(notes);
      model.checkNotes = Math.min(model.checkNotes, 1);
    },
    true,
  );
}

/** Gives all of them another id, the notes too. */
export function tag(name: string, pick: number): Step {
  return repositoryStep(`restic tag --add ${name}`, pick, async (model, { world }) => {
    await unlocked(world, "tag", "--add", name);
    const { snapshots } = await list(world);
    model.snapshots = model.snapshots.map((one) => {
      if (one.tags.includes(name)) {
        return one;
      }
      const listed = snapshots.find(({ id, original }) => id !== one.id && original === (one.original ?? one.id));
      assert.ok(listed, `what became of snapshot ${one.id} is not known`);
      return { ...one, ...listed };
    });
  });
}

/** A laptop's backup of its own files, or of the same path, is no business of the scripts. */
export function backupElsewhere(samePath: boolean, pick: number): Step {
  const title = `restic backup --host laptop of ${samePath ? "the same" : "another"} path`;
  return repositoryStep(title, pick, async (model, { world }) => {
    const files = (await filesOf(world.source)).filter(({ readable }) => readable);
    if (files.length < (await filesOf(world.source)).length || files.length === 0) {
      return;
    }
    // A snapshot of one file holds no directory of the source that could be compared.
    const path = samePath ? world.source : dirname(world.source);
    const options = samePath ? [] : ["--exclude", world.repository, "--exclude", world.path("cache")];
    const json = await unlocked(world, "backup", "--json", "--quiet", "--host", "laptop", ...options, path);
    const { snapshot_id } = JSON.parse(json.split("\n").at(-1) as string);
    const listed = (await list(world)).snapshots.find(({ id }) => id === snapshot_id);
    assert.ok(listed);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const contents = { entries: await readableManifest(world.source), files: files.length, bytes };
    add(model, { ...contents, allFiles: files.length, allBytes: bytes, ...listed });
  });
}

/** The first reflex of an operator in need: never a note, and never an older one. */
export function restoreLatest(filter: "" | "--host" | "--path", pick: number): Step {
  return repositoryStep(`restic restore latest ${filter}`, pick, async (model, { world }) => {
    if (model.hasOldNotes && filter !== "--path") {
      return;
    }
    const newest = newestOf(model, world, filter);
    if (newest === undefined || !newest.paths.includes(world.source)) {
      return;
    }
    const options = { "": [], "--host": ["--host", host], "--path": ["--path", world.source] }[filter];
    await rm(world.target, { recursive: true, force: true });
    await mkdir(world.target);
    await execa("chown", [`${owner}`, world.target]);
    await restic(world, "restore", "--no-lock", "latest", ...options, "--target", world.target);
    assert.deepEqual(await manifest(join(world.target, world.source)), newest.entries);
    await rm(world.target, { recursive: true });
  });
}

function newestOf({ snapshots }: Model, world: World, filter: string): Known | undefined {
  const fits = ({ hostname, paths }: Known) =>
    (filter !== "--host" || hostname === host) && (filter !== "--path" || paths.includes(world.source));
  return snapshots.filter(fits).at(-1);
}
