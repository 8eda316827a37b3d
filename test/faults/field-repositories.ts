import assert from "node:assert/strict";
import { chmod, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { secrets } from "../scripts/checked-report";
import { corrupt, dropCache, packs } from "../scripts/damage-repository";
import { manifest } from "../scripts/manifest";
import { writeSnapshots } from "../support/write-snapshots";
import type { Fault } from "./fault";
import { everyStorage, onEach } from "./fault";
import type { Scene } from "./scene";
import { ended } from "./scene";

/** What happens to the repository itself: objects that vanish or cannot be read, and uploads that were never finished. */
export const fieldRepositories: readonly Fault[] = [
  ...onEach(everyStorage, {
    id: "rA1",
    injection: "all snapshots vanish, and only the note of a check is left; then prune",
    expected: "65, and nothing is removed: notes are no snapshots",
    inject: onlyNotesLeft,
  }),
  {
    id: "rS1",
    storage: "local",
    injection: "1,700 snapshots, and the image's busybox, of which tail shows 983,040 bytes of a line",
    expected: "every command is good",
    inject: manySnapshots,
  },
  ...onEach(everyStorage, {
    id: "rS2",
    injection: "a flipped byte in the newest snapshot's object; then a restore, a list and a backup",
    expected: "none of them says 0 without a word of the snapshot that cannot be read",
    inject: async (scene) => unreadableNewest(scene, (id) => corrupt(scene.world, "snapshots", id)),
  }),
  {
    id: "rS2",
    storage: "local",
    injection: "the newest snapshot's object may not be read (mode 000, as user 65534)",
    expected: "none of them says 0 without a word of the snapshot that cannot be read",
    inject: (scene) =>
      unreadableNewest(
        scene,
        async (id) => {
          await chmod(join(scene.world.repository, "snapshots", id), 0);
          return () => chmod(join(scene.world.repository, "snapshots", id), 0o400);
        },
        true,
      ),
  },
  {
    id: "rS2",
    storage: "local",
    injection: "the directory of the snapshots cannot be listed (mode 000, as user 65534)",
    expected: "no command says 0, and nothing is removed",
    inject: unlistable,
  },
  {
    id: "rS3",
    storage: "local",
    injection: "a pack is damaged, and repaired by restic repair packs and repair snapshots --forget",
    expected:
      "the altered snapshot is said to be altered (3), is not restored as the newest, and its size is that on the disk",
    inject: repaired,
  },
];

async function onlyNotesLeft(scene: Scene): Promise<string> {
  await scene.good("check.sh");
  const folder = join(scene.world.repository, "snapshots");
  const before = await packs(scene.world);
  const ids = new Set(await scene.snapshots());
  const putBack: [string, string][] = [];
  for (const id of ids) {
    const kept = scene.world.path(`kept-${id}`);
    await rename(join(folder, id), kept);
    putBack.push([kept, join(folder, id)]);
  }
  const seen = ended(await scene.run("prune.sh", { env: { BACKUP_PRUNE_MAX_UNUSED: "0%" } }), 65, /no snapshot/);
  assert.deepEqual(await packs(scene.world), before);
  for (const [kept, place] of putBack) {
    await rename(kept, place);
  }
  return seen;
}

async function manySnapshots(scene: Scene): Promise<string> {
  const { world } = scene;
  const [{ tree }] = JSON.parse(await world.restic("snapshots", "--json", "--no-lock")) as [{ tree: string }];
  const specs = Array.from({ length: 1700 }, (_, night) => ({
    time: new Date(Date.now() - (night + 2) * 3600_000).toISOString(),
    host: "jira-backup",
    paths: [world.source],
    tree,
    files: 2,
    bytes: 400_000,
  }));
  const ids = writeSnapshots(world.repository, secrets[0] as string, specs);
  const list = await scene.good("restore.sh", { args: ["--list"] });
  assert.match(list.output, new RegExp(`^${ids[0]?.slice(0, 8)}`, "m"));
  await scene.good("restore.sh");
  assert.deepEqual(await manifest(world.target), await manifest(world.source));
  await rm(world.target, { recursive: true });
  await scene.good("check.sh");
  await scene.good("prune.sh");
  const { report } = await scene.good("backup.sh", { env: { BACKUP_RETENTION: "--keep-last=1702" } });
  return `list, restore, check, prune and backup: exit 0; retention: ${report.retention}`;
}

async function unreadableNewest(
  scene: Scene,
  make: (id: string) => Promise<() => Promise<void>>,
  asNobody = false,
): Promise<string> {
  if (asNobody) {
    await scene.good("backup.sh", { asNobody });
  }
  const newest = (await scene.snapshots()).at(-1) as string;
  if (!scene.older.has(newest)) {
    scene.older.set(newest, await manifest(scene.world.source));
  }
  const putBack = await make(newest);
  await dropCache(scene.world);
  await rm(scene.world.path("cache-of-nobody"), { recursive: true, force: true });
  const said: string[] = [];
  for (const [script, args] of [
    ["restore.sh", []],
    ["restore.sh", ["--list"]],
    ["backup.sh", []],
  ] as const) {
    const outcome = await scene.run(script, { args, asNobody });
    assert.ok(outcome.exitCode !== 0 || outcome.output.includes(newest.slice(0, 8)), outcome.output);
    assert.ok(script !== "backup.sh" || outcome.exitCode !== 0, outcome.output);
    said.push(`${[script, ...args].join(" ")} ${outcome.exitCode}`);
    await rm(scene.world.target, { recursive: true, force: true });
  }
  await putBack();
  await scene.good("check.sh", { args: ["--clear-damage"], asNobody });
  return said.join(", ");
}

async function unlistable(scene: Scene): Promise<string> {
  await scene.good("backup.sh", { asNobody: true });
  const folder = join(scene.world.repository, "snapshots");
  await chmod(folder, 0);
  const codes = [];
  for (const [script, ...args] of [
    ["restore.sh"],
    ["restore.sh", "--list"],
    ["check.sh"],
    ["prune.sh"],
    ["backup.sh"],
  ]) {
    const { exitCode } = await scene.run(script as string, { args, asNobody: true });
    codes.push(`${[script, ...args].join(" ")} ${exitCode}`);
    assert.notEqual(exitCode, 0, codes.join(", "));
  }
  await chmod(folder, 0o700);
  await scene.run("check.sh", { args: ["--clear-damage"], asNobody: true });
  return codes.join(", ");
}

async function repaired(scene: Scene): Promise<string> {
  const { world } = scene;
  await scene.write("export.bin", 6_000_000);
  const damaged = (await scene.good("backup.sh")).report.snapshot as string;
  const sizes = await Promise.all((await packs(world)).map(async (pack) => [pack, await sizeOf(scene, pack)] as const));
  const [pack] = sizes.sort(([, one], [, other]) => other - one)[0] as [string, number];
  await corrupt(world, "data", pack.slice(0, 2), pack);
  await dropCache(world);
  ended(await scene.run("check.sh"), 67);
  await world.restic("repair", "packs", pack).catch(() => {});
  await world.restic("repair", "snapshots", "--forget");
  await scene.good("check.sh", { args: ["--clear-damage"] });
  const newest = await scene.run("restore.sh");
  const snapshots = await scene.snapshots();
  const altered = snapshots.find((id) => id !== damaged && !scene.older.has(id)) as string;
  assert.ok(
    newest.exitCode === 3 || newest.report.snapshot !== altered,
    "an altered snapshot was restored as a good one",
  );
  await rm(world.target, { recursive: true, force: true });
  const byId = await scene.run("restore.sh", { args: [altered] });
  const seen = ended(byId, 3, /altered|repair/i);
  const bytes = await sumOf(world.target);
  assert.equal(byId.report.bytes, bytes, "the report names other bytes than there are");
  await rm(world.target, { recursive: true, force: true });
  for (const id of scene.older.keys()) {
    if (!snapshots.includes(id)) {
      scene.older.delete(id);
    }
  }
  return seen;
}

async function sizeOf(scene: Scene, pack: string): Promise<number> {
  return (await stat(join(scene.world.repository, "data", pack.slice(0, 2), pack))).size;
}

async function sumOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
