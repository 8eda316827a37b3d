import assert from "node:assert/strict";
import { execa } from "execa";
import { manifest } from "../scripts/manifest";
import type { Fault } from "./fault";
import { minutesAgo, rewriteLock, writeLock } from "./locks";
import type { Scene } from "./scene";
import { ended } from "./scene";

/** Clocks. They cannot be turned here, but what other clocks wrote can be. */
export const clocks: readonly Fault[] = [
  {
    id: "T1",
    storage: "local",
    injection: "the clock of this pod is 35 minutes ahead: a live lock looks 35 minutes old",
    expected: "the live lock is not removed",
    limit:
      "restic takes any lock older than 30 minutes for dead; clocks of nodes must agree to 7 minutes (a live restic renews its lock every 5, and gives up at 22.5)",
    inject: async (scene) => {
      const lock = await writeLock(scene.world, { time: minutesAgo(35) });
      await scene.run("prune.sh");
      assert.deepEqual(await scene.locks(), [lock], "the live lock was removed");
      return "the lock is still there";
    },
  },
  {
    id: "T1",
    storage: "local",
    injection: "the clock of this pod is 35 minutes behind: a live lock is of a time to come",
    expected: "the lock is not removed; prune and check say 11",
    inject: async (scene) => {
      const lock = await writeLock(scene.world, { time: minutesAgo(-35) });
      const seen = ended(await scene.run("prune.sh"), 11);
      ended(await scene.run("check.sh"), 11);
      assert.deepEqual(await scene.locks(), [lock]);
      await rewriteLock(scene.world, lock, { time: minutesAgo(31) });
      return seen;
    },
  },
  {
    id: "T1",
    storage: "local",
    injection: "a clock was 2 days ahead for one night",
    expected: "it is neither counted nor removed nor restored as the newest, and the report warns",
    inject: twoDaysAhead,
  },
  {
    id: "T1",
    storage: "local",
    injection: "snapshots around the end of daylight saving time, written with both offsets",
    expected: "restores as of a moment take the newest one until then; retention keeps one for each local day",
    inject: daylightSavingTime,
  },
];

async function twoDaysAhead(scene: Scene): Promise<string> {
  const now = (await scene.good("backup.sh")).report.snapshot as string;
  const asOf = new Date().toISOString().replace(/\.[0-9]+/, "");
  const files = await manifest(scene.world.source);
  const ahead = await snapshotAt(scene, minutesAgo(-2 * 24 * 60), "UTC");
  const restore = await scene.good("restore.sh", { args: [asOf] });
  assert.equal(restore.report.snapshot, now);
  assert.deepEqual(await manifest(scene.world.target), files);
  // That of the future takes no place of the rules.
  const night = await scene.run("backup.sh", { env: { BACKUP_RETENTION: "--keep-last=4" } });
  const seen = ended(night, 0);
  assert.match(night.report.warning ?? "", /dated in the future/);
  const left = await scene.snapshots();
  assert.deepEqual(
    [now, ahead, night.report.snapshot, ...scene.older.keys()].filter((id) => !left.includes(id as string)),
    [],
    "something was removed",
  );
  assert.equal((await scene.good("restore.sh")).report.snapshot, night.report.snapshot);
  await scene.world.restic("forget", "--quiet", ahead);
  return seen;
}

async function daylightSavingTime(scene: Scene): Promise<string> {
  // At 03:00 in summer time it became 02:00: 00:30 UTC and 01:30 UTC are both 02:30 in Berlin, which restic's
  // --time cannot tell apart.
  const moments: readonly [string, string][] = [
    ["2025-10-25T22:30:00Z", "Europe/Berlin"],
    ["2025-10-26T00:30:00Z", "Etc/GMT-2"],
    ["2025-10-26T01:30:00Z", "Etc/GMT-1"],
    ["2025-10-26T22:30:00Z", "Europe/Berlin"],
  ];
  const ids: string[] = [];
  for (const [moment, zone] of moments) {
    await scene.write("export.zip", 10_000);
    ids.push(await snapshotAt(scene, moment, zone));
  }
  const chosen = async (asked: string) => {
    const { report } = await scene.good("restore.sh", { args: [asked] });
    return ids.indexOf(report.snapshot as string);
  };
  assert.equal(await chosen("2025-10-26T00:59:59Z"), 1);
  assert.equal(await chosen("2025-10-26T01:31:00Z"), 2);
  assert.equal(await chosen("2025-10-26 03:00"), 2);
  assert.equal(await chosen("2025-10-26"), 3);
  // Four snapshots of one day in Berlin, from 00:30 in summer time to 23:30 in winter time.
  await scene.good("backup.sh", { env: { BACKUP_RETENTION: "--keep-daily=2" } });
  const left = await scene.snapshots();
  assert.deepEqual(
    ids.map((id) => left.includes(id)),
    [false, false, false, true],
  );
  for (const id of [...scene.older.keys()].filter((one) => !left.includes(one))) {
    // Those of the same day as the newest.
    scene.older.delete(id);
  }
  return "each moment chose the right one of both 02:30; of the day with 25 hours the last one was kept";
}

/** A snapshot as a clock in that zone would have dated it; gives its id. */
async function snapshotAt(scene: Scene, moment: string, zone: string): Promise<string> {
  const local = new Date(moment).toLocaleString("sv-SE", { timeZone: zone });
  const { stdout } = await execa(
    "restic",
    [
      "backup",
      "--json",
      "--quiet",
      "--host",
      scene.world.env.BACKUP_HOST as string,
      "--time",
      local,
      scene.world.source,
    ],
    { env: { ...scene.world.env, TZ: zone }, stdin: "ignore" },
  );
  return JSON.parse(stdout.split("\n").at(-1) as string).snapshot_id;
}
