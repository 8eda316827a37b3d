import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dropCache, packs } from "./damage-repository";
import type { World } from "./shell-under-test";
import { giveToNobody, inBothShells } from "./shell-under-test";
import { withRepository } from "./test-repository";

interface Damage {
  readonly title: string;
  /** The kind of objects, of which one is harmed. */
  readonly kind: "data" | "index" | "snapshots";
  readonly harm: (path: string) => Promise<unknown>;
}

const lose = (path: string) => rm(path);
const cut = async (path: string) => {
  await chmod(path, 0o600);
  await truncate(path, Math.floor((await readFile(path)).length / 2));
};
const flip = async (path: string) => {
  const bytes = await readFile(path);
  bytes[20] = (bytes[20] as number) ^ 1;
  await chmod(path, 0o600);
  await writeFile(path, bytes);
};
const empty = async (path: string) => {
  await chmod(path, 0o600);
  await truncate(path, 0);
};

const damages: readonly Damage[] = [
  { title: "a lost index", kind: "index", harm: lose },
  { title: "a cut index", kind: "index", harm: cut },
  { title: "an index with a flipped bit", kind: "index", harm: flip },
  { title: "an empty index", kind: "index", harm: empty },
  { title: "a lost pack", kind: "data", harm: lose },
  { title: "a cut pack", kind: "data", harm: cut },
  { title: "an empty pack", kind: "data", harm: empty },
  { title: "a snapshot with a flipped bit", kind: "snapshots", harm: flip },
  { title: "a cut snapshot", kind: "snapshots", harm: cut },
  { title: "an empty snapshot", kind: "snapshots", harm: empty },
];

describe("what check.sh and prune.sh do with", function () {
  this.timeout(240_000);

  for (const { title, kind, harm } of damages) {
    inBothShells(`${title}: it is recorded, and nothing is removed`, async (world) => {
      await withTwoBackups(world);
      await harm(await objectOf(world, kind));
      await dropCache(world);
      const before = await packs(world);
      const checked = await world.run("check.sh");
      assert.equal(checked.exitCode, 67, checked.output);
      // restic writes nothing into a repository of which it cannot read the index, and forgets nothing either.
      const recorded =
        kind === "index" && harm !== lose
          ? /That could not be recorded there .*stop retention and prune by hand/
          : /Retention and prune are stopped from now on/;
      assert.match(checked.report.message, /the repository is damaged: /);
      assert.match(checked.report.message, recorded);
      const pruned = await world.run("prune.sh");
      assert.equal(pruned.exitCode, 67, pruned.output);
      assert.deepEqual(
        (await packs(world)).filter((pack) => before.includes(pack)),
        before,
      );
      assert.equal((await world.run("init.sh")).exitCode, 0, "the config and the keys are good");
    });

    inBothShells(`${title}: prune that meets it first removes nothing, and records it`, async (world) => {
      await withTwoBackups(world);
      await harm(await objectOf(world, kind));
      await dropCache(world);
      const before = await packs(world);
      const pruned = await world.run("prune.sh");
      // A pack that is not read is not looked at: then nothing is wrong for prune, and it removes nothing either.
      if (pruned.exitCode !== 0 || kind !== "data") {
        assert.equal(pruned.exitCode, 67, pruned.output);
        assert.match(pruned.report.message, /the repository is damaged: /);
        const isRecorded = (await notes(world)).filter((note) => note.includes("damaged")).length === 1;
        assert.equal(isRecorded, kind !== "index" || harm === lose);
      }
      assert.deepEqual(
        (await packs(world)).filter((pack) => before.includes(pack)),
        before,
      );
    });
  }

  inBothShells(
    "a lost index that `restic repair index` brings back: all is well after --clear-damage",
    async (world) => {
      await withTwoBackups(world);
      await rm(await objectOf(world, "index"));
      await dropCache(world);
      assert.equal((await world.run("check.sh")).exitCode, 67);
      assert.equal((await world.run("prune.sh")).exitCode, 67);
      await world.restic("repair", "index");
      assert.equal((await world.run("check.sh", ["--clear-damage"])).exitCode, 0);
      for (const script of ["check.sh", "prune.sh", "backup.sh", "check.sh"]) {
        const { exitCode, output } = await world.run(script);
        assert.equal(exitCode, 0, `${script}: ${output}`);
      }
      await world.restic("check", "--read-data");
    },
  );

  inBothShells(
    "snapshots that cannot be listed, or one that cannot be read: 1 or 67, and nothing green",
    async (world) => {
      await withTwoBackups(world);
      await giveToNobody(world.folder);
      const snapshots = join(world.repository, "snapshots");
      const before = await packs(world);
      await chmod(snapshots, 0o000);
      for (const script of ["check.sh", "prune.sh"]) {
        const { exitCode, output } = await world.run(script, [], { asNobody: true });
        assert.ok(exitCode === 1 || exitCode === 67, `${script}: ${exitCode}, ${output}`);
      }
      await chmod(snapshots, 0o700);
      await chmod(await objectOf(world, "snapshots"), 0o000);
      for (const script of ["check.sh", "prune.sh"]) {
        await dropCache(world);
        const { exitCode, output, report } = await world.run(script, [], { asNobody: true });
        assert.equal(exitCode, 1, `${script}: ${output}`);
        assert.match(report.message, /permission denied/);
      }
      assert.deepEqual(await packs(world), before);
    },
  );

  inBothShells(
    "a snapshots directory that is gone, with notes and without: 65, and nothing is removed",
    async (world) => {
      await withTwoBackups(world);
      const before = await packs(world);
      await rename(join(world.repository, "snapshots"), world.path("aside"));
      await mkdir(join(world.repository, "snapshots"));
      assert.equal((await world.run("prune.sh")).exitCode, 65);
      assert.deepEqual(await packs(world), before);
    },
  );
});

/** Two snapshots with packs and indexes of their own. */
async function withTwoBackups(world: World): Promise<void> {
  await withRepository(world);
  for (const name of ["one.zip", "two.zip"]) {
    await writeFile(join(world.source, name), randomBytes(50_000));
    assert.equal((await world.run("backup.sh")).exitCode, 0);
  }
}

async function objectOf(world: World, kind: Damage["kind"]): Promise<string> {
  if (kind !== "data") {
    const [name] = await readdir(join(world.repository, kind));
    return join(world.repository, kind, name as string);
  }
  const [pack] = await packs(world);
  return join(world.repository, kind, (pack as string).slice(0, 2), pack as string);
}

async function notes(world: World): Promise<string[]> {
  const listed: { paths: string[] }[] = JSON.parse(await world.restic("snapshots", "--json"));
  return listed.map(({ paths }) => paths[0] as string);
}
