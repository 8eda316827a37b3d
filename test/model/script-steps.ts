import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { manifest } from "../scripts/manifest";
import { type BackupSettings, expectedBackup } from "./expected-backup";
import { learnAfterKill } from "./learn-after-kill";
import { isPartial, type Known, list, type Model } from "./model";
import { killed, picked, type Real, repositoryStep, run, type Step } from "./step";

export function backup(settings: BackupSettings, pick: number): Step {
  return repositoryStep(`backup.sh ${JSON.stringify(settings)}`, pick, async (model, real) => {
    const expected = await expectedBackup(model, real.world, settings);
    const { exitCode, output, report } = await run(real, "backup.sh", [], expected.env);
    assert.equal(exitCode, expected.exitCode, output);
    assert.equal(report.snapshot !== undefined, expected.snapshot !== undefined, output);
    if (expected.retention) {
      assert.match(report.retention ?? "", expected.retention, output);
    }
    if (expected.snapshot) {
      const { files, bytes } = expected.snapshot;
      assert.deepEqual({ files: report.files, bytes: report.bytes }, { files, bytes }, output);
      model.snapshots = model.snapshots.filter(({ id }) => !expected.removed.has(id));
      model.snapshots.push({ ...expected.snapshot, id: report.snapshot as string });
    }
  });
}

export function killBackup(settings: BackupSettings, moment: number, pick: number): Step {
  const title = `kill backup.sh at ${moment.toFixed(2)} of its run ${JSON.stringify(settings)}`;
  return repositoryStep(title, pick, async (model, real) => {
    const expected = await expectedBackup(model, real.world, settings);
    const exitCode = await killed(real, "backup.sh", moment, expected.env);
    assert.ok(exitCode === undefined || exitCode === expected.exitCode, `it ended with ${exitCode}`);
    await learnAfterKill(model, real.world, expected);
  });
}

export function kill(script: "prune.sh" | "check.sh", moment: number, pick: number): Step {
  return repositoryStep(`kill ${script} at ${moment.toFixed(2)} of its run`, pick, async (model, real) => {
    const expected = script === "prune.sh" ? pruneExit(model) : 0;
    const exitCode = await killed(real, script, moment, { BACKUP_CHECK_PARTS: "1" });
    assert.ok(exitCode === undefined || exitCode === expected, `it ended with ${exitCode}`);
    await learnAfterKill(model, real.world);
  });
}

export function prune(pick: number): Step {
  return repositoryStep("prune.sh", pick, async (model, real) => {
    const { exitCode, output, report } = await run(real, "prune.sh", [], { BACKUP_PRUNE_MAX_UNUSED: "0%" });
    assert.equal(exitCode, pruneExit(model), output);
    assert.equal(report.freed !== undefined, exitCode === 0, output);
  });
}

function pruneExit({ snapshots, notes }: Model): number {
  return snapshots.length + notes === 0 ? 65 : 0;
}

export function check(parts: number, pick: number): Step {
  return repositoryStep(`check.sh with ${parts} parts`, pick, async (model, real) => {
    const { exitCode, output, report } = await run(real, "check.sh", [], { BACKUP_CHECK_PARTS: `${parts}` });
    assert.equal(exitCode, 0, output);
    assert.deepEqual({ part: report.part, parts: report.parts }, { part: (model.checks % parts) + 1, parts }, output);
    model.checks++;
    model.notes = 1;
  });
}

export function init(pick: number): Step {
  return repositoryStep("init.sh", pick, async (_model, real) => {
    const { exitCode, output } = await run(real, "init.sh", [], {});
    assert.equal(exitCode, 0, output);
    assert.match(output, /The repository is there already/);
  });
}

export function restoreNewest(pick: number): Step {
  return repositoryStep("restore.sh", pick, async ({ snapshots }, real) => {
    await restore(real, [], newest(snapshots));
  });
}

export function restoreById(wanted: number, pick: number): Step {
  return repositoryStep(`restore.sh of snapshot ${wanted}`, pick, async (model, real) => {
    const snapshot = picked(model, wanted);
    await restore(real, [snapshot?.id.slice(0, 12) ?? "0123456789ab"], snapshot);
  });
}

export function restoreUntil(wanted: number, pick: number): Step {
  return repositoryStep(`restore.sh as of the time of snapshot ${wanted}`, pick, async (model, real) => {
    const { snapshots } = await list(real.world);
    const second = new Map(snapshots.map(({ id, time }) => [id, Math.floor(Date.parse(time) / 1000)]));
    const until = second.get(picked(model, wanted)?.id ?? "") ?? 1_500_000_000;
    const time = new Date(until * 1000).toISOString().replace(/\.\d+/, "");
    await restore(real, [time], newest(model.snapshots.filter(({ id }) => (second.get(id) ?? 0) <= until)));
  });
}

function newest(snapshots: readonly Known[]): Known | undefined {
  return snapshots.filter((snapshot) => !isPartial(snapshot)).at(-1);
}

/** A snapshot without a file is not restored. */
async function restore(real: Real, args: string[], expected: Known | undefined): Promise<void> {
  const { world } = real;
  const { exitCode, output, report } = await run(real, "restore.sh", args, {});
  if (expected === undefined || expected.files === 0) {
    assert.equal(exitCode, 65, output);
    return;
  }
  assert.equal(exitCode, 0, output);
  assert.equal(report.snapshot, expected.id, output);
  assert.equal(report.files, expected.files, output);
  assert.deepEqual(await manifest(world.target), expected.entries, output);
  await rm(world.target, { recursive: true });
}
