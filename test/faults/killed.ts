import assert from "node:assert/strict";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { manifest } from "../scripts/manifest";
import { until } from "../scripts/test-repository";
import type { Fault } from "./fault";
import { everyStorage, onEach } from "./fault";
import { minutesAgo, rewriteLock, writeLock } from "./locks";
import type { Scene } from "./scene";
import { ended, kill, signal } from "./scene";

/** So slow that there is time to do something meanwhile. */
const slow = { RESTIC_OPTIONS: "--limit-upload=2048" };

const killable: readonly { script: string; what: string; env: Record<string, string> }[] = [
  { script: "prune.sh", what: "a prune that has something to repack", env: { BACKUP_PRUNE_MAX_UNUSED: "0%" } },
  { script: "backup.sh", what: "a retention that removes snapshots", env: { BACKUP_RETENTION: "--keep-last=2" } },
  { script: "check.sh", what: "a check", env: { BACKUP_CHECK_PARTS: "1" } },
];

/** Killed and stopped. */
export const killed: readonly Fault[] = [
  ...onEach(everyStorage, {
    id: "K1",
    injection: "SIGKILL of script and restic at 8 moments of a backup (`npm run test:kill` has 200)",
    expected: "no new snapshot, or a complete one",
    inject: killedBackups,
  }),
  ...onEach(everyStorage, {
    id: "K2",
    injection: "SIGTERM in the middle of a backup",
    expected: "exit 130, and no lock left",
    inject: async (scene) => {
      const running = await duringBackup(scene);
      signal(running.pid, "SIGTERM");
      const seen = ended(await running.outcome, 130);
      assert.deepEqual(await scene.locks(), []);
      return `${seen}, no lock`;
    },
  }),
  ...onEach(everyStorage, {
    id: "K3",
    injection: "SIGKILL of a backup; the next pod has another host name, and comes at once, then after 31 minutes",
    expected: "at once the backup is written and retention says 11; later the lock is removed by itself",
    inject: inAnotherPod,
  }),
  {
    id: "K4",
    storage: "local",
    injection: "a lock with our host name, and the process id of a helper that lives (restore-shell.sh)",
    expected: "the helper survives the SIGHUP of restic unlock; retention says 11, and 0 when the lock is old",
    inject: sameProcessId,
  },
  {
    id: "K4",
    storage: "local",
    injection: "a live lock of a pod elsewhere, in the way of prune.sh, check.sh and retention",
    expected: "each says 11, and the lock stays",
    inject: async (scene) => {
      const lock = await writeLock(scene.world, { time: minutesAgo(20) });
      const codes = [];
      for (const script of ["prune.sh", "check.sh", "backup.sh"]) {
        // Without something to remove, retention needs no lock.
        const outcome = await scene.run(script, { env: { BACKUP_RETENTION: "--keep-last=1" } });
        ended(outcome, 11, /another-pod/);
        codes.push(`${script} ${outcome.exitCode}`);
      }
      assert.deepEqual(await scene.locks(), [lock]);
      await rewriteLock(scene.world, lock, { time: minutesAgo(31) });
      return `${codes.join(", ")}, and the lock was there afterwards`;
    },
  },
  ...onEach(everyStorage, {
    id: "K5",
    injection: "prune.sh starts while a backup runs",
    expected: "it waits, both succeed",
    inject: async (scene) => {
      const backup = await duringBackup(scene);
      const prune = await scene.good("prune.sh", { env: { BACKUP_LOCK_WAIT: "60" } });
      assert.match(prune.output, /The repository is locked/);
      return `backup ${ended(await backup.outcome, 0)}; prune waited, and said 0`;
    },
  }),
  ...everyStorage.flatMap((storage) =>
    killable.map(
      ({ script, what, env }): Fault => ({
        id: "K6",
        storage,
        injection: `SIGKILL at 4 moments of ${what}`,
        expected: "the next run of it succeeds without a human",
        inject: (scene) => killedAndRepeated(scene, script, env),
      }),
    ),
  ),
];

