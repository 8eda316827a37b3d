import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeLock } from "../faults/locks";
import type { Outcome, World } from "../scripts/shell-under-test";
import { type BackupSettings, type ExpectedBackup, expectedBackup } from "./expected-backup";
import { type ExpectedRetention, expectedRetention } from "./expected-retention";
import { learnAfterKill } from "./learn-after-kill";
import { list, unfinishedIn } from "./listing";
import { add, copyOf, isMine, type Known, type Model } from "./model";
import { aroundBackup, killed, type Moment, repositoryStep, run, type Step, stopped } from "./step";

export function backup(settings: BackupSettings, acceptShrink: boolean, pick: number): Step {
  const title = `backup.sh${acceptShrink ? " --accept-shrink" : ""} ${JSON.stringify(settings)}`;
  return repositoryStep(title, pick, async (model, real) => {
    const expected = await expectedBackup(model, real.world, settings);
    const env = { ...expected.env, ...(await changing(real.world, expected)) };
    const outcome = await run(real, "backup.sh", acceptShrink ? ["--accept-shrink"] : [], env);
    assert.equal(outcome.exitCode, expected.exitCode, outcome.output);
    const fresh = await learn(model, real.world, expected, outcome);
    if (fresh === undefined || ![0, 67].includes(expected.exitCode)) {
      return;
    }
    if (acceptShrink) {
      // Even where damage keeps retention from removing anything.
      model.snapshots = model.snapshots.map((one) => (one.id === fresh.id ? { ...one, accepted: true } : one));
    }
    if (expected.exitCode === 0) {
      retain(model, real.world, settings, fresh.id, outcome);
    }
  });
}

/** The new snapshot is listed as it must be, and holds what it must. */
async function learn(
  model: Model,
  world: World,
  { snapshot, isUnmarked }: ExpectedBackup,
  { report, output }: Outcome,
): Promise<Known | undefined> {
  assert.equal(report.snapshot !== undefined, snapshot !== undefined, output);
  if (snapshot === undefined) {
    return undefined;
  }
  const listed = (await list(world)).snapshots.find(({ id }) => id === report.snapshot);
  assert.ok(listed, `the repository does not list the snapshot of the report:\n${output}`);
  assert.deepEqual(
    { files: report.files, bytes: report.bytes },
    { files: snapshot.allFiles, bytes: snapshot.allBytes },
  );
  const whole = isUnmarked ? [`whole:${listed.original?.slice(0, 16)}`] : [];
  assert.deepEqual([...listed.tags].sort(), [...snapshot.tags, ...whole].sort(), output);
  assert.deepEqual([...listed.paths].sort(), snapshot.paths, output);
  const fresh = { ...snapshot, ...listed };
  add(model, fresh);
  return fresh;
}

/** Removes from the model what retention must remove, and compares what it says. */
function retain(model: Model, world: World, settings: BackupSettings, id: string, { report, output }: Outcome): void {
  const { removed, shrunk, pause } = retention(model, world, settings, id);
  const mine = model.snapshots.filter((one) => isMine(one, world));
  const count = (all: readonly Known[]) => all.filter((one) => copyOf(one, model.snapshots) === undefined).length;
  const gone = mine.filter((one) => removed.has(one.id));
  const kept = count(mine) - count(gone);
  const words =
    settings.policy === null
      ? /^no policy/
      : pause
        ? /^skipped.*pause/
        : new RegExp(`^${kept} snapshots? kept, ${removed.size} removed`);
  assert.match(report.retention ?? "", words, output);
  assert.equal(/shrunk/.test(report.warning ?? ""), shrunk, output);
  const isDatedWrong = mine.some((one) => Date.parse(one.time) > Date.now() + 300_000);
  assert.equal(/dated in the future/.test(report.warning ?? ""), isDatedWrong, output);
  model.snapshots = model.snapshots.filter((one) => !removed.has(one.id));
}

function retention(
  { snapshots }: Model,
  world: World,
  { policy, maxShrink }: BackupSettings,
  id: string,
): ExpectedRetention {
  const fresh = snapshots.find((one) => one.id === id) as Known;
  return expectedRetention(snapshots, fresh, policy, maxShrink, world);
}

