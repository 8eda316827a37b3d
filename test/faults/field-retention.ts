import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { secrets } from "../scripts/checked-report";
import { manifest } from "../scripts/manifest";
import { writeSnapshots } from "../support/write-snapshots";
import type { Fault } from "./fault";
import { writeLock } from "./locks";
import type { Scene } from "./scene";
import { ended } from "./scene";

const day = 86_400_000;

/** Snapshots that retention removed, and should have kept; and those that it kept for ever. */
export const fieldRetention: readonly Fault[] = [
  {
    id: "rS5",
    storage: "local",
    injection: "3 of 5 files are lost, keep-last=2, BACKUP_MAX_SHRINK=50, for four nights",
    expected: "what is larger is never removed, and each night warns, until --accept-shrink",
    inject: shrunk,
  },
  {
    id: "rS12",
    storage: "local",
    injection: "a lock keeps retention from removing anything, three times in one night, keep-last=3",
    expected: "the tries count as one night: the nights before stay",
    inject: triedAgain,
  },
  {
    id: "rS13",
    storage: "local",
    injection: "a snapshot that is dated 2099",
    expected: "it is warned of, neither restored as the newest nor counted nor removed",
    inject: inTheFuture,
  },
  {
    id: "rS13",
    storage: "local",
    injection: "a pause of 40 days, with keep-within=30d",
    expected: "0 with a warning, and nothing that was before is removed",
    inject: afterAPause,
  },
  {
    id: "rS16",
    storage: "local",
    injection: "partial snapshots of a month, and complete ones with two sets of tags, keep-last=2",
    expected:
      "partial ones that the rules would not keep expire when a newer complete one is a week older; tags do not multiply what is kept",
    inject: partialAndTagged,
  },
];

async function shrunk(scene: Scene): Promise<string> {
  const { world } = scene;
  const lost = ["3.zip", "4.zip", "5.zip"];
  for (const name of lost) {
    await scene.write(name, 300_000);
  }
  const large = (await scene.good("backup.sh")).report.snapshot as string;
  const files = await manifest(world.source);
  for (const name of lost) {
    await rm(join(world.source, name));
  }
  const env = { BACKUP_RETENTION: "--keep-last=2", BACKUP_MAX_SHRINK: "50" };
  const warned = [];
  for (let night = 0; night < 4; night++) {
    const { report } = await scene.good("backup.sh", { env });
    warned.push(/shrunk/.test(report.warning ?? ""));
    assert.deepEqual(await scene.restored(large), files);
  }
  assert.deepEqual(warned, [true, true, true, true]);
  await scene.good("backup.sh", { env, args: ["--accept-shrink"] });
  const after = await scene.good("backup.sh", { env });
  assert.ok(!/shrunk/.test(after.report.warning ?? ""), after.output);
  assert.ok(!(await scene.snapshots()).includes(large));
  forgetOlder(scene, await scene.snapshots());
  return "four warnings, nothing lost; after --accept-shrink the rules went on";
}

/** Those that the rules have removed, as they should. */
function forgetOlder(scene: Scene, left: readonly string[]): void {
  for (const id of [...scene.older.keys()].filter((one) => !left.includes(one))) {
    scene.older.delete(id);
  }
}

/** A snapshot of what the newest one holds, from so many days ago. */
async function copies(scene: Scene, nights: readonly { days: number; tags?: string[] }[]): Promise<string[]> {
  const { world } = scene;
  const all = JSON.parse(await world.restic("snapshots", "--json", "--no-lock")) as { tree: string; id: string }[];
  const newest = [...scene.older.keys()].at(-1);
  const tree = all.find(({ id }) => id === newest)?.tree as string;
  return writeSnapshots(
    world.repository,
    secrets[0] as string,
    nights.map(({ days, tags = [] }) => ({
      time: new Date(Date.now() - days * day).toISOString(),
      host: "jira-backup",
      paths: [world.source],
      tags,
      tree,
      files: 3,
      bytes: 700_000,
    })),
  );
}

async function forgetAll(scene: Scene, ids: readonly string[]): Promise<void> {
  const left = (await scene.snapshots()).filter((id) => ids.includes(id));
  if (left.length > 0) {
    await scene.world.restic("forget", "--quiet", ...left);
  }
}

async function triedAgain(scene: Scene): Promise<string> {
  const nights = await copies(scene, [{ days: 3 }, { days: 2 }, { days: 1 }]);
  await scene.world.restic("forget", "--quiet", ...scene.older.keys());
  scene.older.clear();
  const name = await writeLock(scene.world, {});
  const codes = [];
  for (let time = 0; time < 3; time++) {
    codes.push((await scene.run("backup.sh", { env: { BACKUP_RETENTION: "--keep-last=3" } })).exitCode);
  }
  assert.deepEqual(codes, [11, 11, 11]);
  await rm(join(scene.world.repository, "locks", name));
  await scene.good("backup.sh", { env: { BACKUP_RETENTION: "--keep-last=3" } });
  const left = await scene.snapshots();
  assert.deepEqual(
    nights.map((id) => left.includes(id)),
    [false, true, true],
    "the nights before did not stay",
  );
  assert.equal(left.length, 3);
  await forgetAll(scene, nights);
  return "11 three times, then 0; of that night one snapshot is left, and the two nights before";
}

async function inTheFuture(scene: Scene): Promise<string> {
  const [ahead] = await copies(scene, [{ days: -26_000 }]);
  await scene.write("new.zip", 5000);
  const night = await scene.good("backup.sh", { env: { BACKUP_RETENTION: "--keep-last=3" } });
  assert.match(night.report.warning ?? "", /dated in the future/);
  const left = await scene.snapshots();
  assert.ok(left.includes(ahead as string) && [...scene.older.keys()].every((id) => left.includes(id)));
  const restore = await scene.good("restore.sh");
  assert.equal(restore.report.snapshot, night.report.snapshot);
  await rm(scene.world.target, { recursive: true });
  await forgetAll(scene, [ahead as string]);
  return ended(night, 0);
}

async function afterAPause(scene: Scene): Promise<string> {
  const nights = await copies(scene, [{ days: 60 }, { days: 45 }, { days: 40 }]);
  await scene.world.restic("forget", "--quiet", ...scene.older.keys());
  scene.older.clear();
  const night = await scene.good("backup.sh", { env: { BACKUP_RETENTION: "--keep-within=30d" } });
  assert.match(night.report.warning ?? "", /clock|pause|No backup was made/);
  const left = await scene.snapshots();
  assert.ok(
    nights.every((id) => left.includes(id)),
    "what was before the pause is gone",
  );
  await forgetAll(scene, nights);
  return `${ended(night, 0)} It warned.`;
}

async function partialAndTagged(scene: Scene): Promise<string> {
  const nights = await copies(scene, [
    { days: 30, tags: ["partial"] },
    { days: 16, tags: ["one"] },
    { days: 9, tags: ["one"] },
    { days: 8, tags: ["two"] },
    { days: 4, tags: ["partial"] },
  ]);
  await scene.world.restic("forget", "--quiet", ...scene.older.keys());
  scene.older.clear();
  await scene.good("backup.sh", { env: { BACKUP_RETENTION: "--keep-last=2" } });
  const left = await scene.snapshots();
  const kept = nights.map((id) => left.includes(id));
  assert.deepEqual(kept, [false, false, false, true, true]);
  await forgetAll(scene, nights);
  return "the partial one of a month is gone, that of four days is not; two complete ones are left";
}