async function killedBackups(scene: Scene): Promise<string> {
  await scene.write("big.bin", 16_000_000);
  const began = Date.now();
  await scene.good("backup.sh");
  const usual = Date.now() - began;
  const [moments, known] = [8, new Set(await scene.snapshots())];
  for (let moment = 0; moment < moments; moment++) {
    await scene.write("big.bin", 16_000_000);
    const running = scene.start("backup.sh");
    await sleep((usual * (moment + 0.5)) / moments);
    const { exitCode } = await kill(running);
    assert.ok(exitCode === undefined || exitCode === 0, `it ended with ${exitCode} before it was killed`);
    for (const id of (await scene.snapshots()).filter((one) => !known.has(one))) {
      known.add(id);
      assert.deepEqual(await scene.restored(id), await manifest(scene.world.source), "a snapshot is not complete");
    }
  }
  return `no snapshot, or a complete one, each time (${moments} kills)`;
}

/** A backup that has written its lock and some packs, and has time left. */
async function duringBackup(scene: Scene) {
  await scene.write("big.bin", 24_000_000);
  const running = scene.start("backup.sh", { env: slow });
  await until("the backup's lock", async () => (await scene.locks()).length > 0);
  await sleep(1000);
  return running;
}

async function inAnotherPod(scene: Scene): Promise<string> {
  await kill(await duringBackup(scene));
  const [name] = await scene.locks();
  const lock = await rewriteLock(scene.world, name as string, { hostname: "backup-29401-x7k2p" });
  const atOnce = await scene.run("backup.sh", { env: { BACKUP_RETENTION: "--keep-last=1" } });
  const seen = ended(atOnce, 11, /backup-29401-x7k2p/);
  assert.ok((await scene.snapshots()).includes(atOnce.report.snapshot as string), "no snapshot was written");
  const prune = ended(await scene.run("prune.sh"), 11);
  await rewriteLock(scene.world, lock, { time: minutesAgo(31) });
  const later = await scene.good("prune.sh");
  assert.match(later.output, /successfully removed 1 lock/);
  return `at once: ${seen} Prune: ${prune.slice(0, 8)}. After 31 minutes: 0`;
}

async function sameProcessId(scene: Scene): Promise<string> {
  const helper = scene.world.start("restore-shell.sh");
  // It makes no report.
  helper.outcome.catch(() => {});
  await until("the helper", () => helper.output().includes("Ready"));
  const lock = await writeLock(scene.world, { hostname: hostname(), pid: helper.pid, exclusive: true });
  const seen = ended(await scene.run("prune.sh"), 11);
  assert.ok(signal(helper.pid, 0), "the helper was killed");
  assert.deepEqual(await scene.locks(), [lock]);
  await rewriteLock(scene.world, lock, { time: minutesAgo(31) });
  await scene.good("prune.sh");
  assert.ok(signal(helper.pid, 0), "the helper was killed");
  signal(-helper.pid, "SIGTERM");
  return `${seen.slice(0, 8)}, then 0; the helper lived on`;
}

async function killedAndRepeated(scene: Scene, script: string, env: Record<string, string>): Promise<string> {
  const moments = 4;
  for (let moment = 0; moment < moments; moment++) {
    await makeWork(scene);
    const began = Date.now();
    await scene.good("check.sh");
    const usual = Date.now() - began;
    const running = scene.start(script, { env });
    await sleep((usual * (moment + 0.5)) / moments);
    await kill(running);
    await scene.good(script, { env });
    assert.deepEqual(await scene.locks(), []);
  }
  const left = new Set(await scene.snapshots());
  for (const id of scene.older.keys()) {
    if (!left.has(id)) {
      assert.equal(script, "backup.sh", "a snapshot is gone");
      scene.older.delete(id);
    }
  }
  return `${moments} kills, each followed by a run with 0`;
}

/** Unused data in packs that are still needed, and a snapshot that the policy removes. */
async function makeWork(scene: Scene): Promise<void> {
  const paths = [join(scene.world.source, "work.bin")];
  await scene.write("work.bin", 3_000_000);
  await scene.world.restic("backup", "--quiet", "--host", "elsewhere", ...paths);
  const [gone] = (await scene.snapshots()).slice(-1);
  await scene.world.restic("forget", "--quiet", gone as string);
}