async function changing(world: World, { change }: ExpectedBackup): Promise<Record<string, string>> {
  return change === ""
    ? {}
    : aroundBackup(world, `"$real" "$@"; code=$?; case $code in 0 | 3) ${change} ;; esac; exit $code`);
}

/** Another pod holds a lock, so that nothing can be removed: the Job will try again, in the same night. */
export function lockedRetention(settings: BackupSettings, pick: number): Step {
  const title = `backup.sh, which another pod keeps from removing anything ${JSON.stringify(settings)}`;
  return repositoryStep(title, pick, async (model, real) => {
    const { world } = real;
    const expected = await expectedBackup(model, world, { ...settings, meanwhile: "nothing" });
    if (expected.exitCode !== 0 || expected.isMarkedLater) {
      return;
    }
    const name = await writeLock(world, {});
    const outcome = await run(real, "backup.sh", [], { ...expected.env, BACKUP_LOCK_WAIT: "0" });
    const fresh = (await learn(model, world, expected, outcome)) as Known;
    if (retention(model, world, settings, fresh.id).removed.size === 0) {
      assert.equal(outcome.exitCode, 0, outcome.output);
    } else {
      assert.equal(outcome.exitCode, 11, outcome.output);
      assert.equal(outcome.report.retention, "failed", outcome.output);
      model.snapshots = model.snapshots.map((one) => (one.id === fresh.id ? { ...one, unsettled: true } : one));
    }
    await rm(join(world.repository, "locks", name));
  });
}

/** All was uploaded, and then the connection is gone: what is there belongs to no snapshot. */
export function cutOff(settings: BackupSettings, pick: number): Step {
  return repositoryStep(`backup.sh is cut off ${JSON.stringify(settings)}`, pick, async (model, real) => {
    const { world } = real;
    const expected = await expectedBackup(model, world, settings);
    const folder = join(world.repository, "snapshots");
    const lose = `old=$(ls ${folder}); "$real" "$@"; code=$?; case $code in 0 | 3) ;; *) exit $code ;; esac
    for new in $(ls ${folder}); do case "$old" in *"$new"*) ;; *) rm -f ${folder}/$new ;; esac; done
    echo "Fatal: unable to save snapshot: connection lost" >&2; exit 1`;
    const env = { ...expected.env, ...(await aroundBackup(world, lose)) };
    const { exitCode, output, report } = await run(real, "backup.sh", [], env);
    assert.equal(exitCode, expected.snapshot ? 1 : 65, output);
    assert.equal(report.snapshot, undefined, output);
    if (expected.snapshot) {
      const notedAt = unfinishedIn((await list(world)).notes);
      assert.ok(Math.abs(Date.now() / 1000 - notedAt) < 600, "that the backup was cut off is not noted");
      model.unfinishedAt = notedAt;
    }
  });
}

export function killBackup(settings: BackupSettings, moment: Moment, pick: number): Step {
  const title = `kill backup.sh at ${moment.toFixed(2)} of its run ${JSON.stringify(settings)}`;
  return repositoryStep(title, pick, async (model, real) => {
    const expected = await expectedBackup(model, real.world, settings);
    const env = { ...expected.env, ...(await changing(real.world, expected)) };
    const exitCode = await killed(real, "backup.sh", moment, env);
    assert.ok(exitCode === undefined || exitCode === expected.exitCode, `it ended with ${exitCode}`);
    await learnAfterKill(model, real.world, expected, settings);
  });
}

export function stopBackup(settings: BackupSettings, moment: Moment, pick: number): Step {
  const title = `stop backup.sh at ${moment.toFixed(2)} of its run ${JSON.stringify(settings)}`;
  return repositoryStep(title, pick, async (model, real) => {
    const expected = await expectedBackup(model, real.world, { ...settings, meanwhile: "nothing" });
    const outcome = await stopped(real, "backup.sh", moment, expected.env);
    const isDone = [130, expected.exitCode].includes(outcome.exitCode ?? -1);
    assert.ok(outcome.exitCode === undefined || isDone, outcome.output);
    const fresh = await learnAfterKill(model, real.world, expected, settings);
    const mustBeTriedAgain = outcome.exitCode === 130 && outcome.report.snapshot !== undefined;
    assert.ok(!mustBeTriedAgain || fresh?.unsettled, `that it will be tried again is not noted:\n${outcome.output}`);
  });
}
